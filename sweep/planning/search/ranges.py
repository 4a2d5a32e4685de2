"""Maps numbers between 0 and 1 to values of a hyperparameter, the same for every method that draws."""

from __future__ import annotations

import math

from sweep.config.distributions import Distribution
from sweep.config.values import Domain
from sweep.records import Value

SIGNIFICANT_DIGITS = 6
"""Digits of a drawn number: settings stay readable, and the last bits of a logarithm, in which machines differ, do not
count."""


def value_at(domain: Domain, place: float) -> Value:
    """Return the value at a place of a domain: its quantile, if all values of a list are equally likely.

    Args:
        domain: values to choose from, or a range.
        place: from 0 to below 1.

    >>> value_at((16, 32, 64), 0.5), value_at(Distribution("uniform", 0.0, 2.0), 0.25)
    (32, 0.5)
    >>> value_at(Distribution("log_uniform", 1e-4, 1.0), 0.5), value_at(Distribution("int_uniform", 1, 4), 0.99)
    (0.01, 4)
    >>> value_at(Distribution("one_minus_log_uniform", 0.9, 0.999), 0.5)
    0.99
    """
    if not isinstance(domain, Distribution):
        return domain[_index(place, len(domain))]
    low, high = domain.low, domain.high
    match domain.kind:
        case "uniform":
            return rounded(domain, low + place * (high - low))
        case "log_uniform":
            return rounded(domain, _between_logarithms(low, high, place))
        case "one_minus_log_uniform":
            return rounded(domain, 1.0 - _between_logarithms(1.0 - low, 1.0 - high, place))
        case "int_uniform":
            return int(low) + _index(place, int(high) - int(low) + 1)
        case "log_int_uniform":
            # The ends get the share of the half that lies inside, as in Optuna.
            return min(max(round(_between_logarithms(low - 0.5, high + 0.5, place)), int(low)), int(high))
        case _:
            return domain.values[_index(place, len(domain.values))]


def rounded(domain: Distribution, value: float) -> float:
    """Round a number of a continuous range to `SIGNIFICANT_DIGITS`, or finer where the range is narrow.

    Of a range of 1 - value, it is 1 - value that has so many digits.

    >>> rounded(Distribution("log_uniform", 1e-4, 1.0), 0.0012345678)
    0.00123457
    >>> rounded(Distribution("one_minus_log_uniform", 0.9, 0.99999), 0.99998765432)
    0.9999876543
    >>> rounded(Distribution("uniform", 1000.0, 1000.001), 1000.00012345678)
    1000.000123457
    """
    size = 1.0 - value if domain.kind == "one_minus_log_uniform" else value
    scales = [abs(scale) for scale in (size, domain.high - domain.low) if scale]
    decimals = max(SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(scale)) for scale in scales)
    return min(max(round(value, decimals), domain.low), domain.high)


def _between_logarithms(low: float, high: float, place: float) -> float:
    return math.exp(math.log(low) + place * (math.log(high) - math.log(low)))


def _index(place: float, count: int) -> int:
    return min(int(place * count), count - 1)
