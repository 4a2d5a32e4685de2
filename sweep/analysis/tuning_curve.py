"""Computes tuning curves: the expected best result after trying k settings at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from sweep.analysis.aggregate import RESAMPLES, resample
from sweep.analysis.outcomes import Floats, Mode


@dataclass(frozen=True)
class TuningCurve:
    """Expected best result as a function of the number of settings tried.

    Args:
        tried: k, 1 to N; (N,).
        expected: expected best of k settings, given that at least one did not diverge; (N,), NaN if all diverged.
        low: lower end of the confidence band; (N,).
        high: upper end; (N,).
        nothing: probability that all k diverged; (N,).
        confidence: of the band, pointwise in k.
    """

    tried: Floats
    expected: Floats
    low: Floats
    high: Floats
    nothing: Floats
    confidence: float


def tuning_curve(
    values: Floats, mode: Mode, rng: np.random.Generator, confidence: float = 0.95, resamples: int = RESAMPLES
) -> TuningCurve:
    """Compute the expected best of k settings out of N, for every k.

    ``E_k = sum_i v_(i) C(N - i, k - 1) / C(N, k)`` with ``v_(1)`` the best of the N

    **Variant.** The unbiased estimator (k settings without replacement), not the one of Dodge et al. (2019:
    ``sum_i v_(i) (F_i^k - F_{i-1}^k)``, with replacement), which Tang et al. show to be too pessimistic; for a grid it
    is exact: k of its N settings in random order. Diverged settings rank below all others; ``expected`` is conditional
    on not all k diverging, and ``nothing`` is the probability that they do. The band is the percentile bootstrap over
    settings.

    Args:
        values: (N,), one per setting; NaN for a diverged one.
        mode: whether small or large values are better.
        rng: for the bootstrap.
        confidence: of the band, in (0, 1).
        resamples: bootstrap samples.

    >>> curve = tuning_curve(np.array([0.2, 0.5, 0.8]), "max", np.random.default_rng(0))
    >>> curve.expected.round(3).tolist()  # of 2 settings: (0.5 + 0.8 + 0.8) / 3
    [0.5, 0.7, 0.8]

    Reference: Dodge et al. (2019), Show Your Work: Improved Reporting of Experimental Results; Tang et al.
    (2020), Showing Your Work Doesn't Always Work, the unbiased estimator.
    """
    values = np.asarray(values, dtype=np.float64)
    count = len(values)
    tried = np.arange(1, count + 1, dtype=np.float64)
    if not count:
        return TuningCurve(tried, tried, tried, tried, tried, confidence)
    weights = order_weights(count)
    expected, nothing = _expected_best(values, weights, mode)
    samples, _ = _expected_best(values[resample(count, rng, resamples)], weights, mode)
    tail = (1 - confidence) / 2
    low, high = np.full(count, np.nan), np.full(count, np.nan)
    some = ~np.isnan(samples).all(axis=0)
    if some.any():
        low[some], high[some] = np.nanquantile(samples[:, some], [tail, 1 - tail], axis=0)
    return TuningCurve(tried, expected, low, high, nothing, confidence)


def order_weights(count: int) -> Floats:
    """Probability that the i-th best of N is the best of k drawn without replacement.

    ``w_ki = C(N - i, k - 1) / C(N, k)``

    Args:
        count: N.

    Returns:
        (N, N), row k - 1 for k; each row adds up to 1.

    >>> order_weights(2).round(6).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    places = np.arange(count, dtype=np.float64)
    worse, others = places[None, ::-1], places[:, None]

    def log_choose(n: Floats, k: Floats) -> Floats:
        return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(np.maximum(n - k, 0) + 1))

    total = log_choose(np.array(float(count)), others + 1)
    return np.where(worse >= others, np.exp(log_choose(worse, others) - total), 0.0)


def _expected_best(values: Floats, weights: Floats, mode: Mode) -> tuple[Floats, Floats]:
    """The curve and the probability that all diverged, for values of shape (..., N); (..., N) each."""
    sign = 1.0 if mode == "min" else -1.0
    # Best first; NaN, for diverged settings, is sorted to the end.
    ordered = np.sort(sign * values, axis=-1)
    finite = ~np.isnan(ordered)
    something = finite.astype(np.float64) @ weights.T
    best = np.where(finite, ordered, 0.0) @ weights.T
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = np.where(something > 1e-12, sign * best / something, np.nan)
    # A probability that is 1 up to rounding is set to 1.
    return expected, np.where(something > 1 - 1e-9, 0.0, 1 - something)
