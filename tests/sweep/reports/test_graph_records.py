"""Records of figures say all that a drawing shows; what is left out of one is not drawn."""

from __future__ import annotations

import dataclasses
from typing import get_args

import numpy as np
import pytest

from sweep.reports.graph_records import (
    Cells,
    Curve,
    Curves,
    Dimension,
    Forest,
    Graph,
    Heat,
    Interval,
    Panel,
    Shares,
    View,
)
from sweep.reports.svg import draw

CURVE = Curve("adam", 0, (1, 2), (0.5, 0.25))
PANELS = (
    Curves("lines", "epochs", "loss", (CURVE,)),
    Forest("intervals", "loss", (Interval("adam - sgd", 0.5, 0.25, 0.75, "3 seeds", True),)),
    Heat("cells", "beta2", "beta1", ("0.9",), ("0.8",), np.array([[0.5]]), (("0.5",),), True, (0.0, 1.0), "loss"),
    Shares("bars", "share (%)", ("learning_rate",), (100.0,), ("100 %",)),
)


def test_every_kind_of_panel_can_be_drawn_under_its_title():
    # The lecture's cells are drawn by matplotlib alone.
    assert {type(panel) for panel in PANELS} == set(get_args(Panel)) - {Cells}
    for panel in PANELS:
        assert f">{panel.title}</text>" in draw(panel)


def test_a_curve_has_no_band_no_crosses_and_no_dots_unless_it_is_given_some():
    assert (CURVE.low, CURVE.high, CURVE.crosses, CURVE.is_step, CURVE.has_dots) == ((), (), (), False, False)
    bare = draw(Curves("lines", "epochs", "loss", (CURVE,)))
    dotted = draw(Curves("lines", "epochs", "loss", (dataclasses.replace(CURVE, has_dots=True),)))
    # The two points, and one in the legend.
    assert (bare.count("<circle"), dotted.count("<circle")) == (0, 3)


def test_a_panel_has_linear_axes_that_fit_its_curves_and_no_target_unless_told_otherwise():
    panel = PANELS[0]
    assert (panel.x_scale, panel.y_scale, panel.target, panel.y_limits) == ("linear", "linear", None, None)
    # No difference lies at 0, and the axis of a measure may leave ticks out.
    assert PANELS[1].none_at == 0
    assert Dimension("beta1", ((0.5, "0.9"),)).is_number


def test_a_figure_offers_no_choice_of_views_unless_it_has_some():
    graph = Graph("learning-curves", "Learning curves", "How to read it.", PANELS[:1])
    assert graph.views == ()
    both = (View("epochs", "usual", PANELS[:1]), View("steps", "usual", PANELS[1:2]))
    assert [view.x for view in dataclasses.replace(graph, views=both).views] == ["epochs", "steps"]


@pytest.mark.parametrize("record", [CURVE, *PANELS, PANELS[1].rows[0]], ids=lambda record: type(record).__name__)
def test_drawing_cannot_change_what_was_computed(record):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, dataclasses.fields(record)[0].name, "another")
