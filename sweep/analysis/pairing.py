"""Compares two arms over their common seeds, so that effects of the seed on both cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
from scipy import stats

from sweep.analysis.aggregate import Estimate
from sweep.analysis.deviation import deviation
from sweep.analysis.equivalence import two_one_sided
from sweep.analysis.outcomes import Floats, Mode, Outcomes
from sweep.analysis.shared_folds import widening

Verdict: TypeAlias = Literal["first", "second", "equivalent", "not told apart", "unknown"]


@dataclass(frozen=True)
class Comparison:
    """The comparison of two arms over common seeds; differences are positive where the first is better.

    Args:
        first: name of the first arm.
        second: name of the second.
        seeds: those that ended well in both; (n,).
        differences: one per seed, positive where the first is better; (n,).
        difference: their mean with Student's t interval.
        first_diverged: seeds on which the first diverged.
        second_diverged: seeds on which the second diverged.
        unpaired: seeds that ended well in one arm only, and failed or have not run in the other.
        cohens_d: mean over standard deviation of the differences (d_z); NaN below 2 seeds.
        cliffs_delta: share of pairs, of any seeds, in which the first is better, less those in which it is worse.
        improvement: probability that the first is better on a seed, exact ties counting as half.
        t_p_value: two-sided paired t test; NaN below 2 seeds.
        wilcoxon_p_value: two-sided signed-rank test, exact; NaN below 2 seeds. At least 0.0625 with 5 seeds.
        adjusted_p_value: ``t_p_value`` after Holm's correction for all simultaneous comparisons.
        alpha: significance level for the adjusted value.
        margin: differences below it are treated as zero, in units of the metric; None for no margin.
        equivalence_p_value: of two one-sided tests against the margin, after Holm's correction; NaN without a margin.
    """

    first: str
    second: str
    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    difference: Estimate
    first_diverged: tuple[int, ...]
    second_diverged: tuple[int, ...]
    unpaired: tuple[int, ...]
    cohens_d: float
    cliffs_delta: float
    improvement: float
    t_p_value: float
    wilcoxon_p_value: float
    adjusted_p_value: float
    alpha: float
    margin: float | None = None
    equivalence_p_value: float = float("nan")

    @property
    def verdict(self) -> Verdict:
        """Which arm is better, or whether the two are equivalent within the margin.

        ``not told apart`` if neither is shown, which does not imply that the two are equal; ``unknown`` if no test is
        possible. An arm that diverged on some seed is never better or equivalent, because its mean excludes its worst
        seeds.
        """
        if not self.adjusted_p_value < self.alpha:
            if np.isnan(self.adjusted_p_value):
                return "unknown"
            return "equivalent" if self.is_within_margin else "not told apart"
        if self.difference.value > 0:
            return "unknown" if self.first_diverged else "first"
        return "unknown" if self.second_diverged else "second"

    @property
    def is_within_margin(self) -> bool:
        """Whether the two are shown to differ by less than the margin; a difference may be shown as well."""
        return self.equivalence_p_value < self.alpha and not (self.first_diverged or self.second_diverged)

    @property
    def is_exact_tie(self) -> bool:
        """Whether both have the same value on every common seed."""
        return bool(self.seeds) and not any(self.differences)

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval of this pair alone, not corrected for other pairs, excludes zero."""
        return self.difference.known and (self.difference.low > 0 or self.difference.high < 0)


