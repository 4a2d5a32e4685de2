"""What a worker reports in portions becomes one result per trial, also when its pack starts over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sweep.execution.sources.packed import train_in_reports
from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe, spec_of
from sweep.records import Arm, Trial
from sweep.running.reports import PackCollector, Report
from trainers.data import DataSource, load
from trainers.loop import Ended, train
from trainers.pack import NetworkSpec

RECIPE = Recipe(NetworkSpec((4,)), "float64", 0.0, 0.2, "standard", None, "numpy")
DATA = load(DataSource("iris"))


def job(epochs: int = 4, rates=(0.1, 1e200)) -> PlannedPack:
    """Two trials with seed 3, of which the second cannot but diverge."""
    trials = []
    for rate in rates:
        setting = {"optimizer": "sgd", "learning_rate": rate, "batch_size": 60, "decay": "constant", "epochs": epochs}
        trials.append(Trial(f"t{rate:g}", Arm(f"a{rate:g}", "", setting), 3))
    return PlannedPack(tuple(trials), tuple(map(spec_of, trials)), 60, epochs, 1.0)


@pytest.fixture(scope="module")
def each_epoch():
    """One report an epoch."""
    with np.errstate(all="ignore"):
        return list(train_in_reports(job(), RECIPE, DATA, report_seconds=-1.0))


def collect(collector: PackCollector, reports):
    return [result for report in reports for result in collector.add(report)]


def test_a_result_holds_the_epochs_of_its_trial_in_order(each_epoch):
    results = {result.trial.id: result for result in collect(PackCollector(job().trials), each_epoch)}
    alone = [epoch.values for epoch in train(job(rates=(0.1,)).pack(RECIPE, DATA))]
    good = results["t0.1"]
    assert good.status == "COMPLETED"
    assert good.epochs["epoch"].tolist() == [1, 2, 3, 4]
    for name in alone[0]:
        if name != "seconds":
            assert good.epochs[name].tolist() == [values[name].item() for values in alone], name
    assert set(good.fingerprints) == {"data", "split", "init", "batches"}


def test_a_diverged_trial_comes_when_it_ends_and_before_the_others(each_epoch):
    collector = PackCollector(job().trials)
    (diverged,) = collector.add(each_epoch[0])
    assert (diverged.trial.id, diverged.status, diverged.diverged_step) == ("t1e+200", "DIVERGED", 2)
    assert len(diverged.epochs["epoch"]) == 0
    # Keys as of any other trial.
    (good,) = collect(collector, each_epoch[1:])
    assert list(diverged.epochs) == list(good.epochs)


def test_it_knows_which_trials_are_training(each_epoch):
    collector = PackCollector(job().trials)
    seen = []
    for report in each_epoch:
        collector.add(report)
        seen.append((set(collector.running), set(collector.unfinished)))
    assert seen == [({0}, {0})] * 3 + [(set(), set())]


def test_a_pack_that_starts_over_gives_each_trial_once_and_no_epoch_twice(each_epoch):
    collector = PackCollector(job().trials)
    results = collect(collector, [*each_epoch[:3], *each_epoch])
    assert [(result.trial.id, result.status) for result in results] == [("t1e+200", "DIVERGED"), ("t0.1", "COMPLETED")]
    assert results[1].epochs["epoch"].tolist() == [1, 2, 3, 4]
    # Also when the worker died after its last report.
    assert collect(collector, each_epoch) == []


def test_the_time_of_an_attempt_that_died_counts_as_busy(each_epoch):
    first, last = each_epoch[0], each_epoch[-1]
    collector = PackCollector(job().trials)
    assert collector.busy_seconds == 0.0
    collector.add(replace(first, started_seconds=10.0, now_seconds=12.0))
    collector.add(replace(first, started_seconds=20.0, now_seconds=21.0))
    collector.add(replace(last, started_seconds=20.0, now_seconds=25.0))
    assert collector.busy_seconds == 7.0


def test_a_pack_that_failed_fails_what_had_not_ended(each_epoch):
    collector = PackCollector(job().trials)
    collector.add(each_epoch[0])
    (failed,) = collector.fail("MemoryError: no room", 5.0)
    assert (failed.trial.id, failed.status, failed.error) == ("t0.1", "FAILED", "MemoryError: no room")
    assert {"epoch", "steps", "examples", "seconds"} <= set(failed.epochs)
    assert not collector.running
    assert collector.fail("again", 6.0) == []


def test_a_pack_in_which_all_diverge_before_their_first_epoch_ends_too():
    lost = job(rates=(1e200, 1e250))
    with np.errstate(all="ignore"):
        reports = list(train_in_reports(lost, RECIPE, DATA, report_seconds=3600.0))
    results = collect(PackCollector(lost.trials), reports)
    assert [(result.trial.id, result.status) for result in results] == [
        ("t1e+200", "DIVERGED"),
        ("t1e+250", "DIVERGED"),
    ]


def test_only_a_diverged_trial_has_a_last_finite_loss_and_only_a_pruned_one_a_rung():
    trials = tuple(Trial(name, Arm(name, "", {}), 0) for name in ("completed", "diverged", "pruned"))
    ended = (
        Ended(0, "COMPLETED", 0, 0.5, rung=9.0, value=0.1),
        Ended(1, "DIVERGED", 7, 0.25),
        Ended(2, "PRUNED", 30, rung=3.0, value=0.75),
    )
    none = np.empty(0, dtype=np.int64)
    report = Report(
        names=("val_loss",),
        epochs=none,
        trials=none,
        values=np.empty((0, 1)),
        ended=ended,
        started_seconds=0.0,
        now_seconds=1.0,
        number=0,
        last=True,
    )
    completed, diverged, pruned = PackCollector(trials).add(report)
    assert (completed.diverged_step, completed.last_finite_loss) == (None, None)
    assert (diverged.diverged_step, diverged.last_finite_loss) == (7, 0.25)
    assert [(one.pruned_rung, one.pruned_value) for one in (completed, diverged)] == [(None, None), (None, None)]
    assert (pruned.status, pruned.pruned_rung, pruned.pruned_value) == ("PRUNED", 3.0, 0.75)


def test_a_column_has_one_value_for_each_row_and_nan_for_a_metric_that_was_not_reported(make_report):
    report = make_report(0, 2, [0.5, 0.25])
    assert report.column("loss") == [0.5, 0.25]
    assert report.column("steps") == [20.0, 20.0]
    assert np.isnan(report.column("accuracy")).tolist() == [True, True]
    # A report without rows has no columns at all.
    assert replace(report, names=(), trials=np.empty(0, np.int64), values=np.empty((0, 0))).column("loss") == []
