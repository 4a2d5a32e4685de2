"""What schedules share: the count that a formula sees, and the refusal of a number that it lacks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trainers.schedules.base import Numbers, Progress, rate_of, rate_range, total_of


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (Numbers(), [1, 2, 3, 4, 5]),
        (Numbers(start=0), [0, 1, 2, 3, 4]),
        # floor((1, 2, 3, 4, 5) / 2) and floor((0, 1, 2, 3, 4) / 3)
        (Numbers(interval=2), [0, 1, 1, 2, 2]),
        (Numbers(start=0, interval=3), [0, 0, 0, 1, 1]),
    ],
)
def test_the_count_begins_at_the_start_and_is_held_for_an_interval(numbers: Numbers, expected: list[int]) -> None:
    assert numbers.count(np.arange(5)).tolist() == expected


def test_a_count_beyond_32_bits_is_exact() -> None:
    assert Numbers(interval=2).count(np.array([2**40])).tolist() == [2**39]


def test_a_rate_is_the_given_one_also_where_that_is_zero_and_else_its_default() -> None:
    declared = rate_range("final multiplier", maximum=1.0, open_minimum=False, default=0.3)
    assert rate_of(Numbers(rate=0.0), declared) == 0.0
    assert rate_of(Numbers(rate=0.7), declared) == 0.7
    assert rate_of(Numbers(), declared) == 0.3


def test_a_rate_without_a_default_must_be_given() -> None:
    with pytest.raises(ValueError, match="`decay_rate` is needed by the decay 'exponential'"):
        rate_of(Numbers("exponential"), rate_range("base", maximum=1.0))


def test_a_bounded_rate_may_have_its_maximum_and_an_unbounded_one_no_infinity() -> None:
    bounded, unbounded = rate_range("factor", maximum=1.0), rate_range("decay rate", open_minimum=False)
    assert (bounded.interval, unbounded.interval) == ("(0, 1]", "[0, inf)")
    assert [bounded.accepts(value) for value in (0.0, 0.5, 1.0, 1.5)] == [False, True, True, False]
    assert [unbounded.accepts(value) for value in (-0.1, 0.0, 1e9, math.inf)] == [False, True, True, False]


def test_a_schedule_that_ends_with_the_training_needs_to_know_how_long_that_is() -> None:
    assert total_of(Numbers("cosine"), Progress(np.arange(3), total=12)) == 12
    with pytest.raises(ValueError, match="`epochs` is needed by the decay 'cosine', which ends with the training"):
        total_of(Numbers("cosine"), Progress(np.arange(3)))
