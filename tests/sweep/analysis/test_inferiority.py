"""Tests of non-inferiority."""

import numpy as np
import pytest
from scipy import stats

from sweep.analysis.inferiority import non_inferiority
from sweep.analysis.outcomes import Outcomes


def arm(name, values, **groups):
    return Outcomes(name, tuple(range(len(values))), tuple(float(value) for value in values), **groups)


FIRST, SECOND = [0.90, 0.92, 0.91, 0.95, 0.93], [0.91, 0.92, 0.93, 0.94, 0.95]


def test_the_test_is_scipys_one_sided_one_shifted_by_the_margin():
    found = non_inferiority(arm("a", FIRST), arm("b", SECOND), 0.02, "max")
    oracle = stats.ttest_1samp(np.subtract(FIRST, SECOND) + 0.02, 0.0, alternative="greater")
    assert found.p_value == pytest.approx(oracle.pvalue)
    assert found.lower == pytest.approx(oracle.confidence_interval(0.95).low - 0.02)
    assert found.holds == (oracle.pvalue < 0.05)


def test_a_wider_margin_is_held_more_easily():
    held = [non_inferiority(arm("a", FIRST), arm("b", SECOND), margin, "max").holds for margin in (0.0, 0.01, 0.05)]
    assert held == [False, False, True]


def test_for_a_loss_lower_is_better():
    assert non_inferiority(arm("a", SECOND), arm("b", FIRST), 0.0, "min").difference < 0
    assert non_inferiority(arm("a", FIRST), arm("b", SECOND), 0.0, "min").difference > 0


def test_an_arm_that_diverged_is_not_as_good():
    assert not non_inferiority(arm("a", FIRST, diverged=(9,)), arm("b", SECOND), 0.5, "max").holds


def test_one_seed_shows_nothing():
    found = non_inferiority(arm("a", [1.0]), arm("b", [0.0]), 0.5, "max")
    assert found.lower == -np.inf
    assert not found.holds


def test_an_arm_worse_by_exactly_the_margin_passes_in_5_percent(rng):
    passed = 0
    for _ in range(1000):
        second = rng.normal(size=5)
        passed += non_inferiority(arm("a", second - 0.5 + rng.normal(size=5)), arm("b", second), 0.5, "max").holds
    assert abs(passed / 1000 - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 1000)
