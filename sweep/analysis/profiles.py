"""Compares algorithms over many workloads by performance profiles and the AlgoPerf score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import integrate

from sweep.analysis.outcomes import Floats

if TYPE_CHECKING:
    import pandas as pd

R_MAX = 4.0
"""A submission that is slower than the fastest by more than this factor gets no credit."""

POINTS = 100
"""Number of factors from 1 to ``R_MAX`` at which the benchmark evaluates the profile."""


@dataclass(frozen=True)
class Profile:
    """Performance profiles of several submissions.

    Args:
        names: names of the submissions; (S,).
        factors: tau, ascending from 1; (T,).
        shares: rho, the share of workloads that a submission solves within tau times the fastest; (S, T).
    """

    names: tuple[str, ...]
    factors: Floats
    shares: Floats


def median_of_studies(times: pd.DataFrame) -> pd.DataFrame:
    """Take the median over studies: rows with the same submission are its studies, and a miss is infinite.

    Args:
        times: index submission, repeated for each of its studies; columns workloads; infinity or NaN for a miss.

    Returns:
        One row per submission, in order of first appearance.

    Reference: Dahl et al. (2023), Benchmarking Neural Network Training Algorithms; mlcommons/algorithmic-efficiency,
    docs/DOCUMENTATION.md, Scoring.
    """
    # pandas' median also handles infinities: the mean of a number and infinity is infinity.
    return times.fillna(np.inf).groupby(level=0, sort=False).median()


def held_out_bases(workloads: list[str]) -> Mapping[str, str]:
    """Map held-out variants to their base workload, whose name followed by ``_`` starts the variant's name.

    >>> held_out_bases(["wmt", "fastmri", "fastmri_tanh", "fast"])
    {'fastmri_tanh': 'fastmri'}
    """
    bases = {}
    for workload in workloads:
        prefixes = [other for other in workloads if workload.startswith(f"{other}_")]
        if prefixes:
            # A variant of a variant belongs to the shortest prefix.
            bases[workload] = min(prefixes, key=len)
    return bases


def performance_ratios(times: pd.DataFrame, r_max: float = R_MAX) -> pd.DataFrame:
    """Times relative to the fastest submission, after applying the held-out-workload rule.

    ``r_sw = t_sw / min_s t_sw``; a miss of the base is a miss of its variants; a time above ``r_max min_s t_sw`` is a
    miss; a miss of a variant is a miss of its base. The result contains only bases.

    **Variant.** In the order of the benchmark's code, which the paper leaves open: the fastest is found again after the
    rule, so that the best ratio is 1 on each workload that any submission solves.

    Args:
        times: one row per submission; columns workloads, variants named as in `held_out_bases`; infinity for a miss.
        r_max: ratio above which a time is a miss.

    Returns:
        One row per submission, columns the base workloads; infinity for no credit.

    Reference: Dahl et al. (2023), Benchmarking Neural Network Training Algorithms, performance profiles;
    mlcommons/submissions_algorithms, scoring/performance_profile.py, compute_performance_profiles.
    """
    times = times.astype(np.float64).fillna(np.inf)
    variants = held_out_bases([str(name) for name in times.columns])
    for variant, base in variants.items():
        times[variant] = times[variant].where(np.isfinite(times[base]), np.inf)
    times = times.where(times <= r_max * times.min(axis=0), np.inf)
    for variant, base in variants.items():
        times[base] = times[base].where(np.isfinite(times[variant]), np.inf)
    bases = times[[name for name in times.columns if name not in variants]]
    # A workload that no submission solves gives infinity / infinity, which is no credit.
    return (bases / bases.min(axis=0)).fillna(np.inf)


def performance_profiles(ratios: pd.DataFrame, factors: Floats | None = None) -> Profile:
    """Compute the share of workloads that each submission solves within a factor of the fastest.

    ``rho_s(tau) = |{w : r_sw <= tau}| / n``

    Args:
        ratios: from `performance_ratios`.
        factors: tau; default: the benchmark's 100 values from 1 to 4.

    Reference: Dolan and More (2002), Benchmarking Optimization Software with Performance Profiles, equation 2.1.
    """
    factors = np.linspace(1.0, R_MAX, POINTS) if factors is None else factors
    shares = (ratios.to_numpy()[:, :, None] <= factors).mean(axis=1)
    return Profile(tuple(str(name) for name in ratios.index), factors, shares)


def algoperf_scores(times: pd.DataFrame, *, exact: bool = False) -> pd.Series[float]:
    """AlgoPerf benchmark score of each submission: the normalised area under its performance profile.

    ``B_s = 1 / (r_max - 1) integral_1^r_max rho_s(tau) dtau``, ``r_max = 4``

    **Variant.** The integral is the trapezoidal rule at 100 points from 1 to 4, as in the benchmark's code, which gives
    all 17 published scores of the first competition to their four decimals; ``exact`` uses the exact area,
    ``mean_w max(0, r_max - r_sw) / (r_max - 1)``, which differs by up to 0.005, and for those scores by up to 0.0016.

    Args:
        times: index submissions, repeated for the studies of one; columns workloads, held-out variants named as in
            `held_out_bases`; infinity or NaN for a miss.
        exact: integrate exactly.

    Returns:
        Scores in [0, 1], index submissions in order of first appearance.

    >>> import pandas as pd
    >>> times = pd.DataFrame({"mnist": [10.0, 25.0], "wmt": [40.0, np.inf]}, index=["adam", "sgd"])
    >>> algoperf_scores(times, exact=True).round(4).to_dict()
    {'adam': 1.0, 'sgd': 0.25}

    Reference: Dahl et al. (2023), Benchmarking Neural Network Training Algorithms, integrated profiles;
    mlcommons/submissions_algorithms, scoring/score_submissions.py.
    """
    import pandas as pd

    ratios = performance_ratios(median_of_studies(times))
    if exact:
        return (R_MAX - ratios).clip(lower=0.0).mean(axis=1) / (R_MAX - 1)
    profile = performance_profiles(ratios)
    return pd.Series(integrate.trapezoid(profile.shares, x=profile.factors) / (R_MAX - 1), index=ratios.index)
