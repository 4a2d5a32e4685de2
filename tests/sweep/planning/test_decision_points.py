"""A point is met by the first report that reaches it."""

from __future__ import annotations

import pytest

from sweep.planning.decision_points import DecisionPoints


@pytest.mark.parametrize(
    ("points", "before", "now", "expected"),
    [
        (DecisionPoints(values=(1, 3, 9)), 0, 0.5, None),
        (DecisionPoints(values=(1, 3, 9)), 1, 3, 3),
        (DecisionPoints(values=(1, 3, 9)), 3, 8, None),
        (DecisionPoints(values=(1, 3, 9)), 0, 100, 9),
        (DecisionPoints(values=(1, 3, 9)), 1, float("nan"), None),
        (DecisionPoints(start=4), 2, 3, None),
        (DecisionPoints(start=4), 3, 4, 4),
        (DecisionPoints(start=4), 5, 5, None),
        (DecisionPoints(), 0, 5, None),
    ],
)
def test_the_last_point_that_was_passed(points, before, now, expected):
    assert points.passed(before, now) == expected
    assert DecisionPoints.from_mapping(points.as_mapping()) == points
