"""The family tree joins a trial to the parent whose state it took over, and follows the best back to its root."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from sweep.analysis.objectives import Descent
from sweep.reports.lineage_graph import line_of, lineage_graph
from sweep.reports.svg import draw

# b takes over a at 2, and c takes over b at 4 with another rate; a and b go on.
TREE = (
    Descent("a", 0, 2),
    Descent("b", 0, 2),
    Descent("c", 0, 2),
    Descent("a", 2, 4),
    Descent("b", 2, 4, parent="a", changed=(("learning_rate", "0.2"),)),
    Descent("c", 2, 4),
    Descent("b", 4, 6),
    Descent("c", 4, 6, parent="b", changed=(("learning_rate", "0.4"),)),
)


def found(descents, **finals):
    trials = pd.DataFrame({"trial_id": list(finals), "final_val_loss": list(finals.values())})
    return SimpleNamespace(descents=descents, trials=trials, study=SimpleNamespace(metric="val_loss", mode="min"))


def test_a_line_of_descent_goes_back_through_the_parents():
    assert [(one.trial, one.start) for one in line_of(TREE, "c")] == [("a", 0), ("b", 2), ("c", 4)]
    assert [(one.trial, one.start) for one in line_of(TREE, "a")] == [("a", 0), ("a", 2)]


def test_the_best_is_followed_and_its_changes_are_told():
    graph = lineage_graph(found(TREE, a=0.3, b=0.2, c=0.1))
    (panel,) = graph.panels
    *others, line, changes = panel.curves
    assert list(zip(line.x, line.y, strict=True)) == [
        (0, 1), (0, 1), (2, 1), (2, 1), (2, 2), (4, 2), (4, 2), (4, 3), (6, 3),
    ]  # fmt: skip
    assert list(zip(changes.x, changes.y, strict=True)) == [(2, 2), (4, 3)]
    assert len(others) == len(TREE) - 3
    assert {curve.tone for curve in others} == {"pale"}
    assert "at 2 learning_rate 0.2; at 4 learning_rate 0.4" in graph.caption
    assert draw(panel).count("<polyline") > len(others)


def test_without_any_takeover_there_is_no_tree():
    assert lineage_graph(found(TREE[:4], a=0.3)) is None
    assert lineage_graph(found(())) is None
