"""Every kind of panel can be drawn."""

from __future__ import annotations

import io

import matplotlib.image
import numpy as np
import pytest

from sweep.reports.chart_records import Bars, Cells, Chart, Contour, Guide, Line, Mark, Plot
from sweep.reports.figures import draw_chart

AXIS = np.linspace(0.0, 1.0, 20)


@pytest.mark.parametrize(
    "panel",
    [
        Plot(
            "contour",
            "x",
            "y",
            (Line("path", AXIS, AXIS, "both"), Line("cloud", AXIS, AXIS, "points", is_faint=True)),
            Contour(AXIS, AXIS, np.add.outer(AXIS, AXIS), [0.5, 1.0, 1.5]),
            (Mark("start", 0.1, 0.1, "start"), Mark("minimum", 0.5, 0.5, "minimum")),
            (Guide("here", x=0.3), Guide("there", y=0.7)),
            x_limits=(0.0, 1.0),
            y_limits=(0.0, 1.0),
        ),
        Bars("bars", "steps", ("a", "b"), [10.0, 1000.0], ("10", "more"), (False, True), "log"),
        Cells("cells", "place", ("epoch 1",), (((3, 0), (1, 0), (2, 1)),)),
    ],
    ids=lambda panel: panel.title,
)
def test_every_kind_of_panel_is_drawn_as_png_and_the_same_svg_each_time(panel):
    picture, again = draw_chart(Chart((panel,))), draw_chart(Chart((panel,)))
    assert picture.png.startswith(b"\x89PNG")
    assert picture.svg == again.svg
    assert matplotlib.image.imread(io.BytesIO(picture.png))[..., :3].std() > 0.05
