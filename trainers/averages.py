"""Exponentially weighted averages: the running average, its bias correction, and its effective window."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def step(average: Any, value: Any, beta: float) -> Any:
    """Update the average with one value: ``v = beta v + (1 - beta) x``.

    Args:
        average: the previous average, a number or an array; 0 before the first value.
        value: x, of the same shape.
        beta: in [0, 1).

    Returns:
        The new average, without bias correction.

    >>> step(0.0, 40.0, 0.9)
    3.999999999999999
    """
    return beta * average + (1.0 - beta) * value


def correct(average: Any, beta: float, count: int) -> Any:
    """Correct the bias towards the initial 0: ``v / (1 - beta^t)``.

    Args:
        average: the average after ``count`` values.
        beta: in [0, 1).
        count: t, 1 or more.

    >>> round(correct(step(0.0, 40.0, 0.9), 0.9, 1), 12)
    40.0

    Reference: Kingma and Ba (2015), Adam, section 3.
    """
    return average / (1.0 - beta**count)


def running(values: Iterable[float], beta: float, corrected: bool = True) -> Iterator[float]:
    """The average after each value of a stream, in constant memory.

    Args:
        values: x_1, x_2, ..., possibly infinitely many.
        beta: in [0, 1).
        corrected: whether to apply the bias correction.

    Yields:
        One average per value.

    Raises:
        ValueError: if ``beta`` is outside [0, 1).

    >>> [round(v, 12) for v in running([10.0, 10.0, 10.0], 0.9)]
    [10.0, 10.0, 10.0]
    """
    check_beta(beta)
    average = 0.0
    for count, value in enumerate(values, 1):
        average = step(average, value, beta)
        yield correct(average, beta, count) if corrected else average


def averages(values: ArrayLike, beta: float, corrected: bool = False) -> Floats:
    """The average after each row of an array: ``v_t = beta v_{t-1} + (1 - beta) x_t``, ``v_0 = 0``.

    **Variant.** The lecture's form: the average starts at 0 and is optionally corrected by ``1 - beta^t``, as in Adam;
    pandas' ``ewm(alpha=1 - beta)`` with ``adjust=True`` is the corrected form.

    Args:
        values: (T, ...), averaged along the first axis.
        beta: in [0, 1).
        corrected: whether to divide by ``1 - beta^t``.

    Returns:
        (T, ...) float64.

    Raises:
        ValueError: if ``beta`` is outside [0, 1).

    >>> averages([4.0, 8.0], 0.5).tolist(), averages([4.0, 8.0], 0.5, corrected=True)[0].item()
    ([2.0, 5.0], 4.0)

    Reference: deeplearning.ai, Improving Deep Neural Networks (2017), week 2, "Exponentially weighted averages".
    """
    check_beta(beta)
    x = np.asarray(values, dtype=np.float64)
    result = np.empty_like(x)
    average: Any = np.zeros(x.shape[1:])
    for t in range(len(x)):
        average = step(average, x[t], beta)
        result[t] = average
    if corrected:
        counts = np.arange(1, len(x) + 1, dtype=np.float64).reshape(-1, *[1] * (x.ndim - 1))
        result /= 1.0 - beta**counts
    return result


def window(beta: float) -> float:
    """The approximate number of values in the average: ``1 / (1 - beta)``.

    >>> [round(window(beta)) for beta in (0.5, 0.9, 0.98)]
    [2, 10, 50]
    """
    check_beta(beta)
    return 1.0 / (1.0 - beta)


def delay(beta: float) -> float:
    """The lag behind a linear trend, in values: ``beta / (1 - beta)``, the mean age of the values in the average.

    >>> round(delay(0.98), 9)
    49.0
    """
    check_beta(beta)
    return beta / (1.0 - beta)


def weights(beta: float, length: int) -> Floats:
    """The weight of the value k steps ago: ``(1 - beta) beta^k``.

    Args:
        beta: in [0, 1).
        length: number of weights, 0 or more.

    Returns:
        (length,) float64, the weight of the newest value first.

    >>> weights(0.5, 3).tolist()
    [0.5, 0.25, 0.125]
    """
    check_beta(beta)
    return np.asarray((1.0 - beta) * beta ** np.arange(length, dtype=np.float64))


def age_at(beta: float, share: float = math.exp(-1.0)) -> float:
    """The number of steps until a value's weight has fallen to a share of its first: ``log(share) / log(beta)``.

    For the share 1/e this is about ``1 / (1 - beta)``, as ``(1 - epsilon)^(1 / epsilon)`` is about 1/e.

    Args:
        beta: in (0, 1).
        share: in (0, 1].

    >>> round(age_at(0.9), 2), round(0.9**10, 3)
    (9.49, 0.349)
    """
    check_beta(beta)
    return math.log(share) / math.log(beta)


def check_beta(beta: float) -> None:
    """Refuse a beta outside its range.

    Raises:
        ValueError: if ``beta`` is outside [0, 1).
    """
    if not 0.0 <= beta < 1.0:
        raise ValueError(f"`beta` must lie in [0, 1). Received: {beta!r}. Give such as 0.9.")
