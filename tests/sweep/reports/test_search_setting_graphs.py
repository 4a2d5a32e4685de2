"""Slices, contours and importance of a search are of all its settings, compared where all of them had been."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from sweep.reports.graph_records import Forest
from sweep.reports.search_setting_graphs import contour_graph, search_importance_graph, slice_graph
from sweep.reports.svg import draw
from tests.sweep.reports.searches import SETTINGS, curves_of, found


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
    monkeypatch.setitem(sys.modules, "optuna", None)
    graph = search_importance_graph(drawn)
    assert graph.panels == ()
    assert "pip install" in graph.caption
    assert contour_graph(drawn) is not None
