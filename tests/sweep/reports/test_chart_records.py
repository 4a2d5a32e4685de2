"""Tests of charts: that what is told apart in the records is told apart in the picture."""

from __future__ import annotations

import io
import itertools
import re
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from sweep.reports.chart_records import Bars, Cells, Chart, Contour, Guide, Line, Mark, Plot
from sweep.reports.figures import draw_chart, draw_panels
from sweep.reports.figures.charts import _numbers
from sweep.reports.figures.style import look
from sweep.reports.svg import marks
from sweep.reports.svg.marks import COLOURS

AXIS = np.linspace(0.0, 1.0, 20)


def plot(*labels: str) -> Plot:
    return Plot("title", "x (m)", "y (s)", tuple(Line(label, AXIS, AXIS + n) for n, label in enumerate(labels)))


def test_no_two_of_28_lines_look_the_same():
    looks = [look(number) for number in range(28)]
    assert len(set(looks)) == 28
    assert all(one[1] != two[1] for one, two in itertools.pairwise(looks[:7]))


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


def test_panels_alone_have_no_title_and_one_picture_each():
    with_title, (alone,) = draw_chart(Chart((plot("a"),))).svg, draw_panels(Chart((plot("a"),)))
    assert "<!-- title -->" in with_title
    assert "<!-- title -->" not in alone
    assert "<!-- x (m) -->" in alone
    assert len(draw_panels(Chart((plot("a"), plot("b"))))) == 2


def test_a_panel_of_a_page_has_a_dark_twin_for_each_of_its_colours():
    (svg,) = draw_panels(Chart((plot("a", "b"),)))
    light, dark = re.findall(r":root\{([^}]*)\}", svg)
    names = [part.split(":")[0] for part in light.split(";") if part]
    assert names == [part.split(":")[0] for part in dark.split(";") if part]
    body = svg.partition("</style>")[2]
    # Whatever has a colour takes it from the page's theme, letters included, which matplotlib leaves black if they are.
    assert re.findall(r"(?:fill|stroke): #[0-9a-f]{6}", body) == []
    assert set(re.findall(r"var\((--t\d+)\)", body)) <= set(names)
    assert 'id="text_' in body
    assert len(re.findall(r'<g style="fill: var', body)) >= 2


def test_light_and_dark_colours_stand_out_from_their_paper_and_letters_are_legible():
    def light_of(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    def contrast(one: str, other: str) -> float:
        low, high = sorted((light_of(one), light_of(other)))
        return (high + 0.05) / (low + 0.05)

    themes = ((marks.COLOURS, marks.PAPER, (marks.INK, marks.GREY)),
              (marks.DARK_COLOURS, marks.DARK_PAPER, (marks.DARK_INK, marks.DARK_GREY)))  # fmt: skip
    style = (Path(marks.__file__).parents[1] / "templates" / "page.css").read_text(encoding="utf-8")
    for colours, paper, letters in themes:
        assert len(set(colours)) == 12
        assert min(contrast(colour, paper) for colour in colours) >= 2.95
        assert min(contrast(colour, paper) for colour in letters) >= 4.5
        assert all(f"--c{number}: {colour};" in style for number, colour in enumerate(colours))
