"""Mini-batches: the examples are shuffled every epoch and split into batches, including a smaller last one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]


def epochs(
    examples: int,
    batch_size: int,
    rng: np.random.Generator,
    order: Callable[[np.random.Generator], Indices] | None = None,
) -> Iterator[tuple[Indices, ...]]:
    """Yield the batches of each epoch, without end.

    m examples make ``T = ceil(m / batch_size)`` batches; ``batch_size >= m`` is batch gradient descent and 1 is
    stochastic gradient descent. Batches are views of one permutation, so that an epoch needs m indices of memory.

    Args:
        examples: m, 1 or more.
        batch_size: 1 or more.
        rng: the stream ``batches`` of the trial's seed; draws one permutation per epoch.
        order: draws the order of an epoch; by default a permutation of all examples.

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
        yield partition(rng.permutation(examples) if order is None else order(rng), batch_size)


def block_order(sizes: NDArray[np.int64], window: int) -> Callable[[np.random.Generator], Indices]:
    """Return what draws the order of an epoch over data that are read by blocks.

    **Variant.** The blocks are put in a random order, and the examples of each ``window`` blocks in it are shuffled
    together, as by the shuffle buffer of a data loader. With no more blocks than that, it is the order of examples in
    memory.

    Args:
        sizes: (blocks,) number of examples of each block; some may have none.
        window: number of blocks that are shuffled together, 1 or more.

    >>> order = block_order(np.array([2, 3, 1]), 1)(np.random.default_rng(0))
    >>> sorted(order.tolist()), sorted(order[:1].tolist())
    ([0, 1, 2, 3, 4, 5], [5])
    """
    stops = np.cumsum(sizes)
    blocks = np.flatnonzero(sizes)
    return partial(_draw, stops - sizes, stops, blocks, window)


def _draw(
    starts: NDArray[np.int64], stops: NDArray[np.int64], blocks: NDArray[np.intp], window: int, rng: np.random.Generator
) -> Indices:
    if len(blocks) <= window:
        return rng.permutation(int(stops[-1]))
    found = np.empty(int(stops[-1]), dtype=np.intp)
    at = 0
    order = rng.permutation(blocks)
    for first in range(0, len(order), window):
        together = np.concatenate([np.arange(starts[k], stops[k]) for k in order[first : first + window]])
        found[at : at + len(together)] = rng.permutation(together)
        at += len(together)
    return found


def partition(order: Indices, batch_size: int) -> tuple[Indices, ...]:
    """Split an order of examples into batches: views, the last one possibly smaller.

    >>> [batch.tolist() for batch in partition(np.array([2, 0, 1]), 2)]
    [[2, 0], [1]]
    """
    return tuple(order[start : start + batch_size] for start in range(0, len(order), batch_size))
