"""Colours stand out from the paper of both themes."""

from __future__ import annotations

import re
import xml.dom.minidom
from pathlib import Path

import numpy as np

from sweep.reports.graph_records import Curve, Curves
from sweep.reports.svg import draw, marks


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


def elements(svg: str, name: str) -> list[xml.dom.minidom.Element]:
    return list(xml.dom.minidom.parseString(svg).getElementsByTagName(name))


def test_levels_look_different_in_grey_print_too():
    svg = draw(Curves("", "", "", tuple(Curve(str(n), n, (1, 2), (n, n)) for n in range(4))), is_themed=False)
    dashes = [re.findall("dasharray:([^;]*)", line.getAttribute("style")) for line in elements(svg, "polyline")]
    assert len({tuple(each) for each in dashes}) == 4
