"""Tests of the power of paired comparisons."""

import numpy as np
import pytest
from scipy import stats

from sweep.analysis.power import minimum_detectable_effect, power, seeds_needed


@pytest.mark.parametrize(("effect", "seeds"), [(0.5, 34), (0.8, 15), (0.2, 199)])
def test_the_seeds_needed_are_those_of_the_published_tables(effect, seeds):
    # G*Power 3.1 and Cohen's tables, paired t test, two-sided, alpha 0.05, power 0.80.
    assert seeds_needed(effect, 1.0) == seeds


def test_power_is_the_share_of_simulated_tests_that_see_the_effect(rng):
    differences = rng.normal(0.9, 1.0, size=(20_000, 10))
    seen = stats.ttest_1samp(differences, 0.0, axis=1).pvalue < 0.05
    assert power(0.9, 1.0, 10) == pytest.approx(seen.mean(), abs=4 * np.sqrt(0.25 / 20_000))


def test_without_an_effect_power_is_the_level_of_the_test():
    assert power(0.0, 1.0, 7, alpha=0.03) == pytest.approx(0.03)


@pytest.mark.parametrize("seeds", [2, 3, 10, 100])
@pytest.mark.parametrize("alpha", [0.05, 0.05 / 45])
def test_the_minimum_detectable_effect_is_seen_in_80_percent(seeds, alpha):
    smallest = minimum_detectable_effect(0.3, seeds, alpha)
    assert power(smallest, 0.3, seeds, alpha) == pytest.approx(0.8, abs=1e-6)


def test_the_effect_scales_with_the_spread():
    assert minimum_detectable_effect(2.0, 5) == pytest.approx(2 * minimum_detectable_effect(1.0, 5))


def test_one_seed_can_show_no_difference():
    assert minimum_detectable_effect(1.0, 1) == np.inf


def test_nothing_can_show_a_difference_that_is_not_there():
    assert seeds_needed(0.0, 1.0) is None
    assert seeds_needed(1e-9, 1.0) is None


def test_the_fewest_seeds_are_enough_and_one_fewer_is_not():
    seeds = seeds_needed(0.7, 1.0)
    assert power(0.7, 1.0, seeds) >= 0.8 > power(0.7, 1.0, seeds - 1)
