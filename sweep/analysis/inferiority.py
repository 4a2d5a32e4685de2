"""Tests whether an arm is at most a margin worse than another, which a test for a difference cannot show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from sweep.analysis.outcomes import Mode, Outcomes
from sweep.analysis.pairing import compare


@dataclass(frozen=True)
class NonInferiority:
    """The result of a non-inferiority test.

    Args:
        first: name of the arm that may be worse.
        second: name of the reference arm.
        margin: the largest tolerated deficit, in units of the metric.
        difference: mean over common seeds, positive where the first is better.
        lower: one-sided lower confidence bound of it; -inf below 2 common seeds.
        p_value: of the hypothesis that the first is worse by at least the margin; NaN below 2 seeds.
        seeds: number of common seeds.
        holds: whether ``lower`` is above ``-margin``, and the first did not diverge on any seed.
    """

    first: str
    second: str
    margin: float
    difference: float
    lower: float
    p_value: float
    seeds: int
    holds: bool


def non_inferiority(
    first: Outcomes, second: Outcomes, margin: float, mode: Mode, confidence: float = 0.95
) -> NonInferiority:
    """Test one-sided whether the first arm is worse than the second by less than a margin.

    ``t = (mean(d) + margin) / (s_d / sqrt(n))``, ``d`` positive where the first is better;
    ``lower = mean(d) - t_{confidence, n - 1} s_d / sqrt(n)``

    **Variant.** One-sided at ``1 - confidence``; clinical trials often use half of that. An arm that diverged is
    never non-inferior.

    Args:
        first: the arm that may be worse.
        second: the reference arm.
        margin: 0 or more, in units of the metric.
        mode: whether small or large values are better.
        confidence: of the one-sided bound, in (0, 1).

    >>> cheap, dear = Outcomes("cheap", (0, 1, 2), (0.90, 0.93, 0.91)), Outcomes("dear", (0, 1, 2), (0.91, 0.93, 0.92))
    >>> non_inferiority(cheap, dear, 0.02, "max").holds
    True

    Reference: Schuirmann (1987), A Comparison of the Two One-Sided Tests Procedure, one of the two tests.
    """
    comparison = compare(first, second, mode, confidence)
    differences = np.array(comparison.differences)
    count, mean = len(differences), comparison.difference.value
    if count < 2 or (not comparison.difference.known):
        lower, p_value = -np.inf, float("nan")
    else:
        error = comparison.difference.high - mean
        error /= float(stats.t.ppf((1 + confidence) / 2, count - 1))
        lower = mean - float(stats.t.ppf(confidence, count - 1)) * error
        if error:
            p_value = float(stats.t.sf((mean + margin) / error, count - 1))
        else:
            p_value = 2.0**-count if mean > -margin else 1.0
    return NonInferiority(
        first=first.name,
        second=second.name,
        margin=margin,
        difference=mean,
        lower=lower,
        p_value=p_value,
        seeds=count,
        holds=bool(lower > -margin and not first.diverged),
    )
