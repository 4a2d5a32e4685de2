"""The passes over memory that NumPy makes one after the other, fused by numba: the same numbers, fewer passes.

Only operations that IEEE arithmetic rounds in one way are compiled, in NumPy's order and without contraction or
re-association, so that the results are those of the plain code bit for bit; ``exp``, ``log`` and the matrix multiplies
stay with NumPy. Needs the extra ``fast``; the plain code is the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trainers.optimizers.base import Coefficients, State

Array = NDArray[Any]

# error_model="numpy": a division by zero is inf, not an exception whose check would keep the loop from vectorising.
_compile: Callable[[Any], Any] = njit(error_model="numpy", cache=True, nogil=True)


@_compile
def _sgd(w: Array, g: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        a, wk, gk = alpha[k, 0], w[k], g[k]
        for p in range(wk.size):
            wk[p] -= gk[p] * a


@_compile
def _momentum(w: Array, g: Array, v: Array, beta1: Array, one_minus_beta1: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        b, c, a, wk, gk, vk = beta1[k, 0], one_minus_beta1[k, 0], alpha[k, 0], w[k], g[k], v[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b + gk[p] * c
            wk[p] -= vk[p] * a


@_compile
def _rmsprop(w: Array, g: Array, s: Array, beta2: Array, one_minus_beta2: Array, epsilon: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        b, c, e, a = beta2[k, 0], one_minus_beta2[k, 0], epsilon[k, 0], alpha[k, 0]
        wk, gk, sk = w[k], g[k], s[k]
        for p in range(wk.size):
            sk[p] = sk[p] * b + gk[p] * gk[p] * c
            wk[p] -= gk[p] / (np.sqrt(sk[p]) + e) * a


@_compile
def _adam(
    w: Array,
    g: Array,
    v: Array,
    s: Array,
    beta1: Array,
    one_minus_beta1: Array,
    beta2: Array,
    one_minus_beta2: Array,
    corrected_epsilon: Array,
    corrected_alpha: Array,
) -> None:
    for k in range(w.shape[0]):
        b1, c1, b2, c2 = beta1[k, 0], one_minus_beta1[k, 0], beta2[k, 0], one_minus_beta2[k, 0]
        e, a = corrected_epsilon[k, 0], corrected_alpha[k, 0]
        wk, gk, vk, sk = w[k], g[k], v[k], s[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b1 + gk[p] * c1
            sk[p] = sk[p] * b2 + gk[p] * gk[p] * c2
            wk[p] -= vk[p] / (np.sqrt(sk[p]) + e) * a


Update = Callable[[Array, Array, State, Coefficients], None]


def _sgd_step(w: Array, g: Array, state: State, c: Coefficients) -> None:
    _sgd(w, g, c["alpha"])


def _momentum_step(w: Array, g: Array, state: State, c: Coefficients) -> None:
    _momentum(w, g, state["velocity"], c["beta1"], c["one_minus_beta1"], c["alpha"])


def _rmsprop_step(w: Array, g: Array, state: State, c: Coefficients) -> None:
    _rmsprop(w, g, state["mean_square"], c["beta2"], c["one_minus_beta2"], c["epsilon"], c["alpha"])


def _adam_step(w: Array, g: Array, state: State, c: Coefficients) -> None:
    _adam(
        w,
        g,
        state["first_moment"],
        state["second_moment"],
        c["beta1"],
        c["one_minus_beta1"],
        c["beta2"],
        c["one_minus_beta2"],
        c["corrected_epsilon"],
        c["corrected_alpha"],
    )


UPDATES: Mapping[str, Update] = MappingProxyType(
    {"sgd": _sgd_step, "momentum": _momentum_step, "rmsprop": _rmsprop_step, "adam": _adam_step}
)
"""By the optimizer's name; the others take their plain update."""


@_compile
def times_relu_derivative(delta: Array, inner: Array) -> None:
    """``delta *= (activation > 0)`` in place: delta (K, H, B), inner (K, H + 1, B) with the row of ones last."""
    one, zero = delta.dtype.type(1), delta.dtype.type(0)
    for k in range(delta.shape[0]):
        d, a = delta[k].reshape(-1), inner[k].reshape(-1)
        for i in range(d.size):
            d[i] *= one if a[i] > zero else zero


@_compile
def shift_by_largest(z: Array, targets: Array, z_target: Array, hits: Array) -> None:
    """Subtract the largest output of each example; take the target's output and whether the target is the argmax.

    Args:
        z: (K, C, B), changed in place.
        targets: (K, B).
        z_target: (K, B), written.
        hits: (K, B) bool, written; the first of ties is the argmax, and NaN is largest, as for NumPy.
    """
    largest = np.empty(z.shape[2], z.dtype)
    first = np.empty(z.shape[2], np.int64)
    for k in range(z.shape[0]):
        largest[:] = z[k, 0]
        first[:] = 0
        for c in range(1, z.shape[1]):
            row = z[k, c]
            for b in range(row.size):
                # NaN once seen stays: neither comparison is true of it then.
                if row[b] > largest[b] or (row[b] != row[b] and largest[b] == largest[b]):
                    largest[b] = row[b]
                    first[b] = c
        for c in range(z.shape[1]):
            row = z[k, c]
            for b in range(row.size):
                row[b] -= largest[b]
        for b in range(z.shape[2]):
            z_target[k, b] = z[k, targets[k, b], b]
            hits[k, b] = first[b] == targets[k, b]


@_compile
def softmax_gradient(z: Array, targets: Array, total: Array, scale: float) -> None:
    """From ``exp(z)`` and its sums (K, B) to ``(softmax(z) - onehot) / B``, in place."""
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
    """The same as `trainers.losses.softmax_cross_entropy_gradient`."""
    z_target = np.empty(targets.shape, z.dtype)
    hits = np.empty(targets.shape, np.bool_)
    shift_by_largest(z, targets, z_target, hits)
    np.exp(z, out=z)
    total = np.add.reduce(z, axis=1)
    loss = np.log(total)
    loss -= z_target
    softmax_gradient(z, targets, total, z.dtype.type(1.0 / z.shape[2]))
    return loss, hits