def compare(
    first: Outcomes, second: Outcomes, mode: Mode, confidence: float = 0.95, margin: float | None = None
) -> Comparison:
    """Compare two arms over their common seeds.

    ``d_i = +-(a_i - b_i)``; ``t = mean(d) / (s_d / sqrt(n))`` with ``n - 1`` degrees of freedom;
    ``d_z = mean(d) / s_d``; Cliff's ``delta = P(a > b) - P(a < b)`` over all pairs of seeds.

    **Variant.** If all differences are equal, as for an accuracy of few examples, ``t`` is infinite and its p value 0
    for any number of seeds; the sign test's ``2^(1 - n)`` is used instead. If all are 0, p = 1. Cohen's d is d_z, of
    the paired differences, not d_av. The signed-rank test drops differences of 0 (Wilcoxon's original method).

    Args:
        first: the first arm.
        second: the second arm.
        mode: whether small or large values are better.
        confidence: of the interval; 1 minus this is the level of the test.
        margin: differences below it are treated as zero, in units of the metric; None for no margin.

    >>> sgd, adam = Outcomes("sgd", (0, 1, 2), (0.4, 0.5, 0.6)), Outcomes("adam", (0, 1, 2), (0.3, 0.3, 0.5))
    >>> comparison = compare(adam, sgd, "min")
    >>> round(comparison.difference.value, 3), round(comparison.cohens_d, 3), comparison.verdict
    (0.133, 2.309, 'not told apart')

    Reference: Student (1908), The Probable Error of a Mean; Wilcoxon (1945), Individual Comparisons by Ranking Methods;
    Cliff (1993), Dominance Statistics; Agarwal et al. (2021), Deep Reinforcement Learning at the Edge of the
    Statistical Precipice (probability of improvement).
    """
    sign = 1.0 if mode == "max" else -1.0
    mine = dict(zip(first.seeds, first.values, strict=True))
    theirs = dict(zip(second.seeds, second.values, strict=True))
    seeds = tuple(seed for seed in first.seeds if seed in theirs)
    differences = np.array([sign * (mine[seed] - theirs[seed]) for seed in seeds], dtype=np.float64)
    lost = {*first.diverged, *second.diverged}
    # Both arms are trained on the same folds.
    overlap = max(first.overlap, second.overlap)
    p_value = paired_t(differences, overlap)
    return Comparison(
        first=first.name,
        second=second.name,
        seeds=seeds,
        differences=tuple(differences.tolist()),
        difference=mean_difference(differences, confidence, overlap),
        first_diverged=first.diverged,
        second_diverged=second.diverged,
        unpaired=tuple(sorted((mine.keys() ^ theirs.keys()) - lost)),
        cohens_d=_cohens_d(differences),
        cliffs_delta=_cliffs_delta(sign * first.array, sign * second.array),
        improvement=_share_better(differences),
        t_p_value=p_value,
        # Its ranks would have to be independent.
        wilcoxon_p_value=float("nan") if overlap else signed_rank(differences),
        adjusted_p_value=p_value,
        alpha=1 - confidence,
        margin=margin,
        equivalence_p_value=float("nan") if margin is None else two_one_sided(differences, margin, overlap),
    )


def compare_all(
    arms: Sequence[Outcomes], mode: Mode, confidence: float = 0.95, margin: float | None = None
) -> tuple[Comparison, ...]:
    """Compare every pair of arms, with Holm's correction over all comparisons.

    The tests for differences and for equivalence are corrected as two separate families.

    Args:
        arms: two or more.
        mode: whether small or large values are better.
        confidence: of each interval; 1 minus this bounds the probability of calling any equal arms different, and of
            calling any arms equivalent that differ by the margin.
        margin: differences below it are treated as zero, in units of the metric; None for no margin.

    Reference: Holm (1979), A Simple Sequentially Rejective Multiple Test Procedure.
    """
    found = [compare(first, second, mode, confidence, margin) for first, second in combinations(arms, 2)]
    adjusted = holm(np.array([comparison.t_p_value for comparison in found]))
    alike = holm(np.array([comparison.equivalence_p_value for comparison in found]))
    return tuple(
        replace(comparison, adjusted_p_value=float(differ), equivalence_p_value=float(same))
        for comparison, differ, same in zip(found, adjusted, alike, strict=True)
    )


