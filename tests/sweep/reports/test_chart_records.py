"""Tests of charts: that what is told apart in the records is told apart in the picture."""

from __future__ import annotations

import numpy as np

from sweep.reports.chart_records import Chart, Line, Plot
from sweep.reports.figures import draw_chart, draw_panels

AXIS = np.linspace(0.0, 1.0, 20)


def plot(*labels: str) -> Plot:
    return Plot("title", "x (m)", "y (s)", tuple(Line(label, AXIS, AXIS + n) for n, label in enumerate(labels)))


def test_panels_alone_have_no_title_and_one_picture_each():
    with_title, (alone,) = draw_chart(Chart((plot("a"),))).svg, draw_panels(Chart((plot("a"),)))
    assert "<!-- title -->" in with_title
    assert "<!-- title -->" not in alone
    assert "<!-- x (m) -->" in alone
    assert len(draw_panels(Chart((plot("a"), plot("b"))))) == 2
