"""Estimates how long something takes when some of it was cut off before it could happen, by Kaplan and Meier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.analysis.outcomes import Floats

HALF = 1e-9
"""A share this close to one half counts as one half."""


@dataclass(frozen=True)
class Reached:
    """The estimated share that has reached a target, a step function of time.

    Args:
        times: ascending times at which some reached it; (k,).
        shares: share that has reached it from each of these times on; (k,).
    """

    times: tuple[float, ...]
    shares: tuple[float, ...]


def reached_by(times: Floats, censored: Sequence[float] | Floats = ()) -> Reached:
    """Estimate the share that has reached a target by each time.

    ``F(t) = 1 - prod_{t_i <= t} (1 - d_i / n_i)``, ``d_i`` the number that reached it at ``t_i``, and ``n_i`` the
    number that had neither reached it nor been cut off before.

    **Variant.** What is cut off at the time of an event counts as at risk there. A miss, which was watched to the end
    without an event, stays at risk for ever: it is infinitely long, and not cut off.

    Args:
        times: (n,) time of each event; infinity for a miss.
        censored: (m,) time at which each of the others was cut off.

    >>> reached_by(np.array([10.0, 30.0, np.inf]), np.array([20.0]))
    Reached(times=(10.0, 30.0), shares=(0.25, 0.625))

    Reference: Kaplan and Meier (1958), Nonparametric Estimation from Incomplete Observations, equation 2b.
    """
    events = np.unique(times[np.isfinite(times)])
    everyone = np.concatenate([times, np.asarray(censored, dtype=np.float64)])
    at_risk = np.array([(everyone >= time).sum() for time in events], dtype=np.float64)
    happened = np.array([(times == time).sum() for time in events], dtype=np.float64)
    left = np.cumprod(1 - happened / at_risk) if len(events) else np.empty(0)
    return Reached(tuple(events.tolist()), tuple((1 - left).tolist()))


def median_time(times: Floats, censored: Sequence[float] | Floats = ()) -> float:
    """Estimate the median time to a target.

    **Variant.** The first time at which half have reached it; where the share is exactly one half until the next event,
    the middle of both, so that without censoring it is the usual median. Infinity if the share stays below one half,
    NaN without any time.

    Args:
        times: (n,) time of each event; infinity for a miss.
        censored: (m,) time at which each of the others was cut off.

    >>> median_time(np.array([1.0, 2.0, 3.0, 9.0])), median_time(np.array([1.0, np.inf]))
    (2.5, inf)

    A seed that was cut off early says less than one that missed:

    >>> median_time(np.array([10.0, 30.0]), np.array([5.0])), median_time(np.array([10.0, 30.0, np.inf]))
    (20.0, 30.0)
    """
    everyone = np.concatenate([times, np.asarray(censored, dtype=np.float64)])
    if not everyone.size:
        return float("nan")
    return float(medians(everyone, np.arange(len(everyone)) < len(times)))


def medians(times: Floats, observed: NDArray[np.bool_]) -> Floats:
    """The median of each row, as `median_time`.

    Args:
        times: (..., n) time of each event or of the cut, infinity for a miss.
        observed: (..., n) whether it is not a cut.

    Returns:
        (...,) medians.
    """
    count = times.shape[-1]
    # Events come before cuts at the same time.
    order = np.lexsort((~observed, times), axis=-1)
    times, observed = np.take_along_axis(times, order, -1), np.take_along_axis(observed, order, -1)
    at_risk = count - np.arange(count)
    left = np.cumprod(np.where(observed, 1 - 1 / at_risk, 1.0), axis=-1)
    first = _first_time(times, observed & (left <= 0.5 + HALF))
    later = _first_time(times, observed & (left < 0.5 - HALF))
    is_half = (observed & (np.abs(left - 0.5) <= HALF)).any(axis=-1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(is_half, (first + later) / 2, first))


def _first_time(times: Floats, which: NDArray[np.bool_]) -> Floats:
    """The first of the chosen times of each row; infinity if there is none."""
    return np.asarray(np.where(which, times, np.inf).min(axis=-1))
