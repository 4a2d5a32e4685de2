"""Figures of trainings show means over seeds, the share of seeds at the target, and the rates that were followed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sweep.analysis.comparison_data import make_study
from sweep.config.setting_keys import SETTING_KEYS
from sweep.reports.collect import Findings, gather
from sweep.reports.subject import Subject
from sweep.reports.training_graphs import label, learning_graph, schedule_graph, target_graph
from sweep.results.leaderboard import leaderboard
from tests.sweep.analysis.conftest import _tables


def findings(curves, metric="val_accuracy", mode="max", target=None, losses=None, **arguments):
    """Findings of learning curves, (arm, seed) -> the metric after each epoch; ``losses`` are of all epochs in turn."""
    trials, epochs = _tables(curves, metric, mode=mode, **arguments)
    trials["seconds"] = 1.0
    if losses is not None:
        epochs["train_loss"] = losses
    study = make_study(trials, epochs, metric, mode, np.random.default_rng(0), target=target)
    board = leaderboard(trials, metric, mode)
    return Findings(Path(), Subject("s", "", "", SETTING_KEYS, ()), "", "", trials, epochs, board, study, "", ())


CURVES = {("adam", 0): [0.5, 0.75], ("adam", 1): [0.25, 0.875], ("sgd", 0): [0.25, 0.5], ("sgd", 1): [0.25, 0.5]}


def view(graph, x, y):
    (found,) = [one for one in graph.views if (one.x, one.y) == (x, y)]
    return found.panels


def test_a_learning_curve_is_the_mean_over_seeds_within_their_range():
    graph = learning_graph(findings(CURVES))
    (panel,) = graph.panels
    assert panel.title == "Validation accuracy over epochs"
    adam, sgd = panel.curves
    assert (adam.label, sgd.label) == ("Adam", "Gradient descent")
    assert (list(adam.x), list(adam.y)) == ([1, 2], [0.375, 0.8125])
    assert (list(adam.low), list(adam.high)) == ([0.25, 0.75], [0.5, 0.875])
    assert list(sgd.low) == list(sgd.high) == [0.25, 0.5]


def test_the_same_curve_is_shown_over_steps_and_over_seconds():
    graph = learning_graph(findings(CURVES))
    assert [(one.x, one.y) for one in graph.views[:3]] == [(x, "usual") for x in ("epochs", "steps", "seconds")]
    # Ten steps and half a second an epoch.
    (steps,), (seconds,) = view(graph, "steps", "usual"), view(graph, "seconds", "usual")
    assert list(steps.curves[0].x) == [10, 20]
    assert (list(seconds.curves[0].x), seconds.x_label) == ([0.5, 1.0], "seconds (share of the pack's)")
    assert "has an equal share of the time of its pack" in graph.caption
    found = findings(CURVES)
    unknown = replace(found, epochs=found.epochs.assign(seconds=np.nan))
    assert {one.x for one in learning_graph(unknown).views} == {"epochs", "steps"}


def test_losses_go_over_decades_and_of_a_share_the_other_scale_shows_what_is_missing():
    graph = learning_graph(findings(CURVES, target=0.75, losses=[1.0, 0.5] * 4))
    accuracy, loss = view(graph, "epochs", "usual")
    assert (accuracy.y_scale, accuracy.target, loss.y_scale, loss.target) == ("linear", 0.75, "log", None)
    accuracy, loss = view(graph, "epochs", "other")
    assert (accuracy.y_scale, accuracy.target, loss.y_scale) == ("log", 0.25, "linear")
    assert accuracy.y_label == "1 - validation accuracy"
    adam = accuracy.curves[0]
    assert (list(adam.y), list(adam.low), list(adam.high)) == ([0.625, 0.1875], [0.5, 0.125], [0.75, 0.25])


def test_a_loss_that_falls_to_zero_has_no_logarithm():
    graph = learning_graph(findings(CURVES, losses=[1.0, 0.0] * 4))
    assert view(graph, "epochs", "usual")[1].y_scale == "linear"
    # Nor has a target of zero a place on a scale of decades.
    small = findings({("adam", 0): [0.5, 0.25]}, "val_loss", "min", target=0.0)
    (panel,) = learning_graph(small).panels
    assert (panel.y_scale, panel.target) == ("log", None)


def test_without_an_epoch_there_are_no_learning_curves():
    assert learning_graph(findings({("adam", 0): []}, statuses={("adam", 0): "DIVERGED"})) is None


def test_the_share_of_seeds_at_the_target_rises_with_each_that_reaches_it():
    # Adam's seeds reach 0.75 after 20 and 10 steps and one misses; of gradient descent's none does.
    curves = {
        ("adam", 0): [0.5, 0.75],
        ("adam", 1): [0.875, 0.875],
        ("adam", 2): [0.5, 0.5],
        ("sgd", 0): [0.25, 0.5],
    }
    shares, profile = target_graph(findings(curves, target=0.75)).panels
    assert shares.title == "Seeds that have reached 75 %"
    adam, sgd = shares.curves
    assert list(adam.x) == [0, 10, 20, 21]
    assert list(adam.y) == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])
    assert (list(sgd.x), list(sgd.y)) == ([0, 21], [0, 0])
    assert adam.is_step
    # On two of three seeds Adam is the fastest, and on the third nobody is.
    assert profile.curves[0].y[0] == pytest.approx(2 / 3)
    assert max(profile.curves[1].y) == 0


def test_the_profile_says_how_often_a_level_is_within_a_factor_of_the_fastest():
    curves = {("adam", seed): [0.875, 0.875] for seed in range(2)}
    curves |= {("sgd", 0): [0.5, 0.875], ("sgd", 1): [0.875, 0.75]}
    _, profile = target_graph(findings(curves, target=0.8)).panels
    second = dict(zip((level.label for level in profile.curves), profile.curves, strict=True))["Gradient descent"]
    # On seed 0 it takes twice the steps of the fastest, on seed 1 as many.
    assert {float(share) for share, factor in zip(second.y, second.x, strict=True) if factor < 1.99} == {0.5}
    assert {float(share) for share, factor in zip(second.y, second.x, strict=True) if factor > 2.01} == {1.0}
    assert second.x[-1] == pytest.approx(10)


def test_without_a_target_or_one_that_is_reached_or_another_level_there_is_less_to_show():
    assert target_graph(findings(CURVES)) is None
    assert target_graph(findings(CURVES, target=0.99)) is None
    assert len(target_graph(findings({("adam", 0): [0.5, 0.75]}, target=0.75)).panels) == 1


def test_a_schedule_is_shown_as_multiples_of_the_rate_that_was_set():
    settings = {"adam": {"decay": "exponential", "decay_rate": 0.5}, "sgd": {"decay": "constant"}}
    found = findings(CURVES, settings=settings)
    # The rate that was set is 0.1; Adam's falls to a half, and the constant one has nothing to show.
    rates = [0.1, 0.05, 0.1, 0.05, 0.1, 0.1, 0.1, 0.1]
    followed = replace(found, epochs=found.epochs.assign(learning_rate=rates))
    (curve,) = schedule_graph(followed).panels[0].curves
    assert curve.label == "exponential, rate 0.5"
    assert list(curve.x) == [1, 2]
    assert list(curve.y) == pytest.approx([1, 0.5])
    constant = replace(found, epochs=found.epochs.assign(learning_rate=0.1))
    assert schedule_graph(constant) is None
    # Runs of another tool may not have logged their rates.
    assert schedule_graph(found) is None


def test_a_level_is_spelled_with_a_capital_letter_unless_it_is_a_value_of_a_hyperparameter():
    trials, epochs = _tables(CURVES)
    by_size = make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0), scientific="batch_size")
    assert [label(level) for level in by_size.levels] == ["batch_size 32"]
    assert label(findings(CURVES).study.levels[1]) == "Gradient descent"


def test_the_curves_of_the_users_own_training_are_all_that_it_reports_over_what_it_counts(own_sweep):
    graph = learning_graph(gather(own_sweep.path))
    assert [panel.title for panel in graph.panels] == [
        "Validation F1 over epochs",
        "Training loss over epochs",
        "Width over epochs",
    ]
    # It counts no steps, so that there is no axis of them.
    assert {view.x for view in graph.views} == {"epochs", "seconds"}
    (curve,) = graph.panels[0].curves
    assert curve.label == "The best setting"
    # The mean of the seeds 0 and 1: 0.765 - 0.1 / epoch.
    assert curve.y.tolist() == pytest.approx([0.665, 0.715, 0.765 - 0.1 / 3, 0.74])
    shares, *_ = target_graph(gather(own_sweep.path)).panels
    assert shares.x_label == "epochs"
