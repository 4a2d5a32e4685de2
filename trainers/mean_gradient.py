"""Estimates the norm of an epoch's mean gradient from some of its steps and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.diagnostics import norms

Array = NDArray[Any]

SAMPLED_PARAMETERS = 2**16
"""Approximate number of parameters from which the norm is estimated for a large network."""

LARGE = 2**18
"""From this number of parameters on, only some are used, because a pass over all of them is too expensive."""


def sampled_steps(steps: int) -> dict[int, int]:
    """Choose the steps of an epoch whose gradients are averaged: at most four, alternating between two samples.

    A mini-batch gradient is largely noise. The inner product of two means over different batches is an estimate
    without it: their noises are independent, and in many dimensions nearly orthogonal.

    Returns:
        step -> sample, 0 or 1; an epoch with one step has only sample 0.

    >>> sampled_steps(23)
    {0: 0, 6: 1, 12: 0, 18: 1}
    """
    return {step: number % 2 for number, step in enumerate(range(0, steps, -(-steps // 4)))}


def add_sample(sums: Array, gradients: Array, step: int, sampled: Mapping[int, int]) -> None:
    """Add the gradients (k, p) of ``step`` to its sample in ``sums`` (2, k, p), if the step is sampled.

    The first step of a sample overwrites the sums of the previous epoch.
    """
    sample = sampled.get(step)
    if sample is None:
        return
    if step == min(other for other, of in sampled.items() if of == sample):
        np.copyto(sums[sample], gradients)
    else:
        sums[sample] += gradients


def mean_gradient_norms(sums: Array, sampled: Mapping[int, int], size: int) -> NDArray[np.float64]:
    """Norm of the mean gradient from the sums (2, k, p) of its two samples: ``sqrt(max(<mean_0, mean_1>, 0))``.

    The sums are overwritten; if they hold p of the ``size`` parameters, the norm is scaled by ``sqrt(size / p)``.
    """
    scale = np.sqrt(size / sums.shape[2])
    counts = [list(sampled.values()).count(sample) for sample in (0, 1)]
    if counts[1] == 0:
        return np.asarray(scale * norms(sums[0]) / counts[0])
    # Pairwise summation; a product beyond float32 gives inf, which `trainers.plateaus` ignores.
    products = np.add.reduce(np.multiply(sums[0], sums[1], out=sums[0]), axis=1).astype(np.float64)
    return np.asarray(scale * np.sqrt(np.maximum(products / (counts[0] * counts[1]), 0.0)))


def sampled_parameters(size: int) -> slice:
    """Choose the parameters from which the mean gradient is estimated: all, or every n-th of a large network.

    >>> sampled_parameters(4810), sampled_parameters(1_863_690)
    (slice(0, 4810, 1), slice(0, 1863690, 29))
    """
    return slice(0, size, -(-size // SAMPLED_PARAMETERS) if size > LARGE else 1)
