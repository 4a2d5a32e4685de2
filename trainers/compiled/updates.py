"""The optimizers' updates, each fused into one pass over parameters, gradients and state.

Arrays are those of `Optimizer.update`: parameters, gradients and state (k, P), coefficients (k, 1). Each line computes
what the optimizer's own file says and cites, in its order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.compiled.loops import compile_loop
from trainers.optimizers.base import Coefficients, State

Array = NDArray[Any]


@compile_loop
def _sgd(w: Array, g: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        a, wk, gk = alpha[k, 0], w[k], g[k]
        for p in range(wk.size):
            wk[p] -= gk[p] * a


@compile_loop
def _momentum(w: Array, g: Array, v: Array, beta1: Array, one_minus_beta1: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        b, c, a, wk, gk, vk = beta1[k, 0], one_minus_beta1[k, 0], alpha[k, 0], w[k], g[k], v[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b + gk[p] * c
            wk[p] -= vk[p] * a


@compile_loop
def _heavy_ball(w: Array, g: Array, v: Array, beta1: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        b, a, wk, gk, vk = beta1[k, 0], alpha[k, 0], w[k], g[k], v[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b + gk[p]
            wk[p] -= vk[p] * a


@compile_loop
def _nesterov(
    w: Array, g: Array, v: Array, beta1: Array, one_minus_beta1: Array, alpha_beta1: Array, alpha_one_minus_beta1: Array
) -> None:
    for k in range(w.shape[0]):
        b, c, av, ag = beta1[k, 0], one_minus_beta1[k, 0], alpha_beta1[k, 0], alpha_one_minus_beta1[k, 0]
        wk, gk, vk = w[k], g[k], v[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b + gk[p] * c
            wk[p] = wk[p] - vk[p] * av - gk[p] * ag


@compile_loop
def _adagrad(w: Array, g: Array, s: Array, epsilon: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        e, a, wk, gk, sk = epsilon[k, 0], alpha[k, 0], w[k], g[k], s[k]
        for p in range(wk.size):
            sk[p] += gk[p] * gk[p]
            wk[p] -= gk[p] / (np.sqrt(sk[p]) + e) * a


@compile_loop
def _rmsprop(w: Array, g: Array, s: Array, beta2: Array, one_minus_beta2: Array, epsilon: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        b, c, e, a = beta2[k, 0], one_minus_beta2[k, 0], epsilon[k, 0], alpha[k, 0]
        wk, gk, sk = w[k], g[k], s[k]
        for p in range(wk.size):
            sk[p] = sk[p] * b + gk[p] * gk[p] * c
            wk[p] -= gk[p] / (np.sqrt(sk[p]) + e) * a


@compile_loop
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


@compile_loop
def _adamw(
    w: Array,
    g: Array,
    v: Array,
    s: Array,
    kept: Array,
    beta1: Array,
    one_minus_beta1: Array,
    beta2: Array,
    one_minus_beta2: Array,
    corrected_epsilon: Array,
    corrected_alpha: Array,
) -> None:
    for k in range(w.shape[0]):
        b1, c1, b2, c2 = beta1[k, 0], one_minus_beta1[k, 0], beta2[k, 0], one_minus_beta2[k, 0]
        e, a, left = corrected_epsilon[k, 0], corrected_alpha[k, 0], kept[k, 0]
        wk, gk, vk, sk = w[k], g[k], v[k], s[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b1 + gk[p] * c1
            sk[p] = sk[p] * b2 + gk[p] * gk[p] * c2
            wk[p] = wk[p] * left - vk[p] / (np.sqrt(sk[p]) + e) * a


@compile_loop
def _amsgrad(
    w: Array,
    g: Array,
    v: Array,
    s: Array,
    m: Array,
    beta1: Array,
    one_minus_beta1: Array,
    beta2: Array,
    one_minus_beta2: Array,
    epsilon: Array,
    correction2: Array,
    alpha_correction1: Array,
) -> None:
    for k in range(w.shape[0]):
        b1, c1, b2, c2 = beta1[k, 0], one_minus_beta1[k, 0], beta2[k, 0], one_minus_beta2[k, 0]
        e, r, a = epsilon[k, 0], correction2[k, 0], alpha_correction1[k, 0]
        wk, gk, vk, sk, mk = w[k], g[k], v[k], s[k], m[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b1 + gk[p] * c1
            sk[p] = sk[p] * b2 + gk[p] * gk[p] * c2
            # NaN, once it is in s, stays there, and so gets into m as by NumPy's maximum.
            mk[p] = mk[p] if mk[p] >= sk[p] else sk[p]
            wk[p] -= vk[p] / (np.sqrt(mk[p] * r) + e) * a


@compile_loop
def _nadam(
    w: Array,
    g: Array,
    v: Array,
    s: Array,
    beta1: Array,
    one_minus_beta1: Array,
    beta2: Array,
    one_minus_beta2: Array,
    epsilon: Array,
    correction2: Array,
    of_moment: Array,
    of_gradient: Array,
) -> None:
    for k in range(w.shape[0]):
        b1, c1, b2, c2 = beta1[k, 0], one_minus_beta1[k, 0], beta2[k, 0], one_minus_beta2[k, 0]
        e, r, av, ag = epsilon[k, 0], correction2[k, 0], of_moment[k, 0], of_gradient[k, 0]
        wk, gk, vk, sk = w[k], g[k], v[k], s[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b1 + gk[p] * c1
            sk[p] = sk[p] * b2 + gk[p] * gk[p] * c2
            root = np.sqrt(sk[p] * r) + e
            wk[p] = wk[p] - vk[p] / root * av - gk[p] / root * ag


@compile_loop
def _lion(
    w: Array,
    g: Array,
    v: Array,
    kept: Array,
    beta1: Array,
    one_minus_beta1: Array,
    beta2: Array,
    one_minus_beta2: Array,
    alpha: Array,
) -> None:
    one, zero = w.dtype.type(1), w.dtype.type(0)
    for k in range(w.shape[0]):
        b1, c1, b2, c2 = beta1[k, 0], one_minus_beta1[k, 0], beta2[k, 0], one_minus_beta2[k, 0]
        a, left, wk, gk, vk = alpha[k, 0], kept[k, 0], w[k], g[k], v[k]
        for p in range(wk.size):
            direction = vk[p] * b1 + gk[p] * c1
            # The difference is 0 where the direction is, and NaN where it is NaN.
            sign = one if direction > zero else (-one if direction < zero else direction - direction)
            wk[p] = wk[p] * left - sign * a
            vk[p] = vk[p] * b2 + gk[p] * c2


@dataclass(frozen=True)
class FusedUpdate:
    """An update in one pass, called as `Optimizer.update` without its scratch.

    Args:
        loop: takes parameters, gradients, then the state and the coefficients by place.
        state: names of the state in the order of the loop.
        coefficients: names of the coefficients in the order of the loop.
    """

    loop: Callable[..., None]
    state: tuple[str, ...]
    coefficients: tuple[str, ...]

    def __call__(self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients) -> None:
        """Make one step in place."""
        held, numbers = (state[name] for name in self.state), (coefficients[name] for name in self.coefficients)
        self.loop(parameters, gradients, *held, *numbers)


MOMENTS = ("first_moment", "second_moment")
AVERAGES = ("beta1", "one_minus_beta1", "beta2", "one_minus_beta2")
CORRECTED = ("corrected_epsilon", "corrected_alpha")

UPDATES: Mapping[str, FusedUpdate] = MappingProxyType(
    {
        "sgd": FusedUpdate(_sgd, (), ("alpha",)),
        "momentum": FusedUpdate(_momentum, ("velocity",), ("beta1", "one_minus_beta1", "alpha")),
        "heavy_ball": FusedUpdate(_heavy_ball, ("velocity",), ("beta1", "alpha")),
        "nesterov": FusedUpdate(
            _nesterov, ("velocity",), ("beta1", "one_minus_beta1", "alpha_beta1", "alpha_one_minus_beta1")
        ),
        "adagrad": FusedUpdate(_adagrad, ("sum_of_squares",), ("epsilon", "alpha")),
        "rmsprop": FusedUpdate(_rmsprop, ("mean_square",), ("beta2", "one_minus_beta2", "epsilon", "alpha")),
        "adam": FusedUpdate(_adam, MOMENTS, (*AVERAGES, *CORRECTED)),
        "adamw": FusedUpdate(_adamw, MOMENTS, ("kept", *AVERAGES, *CORRECTED)),
        "amsgrad": FusedUpdate(
            _amsgrad,
            (*MOMENTS, "largest_second_moment"),
            (*AVERAGES, "epsilon", "correction2", "alpha_correction1"),
        ),
        "nadam": FusedUpdate(_nadam, MOMENTS, (*AVERAGES, "epsilon", "correction2", "of_moment", "of_gradient")),
        "lion": FusedUpdate(_lion, ("momentum",), ("kept", *AVERAGES, "alpha")),
    }
)
"""By the optimizer's name; a user's own optimizers take their plain update."""
