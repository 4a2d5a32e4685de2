"""Lines look different from each other, and a picture follows the theme of its page."""

from __future__ import annotations

import itertools
import re

import numpy as np

from sweep.reports.figures import draw_themed
from sweep.reports.figures.style import look
from sweep.reports.graph_records import Curve, Curves

AXIS = np.linspace(0.0, 1.0, 20)


def panel(*labels: str) -> Curves:
    return Curves("title", "x (m)", "y (s)", tuple(Curve(label, n, AXIS, AXIS + n) for n, label in enumerate(labels)))


def test_no_two_of_28_lines_look_the_same():
    looks = [look(number) for number in range(28)]
    assert len(set(looks)) == 28
    assert all(one[1] != two[1] for one, two in itertools.pairwise(looks[:7]))


def test_a_panel_of_a_page_has_a_dark_twin_for_each_of_its_colours():
    svg = draw_themed(panel("a", "b"))
    light, dark = re.findall(r":root\{([^}]*)\}", svg)
    names = [part.split(":")[0] for part in light.split(";") if part]
    assert names == [part.split(":")[0] for part in dark.split(";") if part]
    body = svg.partition("</style>")[2]
    # Whatever has a colour takes it from the page's theme, letters included, which matplotlib leaves black if they are.
    assert re.findall(r"(?:fill|stroke): #[0-9a-f]{6}", body) == []
    assert set(re.findall(r"var\((--t\d+)\)", body)) <= set(names)
    assert 'id="text_' in body
    assert len(re.findall(r'<g style="fill: var', body)) >= 2
