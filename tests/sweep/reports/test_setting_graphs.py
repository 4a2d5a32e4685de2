"""Figures of settings show paired differences, the best at each rate, cells of two hyperparameters, and tuning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sweep.analysis.comparison_data import make_study
from sweep.config.setting_keys import SETTING_KEYS
from sweep.reports.collect import Findings, gather
from sweep.reports.setting_graphs import (
    difference_graph,
    heat_graph,
    importance_graph,
    sensitivity_graph,
    tuning_graph,
)
from sweep.reports.subject import Subject
from sweep.results.leaderboard import leaderboard
from tests.sweep.analysis.conftest import _tables


def findings(values, settings=None, metric="val_loss", mode="min", lost=()):
    """Findings of final values, (arm, seed) -> the metric; an arm's first word is its optimizer."""
    curves = {trial: [value] for trial, value in values.items()}
    statuses = dict.fromkeys(lost, "DIVERGED")
    trials, epochs = _tables(curves, metric, settings, statuses, mode=mode)
    trials["seconds"] = 1.0
    study = make_study(trials, epochs, metric, mode, np.random.default_rng(0))
    board = leaderboard(trials, metric, mode)
    return Findings(Path(), Subject("s", "", "", SETTING_KEYS, ()), "", "", trials, epochs, board, study, "", ())


RATES = {
    **{f"sgd {rate} {size}": {"learning_rate": rate, "batch_size": size} for rate in (0.1, 1.0) for size in (16, 32)},
    "adam": {"learning_rate": 0.01},
}
LOSSES = {("sgd 0.1 16", 0): 0.5, ("sgd 0.1 32", 0): 0.25, ("sgd 1.0 16", 0): 0.75, ("sgd 1.0 32", 0): 0.625}


def test_a_difference_is_that_of_the_seeds_in_common_with_what_is_said_of_it():
    # Of seeds 0 to 2 the differences are 0.125, 0.25 and 0.375; of seed 3 only one is known.
    values = {("adam", seed): 0.25 for seed in range(4)}
    values |= {("sgd", 0): 0.375, ("sgd", 1): 0.5, ("sgd", 2): 0.625}
    (panel,) = difference_graph(findings(values)).panels
    (row,) = panel.rows
    assert (row.label, row.value, panel.x_label) == ("Adam - Gradient descent", 0.25, "validation loss")
    # Student's t with 2 degrees of freedom: 4.303 x 0.125 / sqrt(3) = 0.3105 about 0.25, p of t = 3.464 is 0.074.
    assert (row.low, row.high) == pytest.approx((-0.0605, 0.5605), abs=1e-4)
    assert (row.note, row.is_shown) == ("p 0.074, 3 seeds", False)


def test_differences_of_a_share_are_in_points_and_end_where_shares_do():
    values = {("adam", 0): 0.875, ("adam", 1): 0.75, ("sgd", 0): 0.5, ("sgd", 1): 0.625}
    (panel,) = difference_graph(findings(values, metric="val_accuracy", mode="max")).panels
    assert panel.x_label == "points of validation accuracy"
    # Of 0.375 and 0.125; Student's interval of two seeds is far wider than from -1 to 1.
    assert (panel.rows[0].value, panel.rows[0].low, panel.rows[0].high) == (25, -100, 100)


def test_of_more_than_five_levels_only_the_differences_from_the_best_are_shown():
    names = ("sgd", "momentum", "nesterov", "rmsprop", "adam", "lion")
    values = {(name, seed): 0.125 * place + seed / 16 for place, name in enumerate(names, 1) for seed in range(2)}
    graph = difference_graph(findings(values))
    assert [row.label.partition(" - ")[0] for row in graph.panels[0].rows] == 5 * ["Gradient descent"]
    assert graph.caption.startswith("The best and every other, ")
    five = {key: value for key, value in values.items() if key[0] != "lion"}
    assert len(difference_graph(findings(five)).panels[0].rows) == 10


def test_one_level_or_levels_without_a_seed_in_common_have_no_differences():
    assert difference_graph(findings({("adam", 0): 0.5, ("adam", 1): 0.25})) is None
    assert difference_graph(findings({("adam", 0): 0.5, ("sgd", 1): 0.25})) is None


def test_at_each_rate_stands_the_best_setting_and_a_cross_where_one_diverged():
    values = {**LOSSES, ("sgd 0.1 16", 1): 0.5, ("adam", 0): 0.125}
    (panel,) = sensitivity_graph(findings(values, RATES, lost=[("sgd 1.0 16", 0)])).panels
    adam, sgd = panel.curves
    assert (panel.x_scale, adam.label, list(adam.x), list(adam.y)) == ("log", "Adam", [0.01], [0.125])
    assert (list(sgd.x), list(sgd.y), list(sgd.crosses)) == ([0.1, 1.0], [0.25, 0.625], [1.0])
    # Of an accuracy the largest is the best.
    (panel,) = sensitivity_graph(findings(LOSSES, RATES, "val_accuracy", "max")).panels
    assert list(panel.curves[0].y) == [0.5, 0.75]


def test_one_rate_or_nothing_but_divergence_tells_nothing_of_sensitivity():
    same = {("sgd 0.1 16", 0): 0.5, ("sgd 0.1 32", 0): 0.25}
    assert sensitivity_graph(findings(same, RATES)) is None
    assert sensitivity_graph(findings(LOSSES, RATES, lost=list(LOSSES))) is None


