"""Figures of a search show every setting, what was pruned as such, and nothing at all for a grid."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sweep.analysis.comparison_data import make_study
from sweep.config.setting_keys import SETTING_KEYS
from sweep.reports.collect import Findings
from sweep.reports.graph_records import Forest
from sweep.reports.search_graphs import distribution_graph, history_graph, proposals_graph, rungs_graph
from sweep.reports.search_setting_graphs import contour_graph, search_importance_graph, slice_graph
from sweep.reports.setting_graphs import heat_graph, importance_graph, sensitivity_graph, tuning_graph
from sweep.reports.subject import Subject
from sweep.reports.svg import draw
from sweep.results.leaderboard import leaderboard
from tests.sweep.analysis.conftest import _tables

SEARCH = (history_graph, proposals_graph, distribution_graph, rungs_graph, slice_graph, contour_graph)


def found(curves, settings, pruned=(), lost=(), **changed):
    """Findings of curves of a loss, (arm, seed) -> its values; pruned trials were judged after the last."""
    statuses = dict.fromkeys(pruned, "PRUNED") | dict.fromkeys(lost, "DIVERGED")
    trials, epochs = _tables(curves, "val_loss", settings, statuses, mode="min")
    is_pruned = trials["status"] == "PRUNED"
    trials = trials.assign(
        seconds=1.0, pruned_rung=trials["epochs_done"].astype(float).where(is_pruned), pruned_value=0.5, epochs=4
    )
    study = make_study(trials, epochs, "val_loss", "min", np.random.default_rng(0))
    board = leaderboard(trials, "val_loss", "min")
    subject = Subject("s", "", "", SETTING_KEYS, ())
    return Findings(Path(), subject, "", "", trials, epochs, board, study, "", (), **changed)


RATES = [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 2.0, 3e-1, 3e-2]
SIZES = [16, 32, 64, 128, 16, 32, 64, 128]
SETTINGS = {
    f"adam {n}": {"learning_rate": rate, "batch_size": size, "decay": "cosine" if n % 2 else "constant"}
    for n, (rate, size) in enumerate(zip(RATES, SIZES, strict=True))
}
ENDS = [0.9, 0.7, 0.3, 0.2, 0.5, 0.8, 0.25, 0.28]


def curves_of(lengths):
    return {
        (f"adam {n}", 0): [end + 0.4, end + 0.2, end + 0.1, end][:length]
        for n, (end, length) in enumerate(zip(ENDS, lengths, strict=True))
    }


@pytest.fixture
def pruned():
    """Of eight settings four are pruned after 1 epoch, two after 2, and two go on."""
    lengths = [1, 1, 2, 4, 1, 1, 4, 2]
    gone = [(f"adam {n}", 0) for n, length in enumerate(lengths) if length < 4]
    return found(curves_of(lengths), SETTINGS, gone, scheduler="asha")


@pytest.fixture
def drawn():
    """Eight settings of a random search, of which one diverged."""
    return found(curves_of([4] * 8), SETTINGS, lost=[("adam 5", 0)], search="random")


def test_a_grid_has_none_of_these_figures():
    grid = found(curves_of([4] * 8), SETTINGS)
    assert [make(grid) for make in (*SEARCH, search_importance_graph)] == [None] * 7
    assert importance_graph(grid) is not None


def test_figures_that_pruned_settings_would_bias_are_left_out(pruned, drawn):
    assert [make(pruned) for make in (sensitivity_graph, tuning_graph, heat_graph, importance_graph)] == [None] * 4
    assert sensitivity_graph(drawn) is None
    assert tuning_graph(drawn) is not None


def test_the_history_has_every_setting_and_the_best_of_those_that_ended(pruned):
    graph = history_graph(pruned)
    (panel,) = graph.panels
    best, ended, gone = panel.curves
    assert panel.title == "Adam: 8 settings"
    assert list(best.x) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert list(best.y)[:3] == pytest.approx([np.nan] * 3, nan_ok=True)
    assert list(best.y)[3:] == [0.2] * 5
    assert np.flatnonzero(np.isfinite(ended.y)).tolist() == [3, 6]
    assert np.asarray(gone.y)[[0, 2]].tolist() == pytest.approx([0.9 + 0.4, 0.3 + 0.2])
    assert (gone.is_open, gone.tone, ended.is_open) == (True, "grey", False)
    assert "pruned by `asha`" in graph.caption


def test_a_setting_that_diverged_is_a_cross_in_the_history(drawn):
    (panel,) = history_graph(drawn).panels
    assert [curve.label for curve in panel.curves] == ["best so far", "ended"]
    assert list(panel.curves[0].crosses) == [6]
    assert "proposed by `random`" in history_graph(drawn).caption


def test_the_rungs_count_who_came_and_who_was_pruned(pruned, drawn):
    (panel,) = rungs_graph(pruned).panels
    assert panel.names == ("rung 1: 8", "rung 2: 4", "the end: 2")
    assert (panel.notes, list(panel.lengths)) == (("4 pruned", "2 pruned", ""), [8, 4, 2])
    # 4 x 1 + 2 x 2 + 2 x 4 of 32 epochs.
    assert panel.title == "Adam: 50 % of the epochs saved"
    assert rungs_graph(drawn) is None


def test_what_was_proposed_is_shown_for_each_hyperparameter_that_varied(drawn, pruned):
    graph = proposals_graph(drawn)
    assert [panel.y_label for panel in graph.panels] == ["learning_rate", "batch_size"]
    (curve,) = graph.panels[0].curves
    assert list(curve.y) == RATES
    assert (graph.panels[0].y_scale, graph.panels[1].y_scale) == ("log", "linear")
    assert proposals_graph(pruned) is None


def test_pruned_settings_are_distributed_by_their_values_at_one_epoch(pruned, drawn):
    (panel,) = distribution_graph(pruned).panels
    (curve,) = panel.curves
    assert panel.x_label == "validation loss after epoch 1"
    assert list(curve.x)[1:] == pytest.approx(sorted(end + 0.4 for end in ENDS))
    assert "after epoch 1, the last that all reached" in distribution_graph(pruned).caption
    # Of the other search one diverged, and has no value.
    (curve,) = distribution_graph(drawn).panels[0].curves
    assert list(curve.x)[1:] == sorted([*ENDS[:5], *ENDS[6:]])
    assert curve.y[-1] == 1.0


def test_slices_show_each_setting_at_its_value_and_categories_by_their_quartiles(pruned):
    by = {panel.title: panel for panel in slice_graph(pruned).panels}
    assert list(by) == ["Over learning_rate", "Over batch_size", "By decay"]
    ended, gone = by["Over learning_rate"].curves
    assert np.asarray(ended.x)[np.isfinite(ended.y)].tolist() == [0.1, 0.3]
    assert np.isfinite(gone.y).sum() == 6
    rows = by["By decay"].rows
    assert isinstance(by["By decay"], Forest)
    # Constant: 0.9, 0.3, 0.5 and 0.25, each 0.4 more after the first epoch; quartiles by linear interpolation.
    assert (rows[0].label, rows[0].note) == ("constant", "4 settings")
    assert (rows[0].low, rows[0].value, rows[0].high) == pytest.approx((0.6875, 0.8, 1.0))


def test_a_contour_spans_the_two_most_important_and_is_drawn_with_its_scale(drawn):
    (panel,) = contour_graph(drawn).panels
    assert {panel.x_label, panel.y_label} == {"learning_rate", "batch_size"}
    contour = panel.contour
    assert (contour.measure, contour.is_low_good) == ("validation loss", True)
    assert np.nanmin(contour.heights) >= 0.2
    assert "validation loss" in draw(panel)


def test_importance_is_told_by_both_methods_and_of_conditional_hyperparameters_by_name():
    settings = {
        name: {**setting, "beta1": [0.5, 0.6, 0.7, 0.8, 0.9][n] if n < 5 else None}
        for n, (name, setting) in enumerate(SETTINGS.items())
    }
    graph = search_importance_graph(found(curves_of([4] * 8), settings, search="tpe"))
    fanova, ped = graph.panels
    assert (fanova.title, ped.title) == ("fANOVA, Adam (8 settings)", "PED-ANOVA, Adam (8 settings)")
    for panel in graph.panels:
        assert {"learning_rate", "batch_size", "decay", "beta1 (conditional: 5 settings)"} == set(panel.names)
        assert list(panel.lengths) == sorted(panel.lengths, reverse=True)


def test_without_optuna_the_section_says_how_to_get_it(drawn, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    graph = search_importance_graph(drawn)
    assert graph.panels == ()
    assert "pip install" in graph.caption
    assert contour_graph(drawn) is not None


def test_levels_without_a_result_have_no_panel(pruned):
    assert history_graph(replace(pruned, study=replace(pruned.study, levels=()))) is None
