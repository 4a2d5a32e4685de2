"""Each number of a training has the range that the documentation gives it, and nothing beside it is taken."""

from __future__ import annotations

import math
from typing import Any

import pytest

from trainers import limits
from trainers.limits import Limit

BILLION = 1_000_000_000
ABOVE_0, BELOW_1 = math.ulp(0.0), math.nextafter(1.0, 0.0)

# Name -> the lowest and highest value that are taken, and the nearest ones beside them that are not.
ENDS: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "EPOCHS": ((1, BILLION), (0, BILLION + 1, 1.5)),
    "BATCH_SIZE": ((1, BILLION), (0, BILLION + 1, 1.5)),
    "WIDTH": ((1, 1_000_000), (0, 1_000_001, 1.5)),
    "L2": ((0, 1e300), (-ABOVE_0, math.inf, math.nan)),
    "VALIDATION": ((ABOVE_0, BELOW_1), (0, 1)),
    "TARGET": ((-1e300, 1e300), (-math.inf, math.inf, math.nan)),
    "SEED": ((0, 9_223_372_036_854_775_807), (-1, 9_223_372_036_854_775_808, 1.5)),
    "RATE": ((0, 1e300), (-ABOVE_0, math.inf, math.nan)),
    "INTERVAL": ((1, BILLION), (0, BILLION + 1, 1.5)),
    "WARMUP": ((0, BILLION), (-1, BILLION + 1, 1.5)),
    "PATIENCE": ((0, BILLION), (-1, BILLION + 1, 1.5)),
    "THRESHOLD": ((0, BELOW_1), (-ABOVE_0, 1)),
    "BOUNDARY": ((1, BILLION), (0, BILLION + 1, 1.5)),
    "MULTIPLIER": ((ABOVE_0, 1e300), (0, math.inf, math.nan)),
}


def test_every_limit_has_its_ends_here() -> None:
    assert set(ENDS) == {name for name, value in vars(limits).items() if isinstance(value, Limit)}


@pytest.mark.parametrize("name", ENDS)
def test_the_ends_are_taken_and_what_lies_beside_them_is_not(name: str) -> None:
    limit: Limit = getattr(limits, name)
    taken, refused = ENDS[name]
    assert [value for value in taken if not limit.accepts(value)] == []
    assert [value for value in (*refused, True, "1", None) if limit.accepts(value)] == []