def test_a_cell_is_the_mean_of_its_seeds_and_counts_those_that_diverged():
    values = {**LOSSES, ("sgd 0.1 32", 1): 0.375, ("sgd 1.0 32", 1): 9.0}
    (panel,) = heat_graph(findings(values, RATES, lost=[("sgd 1.0 16", 0), ("sgd 1.0 32", 1)])).panels
    assert (panel.x_label, panel.x_names, panel.y_label, panel.y_names) == (
        "batch_size",
        ("16", "32"),
        "learning_rate",
        ("0.1", "1"),
    )
    assert panel.title == "Gradient descent: validation loss"
    np.testing.assert_array_equal(panel.values, [[0.5, 0.3125], [np.nan, 0.625]])
    assert panel.notes == (("0.5", "0.3125"), ("x1", "0.625 x1"))
    assert panel.is_low_good


def test_a_colour_means_the_same_in_the_cells_of_every_level():
    adam = {f"adam {name}": {**setting, "learning_rate": setting["learning_rate"] / 10}
            for name, setting in RATES.items() if name != "adam"}  # fmt: skip
    values = {**LOSSES, **{(f"adam {name}", 0): value / 8 for (name, _), value in LOSSES.items()}}
    panels = heat_graph(findings(values, {**RATES, **adam})).panels
    assert [panel.limits for panel in panels] == [(0.03125, 0.75)] * 2
    # Shares are in per cent.
    (panel,) = heat_graph(findings(LOSSES, RATES, "val_accuracy", "max")).panels
    assert (panel.limits, panel.measure, panel.is_low_good) == ((25, 75), "validation accuracy (%)", False)


def test_cells_leave_out_what_differs_from_the_best_setting_in_anything_else():
    longer = {"sgd 0.1 32 long": {"learning_rate": 0.1, "batch_size": 32, "epochs": 20}}
    (panel,) = heat_graph(findings({**LOSSES, ("sgd 0.1 32 long", 0): 0.5}, {**RATES, **longer})).panels
    assert panel.notes[0] == ("0.5", "0.25")


def test_hyperparameters_that_do_not_both_vary_have_no_cells():
    assert heat_graph(findings({("adam", 0): 0.5, ("sgd 0.1 16", 0): 0.5}, RATES)) is None
    # Where all diverged there are cells, on some scale, without a number.
    (panel,) = heat_graph(findings(LOSSES, RATES, lost=list(LOSSES))).panels
    assert (panel.limits, np.isnan(panel.values).all()) == ((0.0, 1.0), True)


def test_the_hyperparameter_on_which_all_depends_has_the_longest_bar():
    pytest.importorskip("optuna")
    values = {(arm, 0): RATES[arm]["learning_rate"] for arm, _ in LOSSES}
    (panel,) = importance_graph(findings(values, RATES)).panels
    assert panel.title == "Gradient descent (4 settings)"
    assert panel.names == ("learning_rate", "batch_size")
    # The optimizer itself, which is what is compared, has no bar; the others add up to 100 %.
    assert panel.lengths[0] > 75
    assert sum(panel.lengths) == pytest.approx(100)
    assert [int(note.removesuffix(" %")) for note in panel.notes] == pytest.approx(panel.lengths, abs=0.5)
    # Where all settings are as good, none depends on anything.
    (panel,) = importance_graph(findings(dict.fromkeys(values, 0.5), RATES)).panels
    assert (panel.lengths, panel.notes) == ((0, 0), ("0 %", "0 %"))


def test_few_settings_say_nothing_of_importance():
    three = dict(list(LOSSES.items())[:3])
    assert importance_graph(findings(three, RATES)) is None


def test_the_best_of_k_settings_is_that_of_a_random_order():
    # Of 2 of the settings 0.25, 0.5, 0.625 and 0.75 the best is 0.25 in 3 of 6 pairs, 0.5 in 2, and 0.625 in one.
    (panel,) = tuning_graph(findings(LOSSES, RATES)).panels
    (curve,) = panel.curves
    assert (list(curve.x), panel.x_scale) == ([1, 2, 3, 4], "linear")
    expected = [2.125 / 4, (3 * 0.25 + 2 * 0.5 + 0.625) / 6, (3 * 0.25 + 0.5) / 4, 0.25]
    assert list(curve.y) == pytest.approx(expected)
    assert all(low <= value <= high for low, value, high in zip(curve.low, curve.y, curve.high, strict=True))


def test_one_setting_or_nothing_but_divergence_says_nothing_of_tuning():
    assert tuning_graph(findings({("sgd 0.1 16", 0): 0.5, ("adam", 0): 0.25}, RATES)) is None
    assert tuning_graph(findings(LOSSES, RATES, lost=list(LOSSES))) is None


def test_each_number_of_the_users_own_has_a_panel_of_its_sensitivity_and_a_pair_a_heat_map(own_sweep):
    found = gather(own_sweep.path)
    (panel,) = sensitivity_graph(found).panels
    (curve,) = panel.curves
    # The best at a width of 8 and of 16 is a tree, 0.08 apart.
    assert (panel.x_label, list(curve.x)) == ("model.width", [8, 16])
    assert list(curve.y) == pytest.approx([0.66, 0.74])
    # One number has no other to be shown with.
    assert heat_graph(found) is None
