"""What is told apart in the records is told apart in the picture."""

from __future__ import annotations

import io

import matplotlib.image
import numpy as np

from sweep.reports.chart_records import Bars, Cells, Chart, Line, Plot
from sweep.reports.figures import draw_chart
from sweep.reports.figures.charts import _numbers
from sweep.reports.svg.marks import COLOURS

AXIS = np.linspace(0.0, 1.0, 20)


def plot(*labels: str) -> Plot:
    return Plot("title", "x (m)", "y (s)", tuple(Line(label, AXIS, AXIS + n) for n, label in enumerate(labels)))


def test_a_label_looks_the_same_in_all_panels_and_unlike_those_beside_it():
    numbers = _numbers(Chart((plot("a", "b"), plot("c", "d"), plot("b", "c"))))
    assert numbers["a"] != numbers["b"]
    assert numbers["c"] != numbers["d"]
    assert numbers["b"] != numbers["c"]
    # Labels that never meet may share a look, so that few colours serve.
    assert len(set(numbers.values())) < len(numbers)


def picture_of(*panels: Plot | Bars | Cells) -> np.ndarray:
    return matplotlib.image.imread(io.BytesIO(draw_chart(Chart(panels)).png))


def test_a_chart_is_as_wide_as_its_columns_and_as_high_as_its_rows():
    assert picture_of(plot("a")).shape == (660, 960, 4)
    assert picture_of(plot("a"), plot("b"), plot("c")).shape == (1320, 1920, 4)


def test_lines_are_drawn_in_the_colours_of_their_labels():
    picture = (picture_of(plot("a", "b"))[..., :3] * 255).round().astype(int)
    for colour in COLOURS[:2]:
        wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert (np.abs(picture - wanted).max(axis=2) < 8).sum() > 300
