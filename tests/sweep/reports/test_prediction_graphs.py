"""Figures of predictions show the selected setting of each level on the part that their caption names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sweep.reports.prediction_graphs import classifier_graph, confused_grid, confusion_graph, residual_graph
from sweep.reports.svg import draw
from sweep.results.data_summary import DataSummary
from tests.sweep.reports.test_training_graphs import CURVES, findings

DATA = DataSummary(name="d", rows=8, task="binary", features=1, classes=(("no", 4), ("yes", 4)), parts={})


def rows(arm, pairs, classes=2, part="test", seed=0):
    """Predictions of one trial: (true class, predicted class), with a probability of 0.8 for the latter."""
    outputs = np.full((len(pairs), classes), 0.2 / (classes - 1))
    outputs[np.arange(len(pairs)), [predicted for _, predicted in pairs]] = 0.8
    columns = {f"output_{n}": outputs[:, n] for n in range(classes)}
    about = {"level": arm, "arm_id": arm, "trial_id": f"{arm}/{seed}", "seed": seed, "part": part}
    return pd.DataFrame({**columns, "target": [true for true, _ in pairs]}).assign(**about)


def shown(*tables, data=DATA):
    return replace(findings(CURVES), predictions=pd.concat(tables, ignore_index=True), data=data)


RIGHT, WRONG = [(0, 0), (0, 0), (1, 1), (1, 1)], [(0, 0), (0, 1), (0, 1), (1, 0), (1, 1)]


def test_a_confusion_matrix_has_the_first_class_on_top_and_shares_of_each_row():
    graph = confusion_graph(shown(rows("adam", RIGHT), rows("sgd", WRONG)))
    adam, sgd = graph.panels
    assert (adam.title, sgd.title) == ("Adam", "Gradient descent")
    # Rows of a heat map are from the bottom.
    assert sgd.y_names == ("yes", "no")
    assert sgd.values.round(1).tolist() == [[50.0, 50.0], [33.3, 66.7]]
    assert sgd.notes == (("1 (50 %)", "1 (50 %)"), ("1 (33 %)", "2 (67 %)"))
    assert adam.notes == (("", "2 (100 %)"), ("2 (100 %)", ""))
    assert not adam.is_low_good
    assert "on the test part, 1 seed" in graph.caption


def test_seeds_are_counted_together():
    (panel,) = confusion_graph(shown(rows("adam", RIGHT), rows("adam", WRONG, seed=1))).panels
    assert panel.notes[1] == ("3 (60 %)", "2 (40 %)")


def test_all_but_all_is_not_all_and_a_class_without_examples_has_no_shares():
    (panel,) = confusion_graph(shown(rows("adam", [(0, 0)] * 999 + [(0, 1)]))).panels
    assert panel.notes[1] == ("999 (>99 %)", "1 (<1 %)")
    assert np.isnan(panel.values[0]).all()


def test_the_test_part_is_shown_only_if_every_level_has_it():
    both = shown(rows("adam", RIGHT), rows("adam", WRONG, part="validation"), rows("sgd", WRONG, part="validation"))
    graph = confusion_graph(both)
    assert "on the validation part" in graph.caption
    assert graph.panels[0].notes[1] == ("1 (33 %)", "2 (67 %)")
    assert (
        "on the test part"
        in confusion_graph(shown(rows("adam", RIGHT), rows("adam", WRONG, part="validation"))).caption
    )


def test_another_setting_than_the_selected_one_is_not_shown():
    assert confusion_graph(shown(rows("adam slow", RIGHT))) is None
    assert confusion_graph(findings(CURVES)) is None


def test_long_names_of_many_classes_stand_beside_the_rows_and_number_the_columns():
    names = [f"kind {n}" for n in range(6)]
    data = replace(DATA, task="multiclass", classes=tuple((name, 1) for name in names))
    (panel,) = confusion_graph(shown(rows("adam", [(n, n) for n in range(6)], 6), data=data)).panels
    assert panel.x_names == ("1", "2", "3", "4", "5", "6")
    assert panel.y_names[-1] == "1 kind 0"
    assert panel.notes[-1] == ("100", "", "", "", "", "")
    # Names that are short enough, or not known, are the columns' own.
    (panel,) = confusion_graph(shown(rows("adam", [(n, n) for n in range(6)], 6), data=None)).panels
    assert panel.x_names == ("0", "1", "2", "3", "4", "5")


@pytest.mark.parametrize(("classes", "is_table"), [(20, False), (21, True)])
def test_beyond_twenty_classes_a_table_has_the_pairs(classes, is_table):
    pairs = [(3, 4), (3, 4), (3, 3), (3, 3), (0, 1), (1, 1)]
    found = shown(rows("adam", pairs, classes), data=replace(DATA, task="multiclass"))
    grid = confused_grid(found)
    assert (grid is not None) is is_table
    assert (confusion_graph(found) is None) is is_table
    if grid is not None:
        assert grid.rows == (("adam", "3", "4", "2", "50.0 %"), ("adam", "0", "1", "1", "100.0 %"))


def test_curves_have_a_line_for_each_level_and_one_for_guessing():
    graph = classifier_graph(shown(rows("adam", RIGHT), rows("sgd", WRONG), rows("sgd", WRONG, seed=1)))
    roc, precision, calibration = graph.panels
    assert [curve.label for curve in roc.curves] == ["Adam, area 1.000", "Gradient descent, area 0.417", "guessing"]
    # Of the 6 pairs of yes and no, the wrong one orders 1 rightly, 2 wrongly, and 3 are level: (1 + 3 / 2) / 6.
    assert roc.curves[-1].tone == "grey"
    # 2 of 4 and 2 of 5 are yes, the mean of which guesses.
    assert list(precision.curves[-1].y) == pytest.approx([0.45, 0.45])
    assert [curve.look for curve in calibration.curves[:2]] == [0, 1]
    assert list(calibration.curves[0].y) == [0.0, 1.0]
    assert len(roc.curves[0].low) == 0
    assert len(roc.curves[1].low) == len(roc.curves[1].x)
    assert "Positive is the class yes." in graph.caption
    assert "the band has all seeds" in graph.caption
    for panel in graph.panels:
        assert draw(panel).startswith("<svg")


def test_a_single_seed_has_no_mean_and_no_band():
    caption = classifier_graph(shown(rows("adam", RIGHT))).caption
    assert "mean" not in caption
    assert "band" not in caption


def numbers(arm, targets, outputs):
    frame = pd.DataFrame({"target": targets, "output_0": outputs})
    return frame.assign(level=arm, arm_id=arm, trial_id=arm, seed=0, part="validation")


def test_residuals_have_a_panel_for_each_level_on_one_scale():
    found = shown(numbers("adam", [1.0, 5.0], [2.0, 3.0]), numbers("sgd", [0.0, 0.0], [10.0, 4.0]), data=None)
    assert classifier_graph(found) is None
    assert confusion_graph(found) is None
    graph = residual_graph(found)
    adam, sgd = graph.panels
    points, none, mean = adam.curves
    assert (list(points.x), list(points.y)) == ([2.0, 3.0], [-1.0, 2.0])
    assert (points.is_joined, points.tone, none.tone) == (False, "pale", "grey")
    assert list(mean.y) == [-1.0, 2.0]
    # From -10 to 2, with a twentieth of that beyond.
    assert adam.y_limits == sgd.y_limits == pytest.approx((-10.6, 2.6))
    assert "on the validation part" in graph.caption
    assert draw(adam).startswith("<svg")


def test_classes_have_no_residuals():
    assert residual_graph(shown(rows("adam", RIGHT))) is None
    assert residual_graph(findings(CURVES)) is None
