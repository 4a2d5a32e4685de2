"""Figures of a search show every setting, what was pruned as such, and nothing at all for a grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sweep.reports.search_graphs import distribution_graph, history_graph, proposals_graph, rungs_graph
from sweep.reports.search_setting_graphs import contour_graph, search_importance_graph, slice_graph
from sweep.reports.setting_graphs import heat_graph, importance_graph, sensitivity_graph, tuning_graph
from tests.sweep.reports.searches import ENDS, RATES, SETTINGS, curves_of, found, pruned_search, random_search

SEARCH = (history_graph, proposals_graph, distribution_graph, rungs_graph, slice_graph, contour_graph)


@pytest.fixture
def pruned():
    """Of eight settings four are pruned after 1 epoch, two after 2, and two go on."""
    return pruned_search()


@pytest.fixture
def drawn():
    """Eight settings of a random search, of which one diverged."""
    return random_search()


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
    assert np.flatnonzero(np.isnan(gone.y)).tolist() == [3, 6]
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


def test_levels_without_a_result_have_no_panel(pruned):
    assert history_graph(replace(pruned, study=replace(pruned.study, levels=()))) is None
