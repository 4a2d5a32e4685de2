"""Every axis has numbers to read it by, and no two of them touch."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sweep.reports.svg.letters import FONT, width_of
from sweep.reports.svg.scales import fitted, numbered, spelled

SIZES = st.floats(1e-9, 1e9)
SHARES = st.just(0.0) | st.floats(0.01, 3.0)
"""Decades between two values: none, or 2 % and more; closer ones differ in digits for which a phone has no room."""


@example(2.0, 3.0, "log", False, 100.0)
@example(159.0, 1.8125, "log", False, 100.0)
@given(SIZES, SHARES, st.sampled_from(["linear", "log"]), st.booleans(), st.sampled_from([100.0, 285.0]))
def test_an_axis_has_at_least_two_numbers_which_differ_and_do_not_touch(low, share, kind, is_whole, length):
    axis = fitted([low, low * 10**share], kind, 40.0, 40.0 + length, is_whole=is_whole)
    ticks = numbered(axis, 0.0, 52.0 + length)
    assert len(ticks) >= 2
    rounding = 1e-9 * max(abs(axis.low), abs(axis.high))
    assert all(axis.low - rounding <= tick.value <= axis.high + rounding for tick in ticks)
    assert len({tick.words for tick in ticks}) == len(ticks)
    for before, after in pairwise(ticks):
        assert after.middle - before.middle >= (width_of(before.words) + width_of(after.words)) / 2


@example(-300.0, 300.0, "log")
@example(-0.3, 300.0, "log")
@given(st.floats(-300.0, 300.0), st.floats(-300.0, 300.0), st.sampled_from(["linear", "log"]))
def test_an_axis_of_numbers_of_any_size_has_numbers_too(one, other, kind):
    axis = fitted([10.0**one, 10.0**other], kind, 40.0, 325.0)
    assert math.isfinite(axis.low)
    assert math.isfinite(axis.high)
    ticks = numbered(axis, 0.0, 377.0)
    assert ticks
    assert all(math.isfinite(tick.value) and math.isfinite(tick.place) for tick in ticks)


@given(SIZES, st.floats(0.0, 3.0), st.sampled_from(["linear", "log"]), st.sampled_from([74.0, 215.0]))
def test_the_numbers_of_an_upright_axis_stand_a_line_apart(low, share, kind, height):
    ticks = numbered(fitted([low, low * 10**share], kind, height, 0.0))
    assert len(ticks) >= 2
    assert all(before.place - after.place >= FONT for before, after in pairwise(ticks))


def test_seconds_below_one_and_less_than_a_decade_have_three_numbers_and_more():
    for values, kind in (([0.004, 0.31], "linear"), ([0.3, 0.31], "linear"), ([1.1, 1.9], "log"), ([3, 8], "log")):
        assert len(fitted(values, kind, 0, 285, is_whole=kind == "linear").ticks) >= 3


def test_epochs_are_numbered_by_whole_numbers_also_where_there_is_one_alone():
    assert fitted([1, 2], "linear", 0, 285, is_whole=True).ticks == (1, 2)
    assert fitted([1], "linear", 0, 285, is_whole=True).ticks == (0, 1, 2)


@given(st.floats(1e-12, 1e15))
def test_a_number_is_spelled_with_the_digits_that_count(value):
    assert float(spelled(value)) == pytest.approx(value, rel=1e-5)


def test_an_axis_of_numbers_that_hardly_differ_from_zero_has_ticks():
    axis = fitted([0.0, 5e-324], "linear", 40.0, 325.0)
    assert axis.high > axis.low
    assert all(math.isfinite(tick.place) for tick in numbered(axis, 0.0, 377.0))
