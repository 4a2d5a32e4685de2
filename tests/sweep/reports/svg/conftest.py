"""Checks of drawings that the tests of several panels share."""

from __future__ import annotations

import re
import xml.dom.minidom
from itertools import combinations

import pytest

from sweep.reports.svg.letters import FONT, width_of


def straight_lines(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, right, top and bottom of each upright or level line of two points, as those of the grid are."""
    found = []
    for one in xml.dom.minidom.parseString(svg).getElementsByTagName("polyline"):
        points = [tuple(map(float, point.split(","))) for point in one.getAttribute("points").split()]
        if len(points) == 2 and any(points[0][axis] == points[1][axis] for axis in (0, 1)):
            xs, ys = zip(*points, strict=True)
            found.append((min(xs), max(xs), min(ys), max(ys)))
    return found


@pytest.fixture(scope="session")
def boxes():
    """Read where the words of a drawing stand."""

    def boxes(svg: str) -> tuple[list[tuple[str, float, float, float, float]], float, float]:
        """Words with their left, right, top and bottom; and the width and height of the drawing."""
        root = xml.dom.minidom.parseString(svg).documentElement
        width, height = map(float, root.getAttribute("viewBox").split()[2:])
        found = []
        for one in root.getElementsByTagName("text"):
            words = one.firstChild.data if one.firstChild else ""
            if not words.strip():
                continue
            x, y = float(one.getAttribute("x")), float(one.getAttribute("y"))
            long = width_of(words, is_bold=bool(one.getAttribute("font-weight")))
            before = {"": 0.0, "middle": long / 2, "end": long}[one.getAttribute("text-anchor")]
            if one.getAttribute("transform"):
                found.append((words, x - 0.8 * FONT, x + 0.2 * FONT, y - before, y - before + long))
            else:
                found.append((words, x - before, x - before + long, y - 0.8 * FONT, y + 0.2 * FONT))
        return found, width, height

    return boxes


@pytest.fixture(scope="session")
def check(boxes):
    """Check that no words of a drawing lie on other words or leave it."""

    def check_rims(svg: str) -> None:
        """Words that a straight line runs behind have a rim in the colour of the paper."""
        lines = straight_lines(svg)
        bare = [one for one in re.findall("<text[^>]*>[^<]*", svg) if "paint-order:stroke" not in one]
        found, *_ = boxes(f'<svg viewBox="0 0 1 1">{"".join(f"{one}</text>" for one in bare)}</svg>')
        for words, left, right, top, bottom in found:
            for x1, x2, y1, y2 in lines:
                is_behind = x1 < right - 1 and x2 > left + 1 and y1 < bottom - 1 and y2 > top + 1
                assert not is_behind, f"a line through {words}"

    def check(svg: str) -> None:
        check_rims(svg)
        found, width, height = boxes(svg)
        assert not re.search("<text[^>]*font-size", svg), "letters of another size, which may be too small for a phone"
        for words, left, right, top, bottom in found:
            assert left >= -1, words
            assert right <= width + 1, words
            assert top >= -1, words
            assert bottom <= height + 1, words
        for (one, *first), (other, *second) in combinations(found, 2):
            apart = first[1] <= second[0] + 1 or second[1] <= first[0] + 1 or first[3] <= second[2] + 1
            assert apart or second[3] <= first[2] + 1, f"{one} on {other}"

    return check