def holm(p_values: Floats) -> Floats:
    """Adjust p values so that each can be compared with the significance level of the whole family.

    ``p~_(i) = max_{j <= i} min(1, (m - j + 1) p_(j))``, ``p_(1) <= ... <= p_(m)``

    Args:
        p_values: (m,); NaN, for a comparison that could not be made, is kept and not counted.

    Returns:
        (m,) float64.

    >>> holm(np.array([0.01, 0.04, 0.03, float("nan")])).round(3).tolist()
    [0.03, 0.06, 0.06, nan]

    Reference: Holm (1979), A Simple Sequentially Rejective Multiple Test Procedure.
    """
    result = np.full(len(p_values), np.nan)
    made = np.flatnonzero(~np.isnan(p_values))
    order = made[np.argsort(p_values[made], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    result[order] = np.maximum.accumulate(np.minimum(1.0, factors * p_values[order]))
    return result


def mean_difference(differences: Floats, confidence: float, overlap: float = 0.0) -> Estimate:
    """Mean of paired differences with Student's t interval; (-inf, inf) below 2 seeds or if all are equal but 0.

    Args:
        differences: (n,).
        confidence: of the interval.
        overlap: as `sweep.analysis.shared_folds.widening` takes it.
    """
    count = len(differences)
    if not count:
        return Estimate(float("nan"), -np.inf, np.inf, 0, confidence)
    value = float(differences.mean())
    if count == 1 or (_all_equal(differences) and differences[0] and 2.0 ** (1 - count) > 1 - confidence):
        # Equal differences have a sample spread of 0, which too few seeds do not establish.
        return Estimate(value, -np.inf, np.inf, count, confidence)
    error = _deviation(differences) / np.sqrt(count) * widening(count, overlap)
    half = float(stats.t.ppf((1 + confidence) / 2, count - 1) * error)
    return Estimate(value, value - half, value + half, count, confidence)


def paired_t(differences: Floats, overlap: float = 0.0) -> float:
    """Two-sided p value of the paired t test; see `compare` for equal differences, and `mean_difference`."""
    count = len(differences)
    if count < 2:
        return float("nan")
    if _all_equal(differences):
        return float(2.0 ** (1 - count)) if differences[0] else 1.0
    statistic = differences.mean() / (_deviation(differences) / np.sqrt(count) * widening(count, overlap))
    return float(2 * stats.t.sf(abs(statistic), count - 1))


def signed_rank(differences: Floats) -> float:
    """Two-sided p value of Wilcoxon's signed-rank test, exact up to 13 differences also with ties."""
    if len(differences) < 2:
        return float("nan")
    # Otherwise equal differences would be ranked by their last bit.
    scale = np.abs(differences).max()
    other = np.round(differences / scale, 12) if scale else differences
    other = other[other != 0]
    if not len(other):
        return 1.0
    if len(other) <= 13:
        ranks = stats.rankdata(np.abs(other))
        # Under the null hypothesis all assignments of signs to the ranks are equally likely.
        signs = (np.arange(2 ** len(other))[:, None] >> np.arange(len(other))) & 1
        sums, centre = signs @ ranks, ranks.sum() / 2
        found = ranks[other > 0].sum()
        return float(np.mean(np.abs(sums - centre) >= abs(found - centre) - 1e-9))
    return float(stats.wilcoxon(other, method="auto").pvalue)


def _all_equal(differences: Floats) -> bool:
    # Below 1e-150 the squares in a standard deviation underflow to 0.
    return bool(np.ptp(differences) <= max(1e-12 * np.abs(differences).max(), 1e-150))


def _deviation(differences: Floats) -> float:
    return 0.0 if _all_equal(differences) else deviation(differences)


def _cohens_d(differences: Floats) -> float:
    if len(differences) < 2:
        return float("nan")
    spread, mean = _deviation(differences), float(differences.mean())
    if spread == 0:
        return 0.0 if mean == 0 else float(np.copysign(np.inf, mean))
    return mean / spread


def _cliffs_delta(first: Floats, second: Floats) -> float:
    if not first.size or not second.size:
        return float("nan")
    return float(np.sign(first[:, None] - second[None, :]).mean())


def _share_better(differences: Floats) -> float:
    return float(((differences > 0) + 0.5 * (differences == 0)).mean()) if len(differences) else float("nan")
