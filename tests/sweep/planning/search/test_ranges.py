"""A place between 0 and 1 is a quantile of a range, with few digits, and never outside of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sweep.config.distributions import Distribution
from sweep.planning.search.ranges import SIGNIFICANT_DIGITS, rounded, value_at

RANGES = {
    "uniform": Distribution("uniform", -1.0, 3.0),
    "log_uniform": Distribution("log_uniform", 1e-5, 10.0),
    "one_minus_log_uniform": Distribution("one_minus_log_uniform", 0.9, 0.99999),
    "int_uniform": Distribution("int_uniform", -3, 12),
    "log_int_uniform": Distribution("log_int_uniform", 1, 512),
    "step_uniform": Distribution("step_uniform", 0.0, 1.0, 0.25, (0, 0.25, 0.5, 0.75, 1)),
}


@given(st.sampled_from(sorted(RANGES)), st.floats(0, 1, exclude_max=True))
def test_no_place_lies_outside_of_its_range(kind, place):
    assert RANGES[kind].holds(value_at(RANGES[kind], place))


@pytest.mark.parametrize(
    ("kind", "place", "value"),
    [
        ("uniform", 0.5, 1.0),
        ("log_uniform", 0.5, 0.01),
        # 1 - value is 0.1, 0.001 and 0.00001 at the ends and in the middle.
        ("one_minus_log_uniform", 0.5, 0.999),
        ("int_uniform", 0.0, -3),
        # 16 values, each a sixteenth.
        ("int_uniform", 15 / 16, 12),
        ("int_uniform", 15 / 16 - 1e-9, 11),
        ("step_uniform", 0.39, 0.25),
        ("step_uniform", 0.41, 0.5),
    ],
)
def test_a_place_is_a_quantile(kind, place, value):
    assert value_at(RANGES[kind], place) == value


def test_whole_numbers_on_a_logarithmic_scale_have_the_share_of_their_interval():
    shares = np.arange(0.5, 3.6) / 1
    expected = np.diff(np.log(shares)) / math.log(3.5 / 0.5)
    domain = Distribution("log_int_uniform", 1, 3)
    drawn = [value_at(domain, place) for place in (np.arange(100_000) + 0.5) / 100_000]
    assert np.bincount(drawn)[1:] / 100_000 == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("kind", ["uniform", "log_uniform", "one_minus_log_uniform"])
def test_drawn_numbers_have_few_digits_and_their_distribution(kind):
    domain = RANGES[kind]
    values = np.array([value_at(domain, place) for place in (np.arange(10_000) + 0.5) / 10_000])
    scale = {"uniform": lambda x: x, "log_uniform": np.log, "one_minus_log_uniform": lambda x: np.log(1 - x)}[kind]
    low, high = sorted(scale(np.array([domain.low, domain.high])))
    assert stats.kstest((scale(values) - low) / (high - low), "uniform").pvalue > 0.99
    size = 1 - values if kind == "one_minus_log_uniform" else values
    digits = [len(f"{abs(number):.10e}".partition("e")[0].replace(".", "").rstrip("0")) for number in size]
    # Decimals follow the size of a number or of the range, whichever needs more.
    assert max(digits) <= SIGNIFICANT_DIGITS + 1


def test_a_narrow_range_keeps_its_numbers_apart():
    domain = Distribution("uniform", 1000.0, 1000.001)
    values = [value_at(domain, place) for place in (0.1, 0.2, 0.3)]
    assert values == pytest.approx([1000.0001, 1000.0002, 1000.0003], abs=1e-9)
    assert rounded(domain, 1000.00099999999) <= 1000.001
