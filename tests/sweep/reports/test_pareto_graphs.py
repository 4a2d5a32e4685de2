"""The Pareto front is joined in the plane of two objectives, and its hypervolume is drawn over time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sweep.analysis.objectives import Objectives
from sweep.reports.pareto_graphs import pareto_graph
from sweep.reports.svg import draw

POINTS = ((0.9, 5.0), (0.8, 1.0), (0.7, 2.0), (0.85, 2.0))
TWO = Objectives(
    ("val_accuracy", "seconds"), ("max", "min"), ("a", "b", "c", "d"), POINTS, (True, True, False, True), (1, 2, 2, 3)
)


class Found:
    """Findings of which only the objectives matter."""

    def __init__(self, objectives):
        self.objectives = objectives


def test_the_front_is_a_staircase_and_the_others_are_open():
    graph = pareto_graph(Found(TWO))
    plane, volume = graph.panels
    front, others = plane.curves
    assert (graph.heading, front.label) == ("Pareto front", "Pareto front")
    assert list(zip(front.x, front.y, strict=True)) == [(0.8, 1.0), (0.85, 2.0), (0.9, 5.0)]
    assert (front.is_step, front.is_joined) == (True, True)
    assert list(zip(others.x, others.y, strict=True)) == [(0.7, 2.0)]
    assert (plane.x_label, plane.y_label) == ("validation accuracy (more is better)", "seconds (less is better)")
    assert list(volume.curves[0].y) == [1, 2, 2, 3]
    assert graph.caption.startswith("3 settings of 4: ")
    assert "Pareto front" in draw(plane)


def test_three_objectives_have_a_plane_for_each_two_in_which_the_front_is_not_joined():
    three = replace(
        TWO, names=(*TWO.names, "val_loss"), modes=(*TWO.modes, "min"), values=tuple((*p, 1.0) for p in POINTS),
        hypervolumes=(),
    )  # fmt: skip
    graph = pareto_graph(Found(three))
    assert [panel.title for panel in graph.panels] == [
        "Seconds over validation accuracy",
        "Validation loss over validation accuracy",
        "Validation loss over seconds",
    ]
    assert not any(panel.curves[0].is_joined for panel in graph.panels)


@pytest.mark.parametrize("objectives", [None, replace(TWO, is_front=(False,) * 4)])
def test_without_a_front_there_is_no_figure(objectives):
    assert pareto_graph(Found(objectives)) is None
