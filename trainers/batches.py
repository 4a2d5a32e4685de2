"""Mini-batches: the examples are shuffled every epoch and split into batches, including a smaller last one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]


def epochs(examples: int, batch_size: int, rng: np.random.Generator) -> Iterator[tuple[Indices, ...]]:
    """Yield the batches of each epoch, without end.

    m examples make ``T = ceil(m / batch_size)`` batches; ``batch_size >= m`` is batch gradient descent and 1 is
    stochastic gradient descent. Batches are views of one permutation, so that an epoch needs m indices of memory.

    Args:
        examples: m, 1 or more.
        batch_size: 1 or more.
        rng: the stream ``batches`` of the trial's seed; draws one permutation per epoch.

    Yields:
        T arrays of indices, each (batch_size,), the last (m - (T - 1) batch_size,).

    Raises:
        ValueError: if ``examples`` or ``batch_size`` is below 1.

    >>> first, second = next(epochs(5, 3, np.random.default_rng(0)))
    >>> len(first), len(second), sorted([*first.tolist(), *second.tolist()])
    (3, 2, [0, 1, 2, 3, 4])

    Reference: deeplearning.ai, Improving Deep Neural Networks (2017), week 2, "Mini-batch gradient descent".
    """
    if examples < 1 or batch_size < 1:
        raise ValueError(f"Examples and batch size must be at least 1. Received: {examples} and {batch_size}.")
    while True:
        yield partition(rng.permutation(examples), batch_size)


def partition(order: Indices, batch_size: int) -> tuple[Indices, ...]:
    """Split an order of examples into batches: views, the last one possibly smaller.

    >>> [batch.tolist() for batch in partition(np.array([2, 0, 1]), 2)]
    [[2, 0], [1]]
    """
    return tuple(order[start : start + batch_size] for start in range(0, len(order), batch_size))
