"""Each arm of the leaderboard is a line over its hyperparameters and its result, where it has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sweep.analysis.comparison_data import make_study
from sweep.config.setting_keys import SETTING_KEYS
from sweep.reports.collect import Findings, gather
from sweep.reports.parallel_coordinates import parallel
from sweep.reports.subject import Subject
from sweep.results.leaderboard import leaderboard
from tests.sweep.analysis.conftest import _tables


def findings(values, settings, statuses=None):
    """Findings of arms with one seed each: arm -> its accuracy, and its hyperparameters."""
    curves = {(arm, 0): [value] for arm, value in values.items()}
    lost = {(arm, 0): status for arm, status in (statuses or {}).items()}
    trials, epochs = _tables(curves, settings=settings, statuses=lost)
    trials["seconds"] = 1.0
    study = make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0))
    board = leaderboard(trials, "val_accuracy", "max")
    return Findings(Path(), Subject("s", "", "", SETTING_KEYS, ()), "", "", trials, epochs, board, study, "", ())


FOUR = {"sgd a": 0.5, "sgd b": 0.6, "adam a": 0.9, "adam b": 0.7}
SETTINGS = {
    "sgd a": {"learning_rate": 1.0},
    "sgd b": {"learning_rate": 0.1},
    "adam a": {"learning_rate": 0.01, "beta1": 0.9},
    "adam b": {"learning_rate": 0.01, "beta1": 0.8},
}


def places(shown, name):
    (column,) = [number for number, one in enumerate(shown.dimensions) if one.name == name]
    return [line[column] for line in shown.places]


def test_the_lines_are_the_arms_the_best_first_in_the_colour_of_their_level():
    shown = parallel(findings(FOUR, SETTINGS))
    assert shown.names == ("adam a", "adam b", "sgd b", "sgd a")
    assert shown.looks == (0, 0, 1, 1)
    names = ["optimizer", "learning_rate", "beta1", "validation accuracy"]
    assert [one.name for one in shown.dimensions] == names
    # What is the same wherever it is used tells no two arms apart, as the batch size or this rate of a decay.
    one_decays = {**SETTINGS, "sgd a": {**SETTINGS["sgd a"], "decay_rate": 0.5}}
    assert [one.name for one in parallel(findings(FOUR, one_decays)).dimensions] == names


def test_texts_stand_at_equal_distances_from_the_top():
    shown = parallel(findings(FOUR, SETTINGS))
    assert (shown.dimensions[0].ticks, shown.dimensions[0].is_number) == (((0.75, "adam"), (0.25, "sgd")), False)
    assert places(shown, "optimizer") == [0.75, 0.75, 0.25, 0.25]


def test_rates_over_decades_have_a_logarithmic_axis_and_others_a_linear_one():
    shown = parallel(findings(FOUR, SETTINGS))
    # Two decades with room of 0.08 of a decade at either end: 0.1 lies in the middle, 0.01 at 0.08 / 2.16.
    assert places(shown, "learning_rate") == pytest.approx([0.037, 0.037, 0.5, 0.963], abs=1e-3)
    # From 0.5 to 0.9 with room of 0.016: 0.7 lies in the middle, and 0.6 at 0.116 / 0.432.
    assert places(shown, "validation accuracy") == pytest.approx([0.963, 0.5, 0.2685, 0.037], abs=1e-3)
    rates = next(one for one in shown.dimensions if one.name == "learning_rate")
    assert [words for _, words in rates.ticks] == ["0.01", "0.1", "1"]


def test_a_line_ends_where_its_arm_has_no_value():
    shown = parallel(findings(FOUR, SETTINGS, {"sgd a": "DIVERGED"}))
    assert shown.names[-1] == "sgd a"
    # 0.9 and 0.8 with room of 0.004 at either end.
    assert places(shown, "beta1")[:2] == pytest.approx([0.963, 0.037], abs=1e-3)
    assert places(shown, "beta1")[2:] == [None, None]
    assert [place is None for place in places(shown, "validation accuracy")] == [False, False, False, True]
    # Where all diverged, no arm has a result.
    lost = parallel(findings(FOUR, SETTINGS, dict.fromkeys(FOUR, "DIVERGED")))
    assert set(places(lost, "validation accuracy")) == {None}


def test_few_arms_or_arms_that_differ_in_nothing_else_have_no_picture():
    three = dict(list(FOUR.items())[:3])
    assert parallel(findings(three, SETTINGS)) is None
    assert parallel(findings(FOUR, {})) is None


def test_arms_of_the_users_own_training_are_lines_over_its_hyperparameters_in_one_colour(own_sweep):
    shown = parallel(gather(own_sweep.path))
    assert [one.name for one in shown.dimensions] == ["model.kind", "model.width", "norm", "validation F1"]
    assert set(shown.looks) == {0}
    assert shown.absent == "none: the setting lacks it, or has no result"


def test_pruned_arms_are_coloured_by_how_far_they_came():
    curves = {(f"adam {n}", 0): [0.5] * length for n, length in enumerate((1, 3, 9, 1, 2))}
    statuses = {(f"adam {n}", 0): "PRUNED" for n in (0, 1, 3)} | {("adam 4", 0): "DIVERGED"}
    settings = {f"adam {n}": {"learning_rate": 0.1 * (n + 1)} for n in range(5)}
    trials, epochs = _tables(curves, "val_loss", settings, statuses, mode="min")
    trials = trials.assign(seconds=1.0, pruned_rung=trials["epochs_done"].astype(float), pruned_value=0.5)
    study = make_study(trials, epochs, "val_loss", "min", np.random.default_rng(0))
    board = leaderboard(trials, "val_loss", "min")
    found = Findings(Path(), Subject("s", "", "", SETTING_KEYS, ()), "", "", trials, epochs, board, study, "", ())
    shown = parallel(found)
    assert shown.legend == ("until epoch 1", "until epoch 3", "until epoch 9", "diverged or failed")
    looks = dict(zip(shown.names, shown.looks, strict=True))
    assert looks == {"adam 0": 0, "adam 1": 1, "adam 2": 2, "adam 3": 0, "adam 4": 3}
    assert [dimension.name for dimension in shown.dimensions][-2:] == ["epochs reached", "validation loss"]
    assert shown.absent == "none: the setting lacks it, or has no final value"
