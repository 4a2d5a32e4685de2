"""A method is told the mean over seeds by the rule that ranks, and never a number of a seed that diverged."""

from __future__ import annotations

import numpy as np

from sweep.config.metric import MetricConfig
from sweep.driver.search_outcome import outcome_of
from sweep.records import Arm, Trial, TrialResult

ARM = Arm("a", "a", {})


def result(status, losses, seconds=2.0, seed=0):
    count = len(losses)
    epochs = {
        "epoch": np.arange(1.0, count + 1),
        "val_loss": np.array(losses, dtype=float),
        "seconds": np.linspace(0, seconds, count),
    }
    return TrialResult(Trial(f"t{seed}", ARM, seed), status, epochs, {}, 0.0, 1.0)


def metric(**given):
    return MetricConfig.model_validate({"name": "val_loss", **given})


def test_the_mean_is_of_the_last_or_the_best_epoch():
    both = [result("COMPLETED", [3.0, 1.0, 2.0]), result("STOPPED", [4.0, 4.0], seconds=3.0)]
    last = outcome_of(both, metric())
    assert (last.state, last.values, last.epoch, last.seconds) == ("COMPLETE", (3.0,), 2, 5.0)
    assert outcome_of(both, metric(of="best")).values == (2.5,)


def test_seconds_are_an_objective():
    both = [result("COMPLETED", [3.0, 1.0]), result("COMPLETED", [3.0, 2.0], seconds=4.0)]
    assert outcome_of(both, metric(objectives=[{"name": "seconds"}], of="best")).values == (1.5, 3.0)


def test_one_seed_decides_over_failure_and_pruning():
    well, pruned = result("COMPLETED", [2.0]), result("PRUNED", [4.0])
    assert (outcome_of([well, pruned], metric()).state, outcome_of([well, pruned], metric()).values) == (
        "PRUNED",
        (3.0,),
    )
    for status in ("DIVERGED", "FAILED", "CANCELLED"):
        failed = outcome_of([well, pruned, result(status, [9.0])], metric())
        assert (failed.state, failed.values) == ("FAIL", ())
    assert outcome_of([well, result("COMPLETED", [np.nan])], metric()).state == "FAIL"
    assert outcome_of([well, result("COMPLETED", [])], metric()).state == "FAIL"
