"""Tests of how wide the range of good learning rates is, and of the share that diverged."""

import numpy as np
import pytest

from sweep.analysis.robustness import robustness

RATES = [0.001, 0.01, 0.1, 1.0, 10.0]


def sweep(tables, losses, diverged=(), mode="min"):
    """One setting for each learning rate, one seed each."""
    arms = {f"adam {rate}": loss for rate, loss in zip(RATES, losses, strict=True)}
    statuses = {(f"adam {rate}", 0): "DIVERGED" for rate in diverged}
    trials, _ = tables(
        {(arm, 0): [loss] for arm, loss in arms.items()},
        metric="val_loss",
        settings={f"adam {rate}": {"learning_rate": rate} for rate in RATES},
        statuses=statuses,
        mode=mode,
    )
    return robustness(trials, "val_loss", mode, within=0.1)[0]


def test_the_decades_are_those_within_a_tenth_of_the_best(tables):
    found = sweep(tables, [0.5, 0.209, 0.20, 0.22, 0.3])
    assert (found.low, found.high, found.best) == (0.01, 1.0, 0.1)
    assert found.decades == pytest.approx(2.0)
    assert not found.is_open


def test_a_good_rate_beyond_a_bad_one_does_not_count(tables):
    found = sweep(tables, [0.20, 0.9, 0.20, 0.9, 0.9])
    assert found.decades in (0.0,)


def test_a_diverged_rate_ends_the_range(tables):
    found = sweep(tables, [0.2, 0.2, 0.2, 0.2, 0.2], diverged=[0.1, 10.0])
    assert (found.low, found.high) == (0.001, 0.01)
    assert (found.settings_diverged, found.settings, found.share_diverged) == (2, 5, 0.4)


def test_a_range_up_to_the_edge_may_be_wider(tables):
    assert sweep(tables, [0.20, 0.21, 0.5, 0.6, 0.7]).is_open


def test_for_an_accuracy_the_tenth_is_below_the_best(tables):
    found = sweep(tables, [0.1, 0.85, 0.9, 0.82, 0.8], mode="max")
    assert (found.low, found.high) == (0.01, 1.0)


def test_if_all_diverged_there_is_no_range(tables):
    found = sweep(tables, [0.0] * 5, diverged=RATES)
    assert np.isnan(found.decades)
    assert found.share_diverged == 1.0


def test_the_best_of_the_other_hyperparameters_counts_at_each_rate(tables):
    curves = {("adam a", 0): [0.2], ("adam b", 0): [0.9], ("adam c", 0): [0.21]}
    settings = {
        "adam a": {"learning_rate": 0.1},
        "adam b": {"learning_rate": 1.0, "batch_size": 32},
        "adam c": {"learning_rate": 1.0, "batch_size": 64},
    }
    trials, _ = tables(curves, metric="val_loss", settings=settings)
    assert robustness(trials, "val_loss", "min", within=0.1)[0].decades == pytest.approx(1.0)
