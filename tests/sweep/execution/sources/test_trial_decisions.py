"""A trial of a user's own waits where a counter passes a rung, and leaves the state that it goes on from."""

from __future__ import annotations

import math

import pytest

from sweep.execution.sources.assignment import Assignment, paused_file
from sweep.execution.sources.state import read_facts, read_state, snapshot
from sweep.execution.sources.trial_decisions import TrialDecisions
from sweep.planning.decision_points import DecisionPoints


def row(epoch, step=None, **metrics):
    return epoch, step, {"val_loss": 1 / epoch, **metrics}, 0.1 * epoch


@pytest.fixture
def make(tmp_path):
    """Create the decisions of a trial of 9 epochs."""

    def made(points=None, rows=(), *, epochs=9, told=(), wait=lambda row: "continue", resumed=0):
        assignment = Assignment(
            trial_id="t",
            setting={},
            seed=0,
            epochs=epochs,
            folder=str(tmp_path),
            device="cpu",
            metric="val_loss",
            mode="min",
            resumed_epoch=resumed,
            paused=str(tmp_path / "paused"),
            decisions=None if points is None else points.as_mapping(),
        )
        return TrialDecisions(assignment, wait, lambda: bool(told), rows)

    return made


def due(decisions, rows):
    """The epochs after which the trial waits."""
    return [one[0] for one in rows if decisions.is_due(one)]


RUNGS = DecisionPoints(values=(1.0, 3.0, 9.0))


def test_without_a_scheduler_a_trial_never_waits(make):
    assert due(make(), map(row, range(1, 10))) == []


def test_a_trial_waits_at_each_rung_but_not_at_its_last_report(make):
    assert due(make(RUNGS), map(row, range(1, 10))) == [1, 3]


def test_a_command_of_unknown_length_waits_at_each_rung(make):
    assert due(make(RUNGS, epochs=None), map(row, range(1, 12))) == [1, 3, 9]


def test_a_report_that_passes_several_rungs_waits_once(make):
    assert due(make(RUNGS), [row(5), row(6), row(8)]) == [5]


def test_from_a_start_on_a_trial_waits_at_every_report(make):
    assert due(make(DecisionPoints(start=4.0)), map(row, range(1, 10))) == [4, 5, 6, 7, 8]


def test_rungs_that_the_known_reports_have_passed_are_behind_a_trial_that_goes_on(make):
    assert due(make(RUNGS, [row(1), row(2), row(3)], epochs=12), map(row, range(4, 12))) == [9]


def test_steps_are_counted_where_they_are_reported_and_epochs_where_not(make):
    rungs = DecisionPoints("steps", (100.0, 300.0))
    assert due(make(rungs), [row(1, 60), row(2, 120), row(3, 180), row(4, 310)]) == [2, 4]
    assert due(make(DecisionPoints("steps", (2.0,))), [row(1), row(2), row(3)]) == [2]


def test_a_metric_may_be_the_counter_and_a_report_without_it_passes_nothing(make):
    rungs = DecisionPoints("tokens", (1000.0, 3000.0))
    rows = [row(1, tokens=600.0), row(2), row(3, tokens=1200.0), row(4, tokens=900.0), row(5, tokens=1300.0)]
    assert due(make(rungs), [*rows, row(6, tokens=3000.0)]) == [3, 6]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_counter_that_is_not_finite_passes_nothing_and_hides_no_later_rung(make, value):
    rungs = DecisionPoints("tokens", (1000.0,))
    assert due(make(rungs), [row(1, tokens=value), row(2, tokens=1000.0)]) == [2]
    assert due(make(rungs, [row(1, tokens=value), row(2, tokens=500.0)]), [row(3, tokens=1000.0)]) == [3]


def test_a_question_is_sent_with_its_report_and_its_answer_is_returned(make):
    asked = []
    decisions = make(RUNGS, wait=lambda one: asked.append(one) or "stop")
    assert decisions.ask(row(3)) == "stop"
    assert asked == [row(3)]


def test_a_trial_that_is_told_to_pause_does_so_at_any_report_but_its_last(make):
    told = []
    decisions = make(told=told)
    assert not decisions.should_pause(row(2))
    told.append(True)
    assert decisions.should_pause(row(2))
    assert not decisions.should_pause(row(9))
    assert make(told=told, epochs=None).should_pause(row(9))


def test_a_state_is_of_use_where_a_scheduler_may_pause_or_the_user_does(make):
    told = []
    assert make(RUNGS).may_pause
    assert not make(told=told).may_pause
    told.append(True)
    assert make(told=told).may_pause


def paused(tmp_path):
    (path,) = (tmp_path / "paused").iterdir()
    facts = read_facts(path)
    return read_state(path), facts["epoch"], facts["state_epoch"], [one[0] for one in facts["rows"]]


def test_a_pause_writes_the_last_state_and_all_reports(make, tmp_path):
    decisions = make(RUNGS)
    decisions.remember(1, snapshot({"at": 1}))
    decisions.remember(2, snapshot({"at": 2}))
    decisions.write_pause([row(1), row(2), row(3)], restore=lambda: pytest.fail("a state was saved"))
    # The state is that of epoch 2, so that the report of epoch 3 is made again and dropped.
    assert paused(tmp_path) == ({"at": 2}, 3, 2, [1, 2, 3])
    assert read_facts(paused_file(tmp_path / "paused", "t", 3))["trial_id"] == "t"


def test_a_pause_without_a_new_state_keeps_the_one_that_the_trial_has_gone_on_from(make, tmp_path):
    make(RUNGS, resumed=4).write_pause([row(2), row(4), row(6)], restore=lambda: {"at": 4})
    assert paused(tmp_path) == ({"at": 4}, 6, 4, [2, 4, 6])


def test_a_trial_that_has_saved_nothing_begins_anew(make, tmp_path):
    make(RUNGS, resumed=4).write_pause([row(4), row(6)], restore=lambda: None)
    assert paused(tmp_path) == (None, 6, 0, [4, 6])


def test_no_state_is_held_for_a_pause_that_nobody_can_ask_for(make, tmp_path):
    told = []
    decisions = make(told=told)
    decisions.remember(1, snapshot({"at": 1}))
    told.append(True)
    decisions.write_pause([row(1)], restore=lambda: None)
    assert paused(tmp_path) == (None, 1, 0, [1])
