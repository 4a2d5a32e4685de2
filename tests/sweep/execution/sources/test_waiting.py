"""Trials that wait, leave their pack and go on in another have the numbers of the trial alone, bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sweep.execution.sources.checkpoints import Keeping, read_checkpoint, weights_of
from sweep.execution.sources.packed import train_in_reports
from sweep.execution.sources.source import Answer
from sweep.planning.decision_points import DecisionPoints
from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe, spec_of
from sweep.records import Arm, Trial
from trainers.data import DataSource, load
from trainers.pack import NetworkSpec

RECIPE = Recipe(NetworkSpec((4,)), "float64", 0.0, 0.2, "standard", None, "numpy")
DATA = load(DataSource("iris"))
# The third trial is at its best early.
RATES = (0.1, 0.02, 0.9)


def planned(rates=RATES, epochs: int = 8) -> PlannedPack:
    trials = []
    for rate in rates:
        setting = {"optimizer": "adam", "learning_rate": rate, "batch_size": 16, "decay": "constant", "epochs": epochs}
        trials.append(Trial(f"t{rate:g}", Arm(f"a{rate:g}", "", setting), 3, f"l{rate:g}"))
    pack = PlannedPack(tuple(trials), tuple(map(spec_of, trials)), 16, epochs, 1.0, RECIPE)
    return replace(pack, decisions=DecisionPoints(values=(2.0, 5.0)))


def run(pack, keeping, answers=()):
    """Train a pack, and answer it where it waits; returns all its reports."""
    training, answer, found, left = train_in_reports(pack, pack.recipe, DATA, keeping=keeping), None, [], list(answers)
    while True:
        try:
            report = next(training) if answer is None else training.send(answer)
        except StopIteration:
            return found
        found.append(report)
        answer = (left.pop(0) if left else Answer()) if report.waits else None


def rows(reports, trial: int):
    """The metrics of a trial, without its seconds."""
    return [
        (int(epoch), *(value for name, value in zip(report.names, values, strict=True) if name != "seconds"))
        for report in reports
        for epoch, index, values in zip(report.epochs, report.trials, report.values, strict=True)
        if index == trial
    ]


@pytest.fixture(params=["none", "last", "best"])
def keeping(request, tmp_path):
    return Keeping(request.param, str(tmp_path / "kept"))


@pytest.fixture
def alone(keeping, tmp_path):
    """The rows and kept weights of each trial alone, which never leaves its pack."""
    own = replace(keeping, folder=str(tmp_path / "alone"))
    found = [rows(run(replace(planned((rate,)), decisions=None), own), 0) for rate in RATES]
    kept = [read_checkpoint(own.path(trial)) for trial in planned().trials]
    return found, [None if one is None else weights_of(one) for one in kept]


def test_a_trial_that_is_stopped_has_the_rows_up_to_there_and_the_others_do_not_notice(keeping, alone):
    reports = run(planned(), keeping, [Answer(stop=(1,)), Answer(stop=(0,))])
    assert [rows(reports, trial) for trial in range(3)] == [alone[0][0][:5], alone[0][1][:2], alone[0][2]]
    assert reports[-1].last


def test_paused_trials_go_on_in_another_pack_with_the_rows_and_weights_of_the_whole_trial(keeping, alone):
    first = run(planned(), keeping, [Answer(pause=(0, 2))])
    (ended,) = (report.ended for report in first if any(end.status == "PAUSED" for end in report.ended))
    assert [(end.trial, end.status, end.step) for end in ended] == [(0, "PAUSED", 2), (2, "PAUSED", 2)]
    assert rows(first, 0) == alone[0][0][:2]
    assert rows(first, 1) == alone[0][1]
    # Once more, in another order, and the second time alone.
    again = run(planned((RATES[2], RATES[0])).going_on(2), keeping, [Answer(pause=(0,))])
    assert rows(again, 1) == alone[0][0]
    last = run(planned((RATES[2],)).going_on(5), keeping)
    assert rows(last, 0) == alone[0][2]
    for trial, expected in zip(planned().trials, alone[1], strict=True):
        kept = read_checkpoint(keeping.path(trial))
        assert (kept is None) == (expected is None) == (keeping.weights == "none")
        for name, array in (expected or {}).items():
            np.testing.assert_array_equal(weights_of(kept)[name], array)


def test_a_training_that_all_trials_have_left_says_that_it_has_ended(keeping):
    reports = run(planned(), keeping, [Answer(stop=(0, 1, 2))])
    assert [report.last for report in reports] == [False, True]


def test_a_pack_that_cannot_read_a_checkpoint_starts_over(keeping, alone):
    reports = run(planned().going_on(5), keeping)
    assert [rows(reports, trial) for trial in range(3)] == alone[0]


def test_on_torch_a_trial_that_is_stopped_and_those_that_go_on_have_the_numbers_of_each_alone_within_a_tolerance():
    pytest.importorskip("torch")
    recipe = replace(RECIPE, backend="torch")
    together = run(replace(planned(), recipe=recipe), None, [Answer(stop=(1,)), Answer(stop=(0,))])
    for trial, (rate, epochs) in enumerate(zip(RATES, (5, 2, 8), strict=True)):
        alone = rows(run(replace(planned((rate,)), recipe=recipe, decisions=None), None), 0)
        assert len(alone) == 8
        np.testing.assert_allclose(rows(together, trial), alone[:epochs], rtol=1e-10, atol=1e-12)
