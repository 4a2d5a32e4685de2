"""The one-sided tests give what tables of Student's t and the binomial say."""

from __future__ import annotations

import math

import pytest

from sweep.gates.sampling import binomial_p_value, one_sided_test


def test_the_bound_and_the_p_value_are_those_of_students_table():
    # Mean 2, standard error 1 / sqrt(3); t(0.95, 2) = 2.920. Against 2 the t is 0, and half is below.
    found = one_sided_test([1.0, 2.0, 3.0], 2.0, 0.95)
    assert found.low == pytest.approx(2 - 2.920 / math.sqrt(3), abs=1e-3)
    assert found.p_below == pytest.approx(0.5)
    # At t = -2.920 exactly, 0.05 is below.
    assert one_sided_test([1.0, 2.0, 3.0], 2 + 2.91999 / math.sqrt(3), 0.95).p_below == pytest.approx(0.05, abs=1e-5)


def test_one_value_shows_nothing():
    found = one_sided_test([1.0], 5.0, 0.95)
    assert found.low == -math.inf
    assert math.isnan(found.p_below)


def test_equal_values_show_no_more_than_the_sign_test():
    assert one_sided_test([1.0, 1.0, 1.0], 2.0, 0.95).p_below == 0.125
    assert one_sided_test([1.0, 1.0, 1.0], 0.5, 0.95).p_below == 1.0


def test_a_coarse_clock_keeps_its_spread():
    # sd 0.3 though all are equal: low = 10 - 2.920 * 0.3 / sqrt(3)
    assert one_sided_test([10.0] * 3, 5.0, 0.95, 0.3).low == pytest.approx(10 - 2.920 * 0.3 / math.sqrt(3), abs=1e-3)


def test_shares_are_those_of_the_binomial():
    # 1 - 0.9^10 = 0.6513
    assert binomial_p_value(1, 10, 0.1) == pytest.approx(1 - 0.9**10)
    assert binomial_p_value(1, 10, 0.0) == 0.0
