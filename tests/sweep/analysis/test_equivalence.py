"""Tests of the two one-sided tests: they agree with SciPy's, and call nothing equivalent that is not shown to be."""

import numpy as np
import pytest
from scipy import stats

from sweep.analysis.equivalence import two_one_sided


@pytest.mark.parametrize("shift", [-0.2, 0.0, 0.1])
def test_it_is_the_larger_of_scipys_two_one_sided_tests(shift, rng):
    differences, margin = rng.normal(shift, 0.3, size=9), 0.4
    lower = stats.ttest_1samp(differences, -margin, alternative="greater").pvalue
    upper = stats.ttest_1samp(differences, margin, alternative="less").pvalue
    assert two_one_sided(differences, margin) == pytest.approx(max(lower, upper))


def test_arms_that_differ_by_the_margin_are_called_equivalent_in_at_most_5_percent(rng):
    samples = rng.normal(0.5, 1.0, size=(4000, 6))
    found = np.mean([two_one_sided(sample, 0.5) < 0.05 for sample in samples])
    assert found < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 4000)


def test_equal_differences_of_few_seeds_are_not_believed():
    assert two_one_sided(np.zeros(3), 0.1) == 0.125
    assert two_one_sided(np.zeros(6), 0.1) < 0.05
    assert two_one_sided(np.full(6, 0.2), 0.1) == 1.0
    assert np.isnan(two_one_sided(np.zeros(1), 0.1))
