"""Tests of paired comparisons, with SciPy as the oracle, and of how often equal arms are called different."""

import numpy as np
import pytest
from scipy import stats

from sweep.analysis.outcomes import Outcomes
from sweep.analysis.pairing import compare, compare_all, holm, mean_difference, paired_t, signed_rank


def arm(name, values, **groups):
    return Outcomes(name, tuple(range(len(values))), tuple(float(value) for value in values), **groups)


FIRST = [0.92, 0.95, 0.91, 0.97, 0.94, 0.93, 0.96]
SECOND = [0.90, 0.94, 0.92, 0.93, 0.91, 0.92, 0.92]


def test_the_t_test_and_its_interval_are_scipys():
    found = compare(arm("a", FIRST), arm("b", SECOND), "max")
    oracle = stats.ttest_rel(FIRST, SECOND)
    assert found.t_p_value == pytest.approx(oracle.pvalue)
    interval = oracle.confidence_interval(0.95)
    assert (found.difference.low, found.difference.high) == pytest.approx((interval.low, interval.high))


def test_the_signed_rank_test_is_scipys_exact_one():
    differences = np.array([0.3, -0.1, 0.5, 0.7, -0.2, 0.9, 1.1])
    assert signed_rank(differences) == pytest.approx(stats.wilcoxon(differences, method="exact").pvalue)


def test_the_signed_rank_test_is_exact_with_ties_too():
    # Ranks of |d|: 1.5 1.5 3 4; the sum of positive ranks is 8.5 of 10, as or more extreme are 8.5, 10 and 1.5, 0:
    # 10 once, 8.5 twice, and as many below: 6 of 16.
    assert signed_rank(np.array([1.0, -1.0, 2.0, 3.0])) == pytest.approx(6 / 16)


def test_the_signed_rank_test_of_five_seeds_cannot_be_below_one_in_sixteen():
    assert signed_rank(np.array([1.0, 2.0, 3.0, 4.0, 5.0])) == 2 / 2**5


def test_the_signed_rank_test_of_many_seeds_is_scipys(rng):
    differences = rng.normal(0.4, 1.0, 40)
    assert signed_rank(differences) == pytest.approx(stats.wilcoxon(differences).pvalue, rel=0.05)


def test_a_positive_difference_means_that_the_first_is_better():
    low, high = arm("low", [0.1, 0.2, 0.3]), arm("high", [0.3, 0.3, 0.5])
    assert compare(low, high, "min").difference.value == pytest.approx(0.5 / 3)
    assert compare(low, high, "max").difference.value == pytest.approx(-0.5 / 3)


def test_effect_sizes_by_hand():
    found = compare(arm("a", [1.0, 2.0, 6.0]), arm("b", [0.0, 2.0, 3.0]), "max")
    # Differences 1 0 3: mean 4/3, standard deviation sqrt(7/3).
    assert found.cohens_d == pytest.approx((4 / 3) / np.sqrt(7 / 3))
    # All pairs: 1 beats 0, loses to 2 3; 2 beats 0, ties 2, loses to 3; 6 beats all: 5 wins, 3 losses of 9.
    assert found.cliffs_delta == pytest.approx(2 / 9)
    assert found.improvement == pytest.approx(2.5 / 3)


def test_only_seeds_of_both_are_compared_and_the_others_are_named():
    first = Outcomes("a", (0, 1, 2, 5), (1.0, 2.0, 3.0, 9.0), diverged=(7,))
    second = Outcomes("b", (0, 1, 2, 7), (0.0, 1.0, 1.0, 4.0), missing=(5,))
    found = compare(first, second, "max")
    assert found.seeds == (0, 1, 2)
    assert found.differences == (1.0, 1.0, 2.0)
    assert found.first_diverged == (7,)
    assert found.unpaired == (5,)


def test_an_arm_that_diverged_is_never_better():
    good = arm("a", [10.0, 11.0, 10.5, 10.2, 10.9], diverged=(9,))
    found = compare(good, arm("b", [1.0, 1.9, 1.4, 1.3, 1.8]), "max")
    assert found.adjusted_p_value < 0.001
    assert found.verdict == "unknown"
    sound = arm("a", [10.0, 11.0, 10.5, 10.2, 10.9])
    assert compare(sound, arm("b", [1.0, 1.9, 1.4, 1.3, 1.8], diverged=(9,)), "max").verdict == "first"
    assert compare(arm("b", [1.0, 1.9, 1.4, 1.3, 1.8]), sound, "max").verdict == "second"


