"""The value of a trial that counts, and a mean that no order of its values changes."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.analysis.ranking import OTHER, basis, mean, reaching, rule, value_of

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.lists(FINITE, min_size=1, max_size=8).flatmap(lambda values: st.tuples(st.just(values), st.permutations(values)))
)
def test_the_mean_is_the_same_in_any_order(orders):
    values, others = orders
    assert mean(values) == mean(others)


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=8))
def test_the_mean_is_that_of_exact_arithmetic(values):
    exact = sum(map(Fraction, values)) / len(values)
    # The sum and the quotient are each rounded once.
    assert mean(values) == pytest.approx(float(exact), rel=1e-15, abs=5e-324)


def test_the_mean_of_numbers_whose_sum_is_too_large_is_finite():
    # The sum of some of the largest floats has no float; their mean is the largest float itself.
    largest = float(np.finfo(np.float64).max)
    assert [mean([largest] * count) for count in (2, 3, 7)] == [largest] * 3


def test_nothing_has_no_mean_and_no_value():
    assert math.isnan(mean([]))
    assert math.isnan(value_of(np.array([]), "final", "min"))
    assert math.isnan(value_of(np.array([]), "best", "max"))


@pytest.mark.parametrize(
    ("by", "mode", "value"), [("final", "min", 3.0), ("final", "max", 3.0), ("best", "min", 1.0), ("best", "max", 4.0)]
)
def test_a_trial_counts_by_its_last_epoch_or_by_its_best(by, mode, value):
    assert value_of(np.array([2.0, 1.0, 4.0, 3.0]), by, mode) == value


def test_each_rule_is_named_by_its_epoch_and_is_the_other_of_the_other():
    assert [rule(by) for by in ("final", "best")] == [
        "mean over seeds of the last epoch",
        "mean over seeds of the best epoch",
    ]
    assert [(basis(by), reaching(by)) for by in ("final", "best")] == [
        ("last epoch", "ends at"),
        ("best epoch", "reaches"),
    ]
    assert [OTHER[by] for by in ("final", "best")] == ["best", "final"]
