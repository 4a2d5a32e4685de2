"""Tests of estimates over seeds: what they are, and that their intervals hold the truth as often as they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sweep.analysis.aggregate import estimate, interquartile_mean


def coverage(statistic, draw, truth, count, rng, samples=1000):
    held = 0
    for _ in range(samples):
        found = estimate(draw(count), statistic, rng, resamples=300)
        held += found.low <= truth <= found.high
    return held / samples


@pytest.mark.parametrize("count", [3, 5, 10])
@pytest.mark.parametrize("statistic", ["mean", "median", "iqm"])
def test_intervals_hold_the_truth_in_95_percent_of_samples(statistic, count, rng):
    found = coverage(statistic, lambda n: rng.normal(1.0, 2.0, n), 1.0, count, rng)
    # Four standard errors of a share of 0.95 in 1,000 samples; the median may be on the safe side.
    assert found > 0.95 - 4 * np.sqrt(0.95 * 0.05 / 1000)
    assert found < (0.95 + 4 * np.sqrt(0.95 * 0.05 / 1000) if statistic == "mean" else 0.995)


@pytest.mark.parametrize("count", [3, 10])
def test_intervals_of_skewed_accuracies_hold_the_truth_nearly_as_often(count, rng):
    shape = stats.beta(95, 5)
    found = coverage("mean", lambda n: shape.rvs(n, random_state=rng), 0.95, count, rng)
    assert found > 0.91


def test_plain_percentiles_would_hold_it_far_less_often_with_three_seeds(rng):
    values = rng.normal(size=(1000, 3))
    means = values[:, rng.integers(3, size=(300, 3))].mean(axis=2)
    low, high = np.quantile(means, [0.025, 0.975], axis=1)
    assert np.mean((low <= 0) & (high >= 0)) < 0.80


def test_the_interval_of_the_mean_is_students():
    values = np.array([0.91, 0.95, 0.93, 0.94])
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    found = estimate(values, "mean", np.random.default_rng(0), confidence=0.9)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.value == pytest.approx(0.9325)


def test_the_bootstraps_error_of_the_iqm_without_a_cut_is_that_of_the_mean():
    # Of 3 values nothing is cut, so that the two agree but for the bootstrap's own error.
    values = np.array([1.0, 2.0, 4.0])
    mean = estimate(values, "mean", np.random.default_rng(0))
    iqm = estimate(values, "iqm", np.random.default_rng(0), resamples=50_000)
    assert iqm.value == pytest.approx(mean.value)
    assert iqm.high - iqm.low == pytest.approx(mean.high - mean.low, rel=0.02)


def test_the_interquartile_mean_drops_a_quarter_at_each_end():
    assert interquartile_mean(np.array([100.0, 1.0, 2.0, 3.0, -50.0])) == pytest.approx(2.0)
    assert interquartile_mean(np.array([[0.0, 2.0, 4.0, 90.0], [1.0, 1.0, 1.0, 1.0]])).tolist() == [3.0, 1.0]


def test_one_seed_says_nothing_about_the_spread(rng):
    found = estimate(np.array([0.7]), "mean", rng)
    assert (found.value, found.low, found.high, found.known) == (0.7, -np.inf, np.inf, False)


def test_no_seed_says_nothing_at_all(rng):
    found = estimate(np.array([]), "median", rng)
    assert np.isnan(found.value)
    assert found.count == 0


def test_the_same_generator_gives_the_same_interval():
    values = np.array([1.0, 3.0, 4.0, 8.0])
    first, second = (estimate(values, "median", np.random.default_rng(5)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("statistic", ["mean", "median", "iqm"])
@given(values=st.lists(st.floats(-4, 4).filter(lambda x: abs(x) > 1e-3), min_size=2, max_size=6))
def test_huge_numbers_are_estimated_as_small_ones_are(statistic, values):
    # A factor of 2^995, about 3e299, is exact, so that all that is estimated grows by it and nothing is rounded.
    small = estimate(np.array(values), statistic, np.random.default_rng(0), resamples=50)
    huge = estimate(np.array(values) * 2.0**995, statistic, np.random.default_rng(0), resamples=50)
    found = np.array([huge.value, huge.low, huge.high]) / 2.0**995
    np.testing.assert_allclose(found, [small.value, small.low, small.high], rtol=1e-9, atol=1e-9)