def test_one_seed_in_common_says_nothing():
    found = compare(arm("a", [1.0]), arm("b", [0.0]), "max")
    assert found.verdict == "unknown"
    assert found.difference.low == -np.inf
    assert np.isnan(found.t_p_value)


def test_no_seed_in_common_says_nothing():
    found = compare(Outcomes("a", (0,), (1.0,)), Outcomes("b", (1,), (1.0,)), "max")
    assert np.isnan(found.difference.value)
    assert found.verdict == "unknown"


def test_equal_differences_of_few_seeds_are_no_proof():
    # The t statistic is infinite; the sign test gives 2 / 2^3.
    assert paired_t(np.array([0.1, 0.1, 0.1])) == 0.25
    assert not mean_difference(np.array([0.1, 0.1, 0.1]), 0.95).known
    assert paired_t(np.full(6, 0.1)) == 2 / 2**6


def test_equal_arms_tie_for_certain():
    found = compare(arm("a", FIRST), arm("b", FIRST), "max")
    assert (found.t_p_value, found.wilcoxon_p_value, found.is_exact_tie) == (1.0, 1.0, True)
    assert (found.cohens_d, found.cliffs_delta, found.improvement) == (0.0, 0.0, 0.5)


def test_holm_by_hand():
    # 0.01 x 4, 0.015 x 3, 0.02 x 2, 0.9 x 1, made monotone.
    assert holm(np.array([0.02, 0.9, 0.01, 0.015])).tolist() == pytest.approx([0.045, 0.9, 0.04, 0.045])


def test_holm_stops_at_one():
    assert holm(np.array([0.6, 0.7])).tolist() == [1.0, 1.0]


def family_errors(values):
    """Share of experiments, values of shape (S, arms, seeds), in which any two arms are called different."""
    first, second = np.triu_indices(values.shape[1], 1)
    wrong = [holm(np.array([paired_t(row) for row in one[first] - one[second]])).min() < 0.05 for one in values]
    return np.mean(wrong)


def test_the_verdicts_are_those_of_holm_and_the_t_test(rng):
    values = rng.normal(size=(5, 6)) + np.array([[0.0], [0.0], [1.5], [3.0], [3.0]])
    pairs = compare_all([arm(str(number), row) for number, row in enumerate(values)], "max")
    first, second = np.triu_indices(5, 1)
    adjusted = holm(np.array([paired_t(row) for row in values[first] - values[second]]))
    assert [pair.adjusted_p_value for pair in pairs] == pytest.approx(adjusted.tolist())
    assert [pair.verdict != "not told apart" for pair in pairs] == (adjusted < 0.05).tolist()
    assert 0 < (adjusted < 0.05).sum() < 10


@pytest.mark.parametrize("seeds", [3, 10])
def test_of_ten_equal_arms_any_are_called_different_in_at_most_5_percent(seeds, rng):
    shared = rng.normal(0.0, 1.0, size=(400, 1, seeds))
    found = family_errors(shared + rng.normal(0.0, 1.0, size=(400, 10, seeds)))
    assert found <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_that_holds_for_accuracies_of_few_examples_too(rng):
    # 100 validation examples: differences are a few hundredths and often equal.
    found = family_errors(rng.binomial(100, 0.95, size=(400, 10, 4)) / 100)
    assert found <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_without_the_correction_they_would_be_in_far_more(rng):
    values = rng.normal(size=(100, 10, 10))
    wrong = [any(stats.ttest_rel(one[i], one[j]).pvalue < 0.05 for i in range(10) for j in range(i)) for one in values]
    assert np.mean(wrong) > 0.4


def test_a_large_difference_is_found_among_ten_arms(rng):
    values = rng.normal(size=(10, 10))
    values[3] += 10
    pairs = compare_all([arm(str(number), row) for number, row in enumerate(values)], "max")
    assert all(
        pair.verdict == ("first" if pair.first == "3" else "second")
        for pair in pairs
        if "3" in (pair.first, pair.second)
    )


def test_the_interval_of_the_difference_holds_it_in_95_percent(rng):
    held = 0
    for differences in rng.normal(0.3, 1.0, size=(2000, 5)):
        found = mean_difference(differences, 0.95)
        held += found.low <= 0.3 <= found.high
    assert abs(held / 2000 - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 2000)
