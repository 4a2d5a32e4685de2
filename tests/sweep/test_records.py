"""Records say what a trial is and what it gave: they are values, do not change, and share nothing."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pytest

from sweep.records import Arm, Trial, TrialResult

SETTING = {"optimizer": "sgd", "learning_rate": 0.1}


def make_result(**facts):
    return TrialResult(
        Trial("t", Arm("a", "sgd", SETTING), 3), "COMPLETED", {"epoch": np.arange(3.0)}, {}, 1.0, 2.0, **facts
    )


def test_trials_are_equal_if_their_arm_and_seed_are():
    trial = make_result().trial
    assert trial == Trial("t", Arm("a", "sgd", dict(SETTING)), 3)
    assert trial != dataclasses.replace(trial, seed=4)
    assert trial != dataclasses.replace(trial, arm=Arm("a", "sgd", {**SETTING, "learning_rate": 0.2}))


@pytest.mark.parametrize(
    ("record", "name"),
    [(make_result(), "status"), (make_result().trial, "seed"), (make_result().trial.arm, "setting")],
    ids=["result", "trial", "arm"],
)
def test_a_record_does_not_change(record, name):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, name, None)


def test_a_trial_that_ended_well_has_no_step_at_which_it_diverged_and_no_error():
    result = make_result()
    assert (result.diverged_step, result.last_finite_loss, result.error) == (None, None, None)


def test_the_tags_of_a_result_are_its_own():
    first, second = make_result(), make_result()
    first.tags["node"] = "host-1"
    assert second.tags == {}


def test_a_diverged_result_reaches_another_process_number_for_number():
    given = make_result(diverged_step=13, last_finite_loss=0.1, tags={"node": "host-1"})
    given = dataclasses.replace(given, status="DIVERGED")
    back = pickle.loads(pickle.dumps(given))
    assert (back.trial, back.status, back.tags) == (given.trial, "DIVERGED", {"node": "host-1"})
    assert (back.diverged_step, back.last_finite_loss, back.error) == (13, 0.1, None)
    np.testing.assert_array_equal(back.epochs["epoch"], [0.0, 1.0, 2.0], strict=True)


def test_a_result_keeps_no_password_of_an_address():
    result = make_result(error="no answer from http://me:hunter2@host", tags={"output": "see s3://key:hunter2@bucket"})
    assert result.error == "no answer from http://***@host"
    assert result.tags == {"output": "see s3://***@bucket"}
