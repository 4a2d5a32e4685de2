"""Fused passes of a network over its activations and outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.compiled.loops import compile_loop

Array = NDArray[Any]


@compile_loop
def times_relu_derivative(delta: Array, inner: Array) -> None:
    """``delta *= (activation > 0)`` in place: delta (K, H, B), inner (K, H + 1, B) with the row of ones last."""
    one, zero = delta.dtype.type(1), delta.dtype.type(0)
    for k in range(delta.shape[0]):
        d, a = delta[k].reshape(-1), inner[k].reshape(-1)
        for i in range(d.size):
            d[i] *= one if a[i] > zero else zero


@compile_loop
def shift_by_largest(z: Array, targets: Array, z_target: Array, hits: Array) -> None:
    """Subtract each example's largest output; write the target's output and whether the target is the argmax.

    Args:
        z: (K, C, B), changed in place.
        targets: (K, B).
        z_target: (K, B), written.
        hits: (K, B) bool, written; the first of ties is the argmax. False where the largest output is NaN or infinite.
    """
    largest = np.empty(z.shape[2], z.dtype)
    first = np.empty(z.shape[2], np.int64)
    for k in range(z.shape[0]):
        largest[:] = z[k, 0]
        first[:] = 0
        for c in range(1, z.shape[1]):
            row = z[k, c]
            for b in range(row.size):
                # Once largest is NaN it stays NaN, because both comparisons are then false.
                if row[b] > largest[b] or (row[b] != row[b] and largest[b] == largest[b]):
                    largest[b] = row[b]
                    first[b] = c
        for c in range(z.shape[1]):
            row = z[k, c]
            for b in range(row.size):
                row[b] -= largest[b]
        for b in range(z.shape[2]):
            z_target[k, b] = z[k, targets[k, b], b]
            # The target's output is now 0 if it is the largest, and NaN if the largest was NaN or infinite.
            hits[k, b] = first[b] == targets[k, b] and z_target[k, b] == 0


@compile_loop
def softmax_gradient(z: Array, targets: Array, total: Array, scale: float) -> None:
    """Turn ``exp(z)`` with its sums (K, B) into ``(softmax(z) - onehot) / B``, in place."""
    factor = np.empty(z.shape[2], z.dtype)
    for k in range(z.shape[0]):
        for b in range(z.shape[2]):
            factor[b] = scale / total[k, b]
        for c in range(z.shape[1]):
            row = z[k, c]
            for b in range(row.size):
                row[b] *= factor[b]
        for b in range(z.shape[2]):
            z[k, targets[k, b], b] -= scale


def softmax_cross_entropy_gradient(z: Array, targets: Array) -> tuple[Array, Array]:
    """Fused version of `trainers.losses.softmax_cross_entropy_gradient`."""
    z_target = np.empty(targets.shape, z.dtype)
    hits = np.empty(targets.shape, np.bool_)
    shift_by_largest(z, targets, z_target, hits)
    np.exp(z, out=z)
    total = np.add.reduce(z, axis=1)
    loss = np.log(total)
    loss -= z_target
    softmax_gradient(z, targets, total, z.dtype.type(1.0 / z.shape[2]))
    return loss, hits
