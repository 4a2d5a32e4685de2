"""How long the mean gradient of an epoch is, measured from some of its steps and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.diagnostics import norms

Array = NDArray[Any]

SAMPLED_PARAMETERS = 2**16
"""So many parameters say how long the mean gradient of a large network is."""

LARGE = 2**18
"""From so many parameters on a pass over all of them costs more than it tells."""


def sampled_steps(steps: int) -> dict[int, int]:
    """Pick the steps of an epoch whose gradients are averaged: at most four, in two samples by turns.

    A mini-batch's gradient is largely noise. The product of two means of different batches is free of it: their noises
    have nothing to do with each other, and in many dimensions stand at right angles.

    Returns:
        step -> sample, 0 or 1; an epoch of one step has sample 0 alone.

    >>> sampled_steps(23)
    {0: 0, 6: 1, 12: 0, 18: 1}
    """
    return {step: number % 2 for number, step in enumerate(range(0, steps, -(-steps // 4)))}


def add_sample(sums: Array, gradients: Array, step: int, sampled: Mapping[int, int]) -> None:
    """Add the gradients (k, p) of ``step`` to its sample in ``sums`` (2, k, p), if the step is sampled.

    A sample's first step overwrites what an earlier epoch has left.
    """
    sample = sampled.get(step)
    if sample is None:
        return
    if step == min(other for other, of in sampled.items() if of == sample):
        np.copyto(sums[sample], gradients)
    else:
        sums[sample] += gradients


def mean_gradient_norms(sums: Array, sampled: Mapping[int, int], size: int) -> NDArray[np.float64]:
    """Length of the mean gradient from the sums (2, k, p) of its two samples: ``sqrt(max(<mean_0, mean_1>, 0))``.

    The sums are overwritten; when they hold p of the ``size`` parameters, the length is scaled by ``sqrt(size / p)``.
    """
    scale = np.sqrt(size / sums.shape[2])
    counts = [list(sampled.values()).count(sample) for sample in (0, 1)]
    if counts[1] == 0:
        return np.asarray(scale * norms(sums[0]) / counts[0])
    # Summed by the pairwise rule; a product beyond float32 gives inf, which a plateau passes over.
    products = np.add.reduce(np.multiply(sums[0], sums[1], out=sums[0]), axis=1).astype(np.float64)
    return np.asarray(scale * np.sqrt(np.maximum(products / (counts[0] * counts[1]), 0.0)))


def sampled_parameters(size: int) -> slice:
    """Pick the parameters over which the mean gradient is measured: all, or of a large network every n-th.

    >>> sampled_parameters(4810), sampled_parameters(1_863_690)
    (slice(0, 4810, 1), slice(0, 1863690, 29))
    """
    return slice(0, size, -(-size // SAMPLED_PARAMETERS) if size > LARGE else 1)
