"""The loss functions of a pack and their gradients with respect to the network's outputs, computed in place.

Outputs are feature-major: ``z: (K, C, B)``, K trials, C outputs, B examples. Reductions over C thus run over
contiguous examples, where NumPy is limited only by memory bandwidth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Loss:
    """One loss: ``gradient`` for training, ``evaluate`` for evaluation; both overwrite the outputs.

    Both take outputs ``z: (K, C, B)`` and ``targets: (K, B)``, and return per example the loss (K, B) and the hits
    (K, B), whether the prediction is right (an empty array for regression); ``gradient`` stores d(mean loss)/dz in
    ``z``.
    """

    gradient: Callable[[Array, Array], tuple[Array, Array]]
    evaluate: Callable[[Array, Array], tuple[Array, Array]]


NO_HITS: Array = np.empty((0, 0), dtype=bool)


def _softmax_terms(z: Array, targets: Array) -> tuple[Array, Array, Array, Array]:
    """Exponentiate ``z`` in place; return loss (K, B), hits (K, B), the sums (K, B) and the flat targets."""
    trials, classes, examples = z.shape
    # Subtracting the largest output prevents overflow of exp.
    z -= np.maximum.reduce(z, axis=1, keepdims=True)
    at_target = targets * examples
    at_target += np.arange(examples)
    at_target += (np.arange(trials) * (classes * examples))[:, None]
    z_target = z.reshape(-1)[at_target]
    largest = z == 0
    # Never true where the largest output is NaN or infinite, because the subtraction gives NaN.
    hits = z_target == 0
    np.exp(z, out=z)
    total = np.add.reduce(z, axis=1)
    # An example has one 0, or several if outputs tie; none if the largest is not finite, and then total is NaN.
    if np.count_nonzero(largest) > np.count_nonzero(total == total):
        # The prediction is the first of ties, as for argmax; per example, independently of ties in other examples.
        hits &= largest.argmax(axis=1) == targets
    loss = np.log(total)
    loss -= z_target
    return loss, hits, total, at_target


def softmax_cross_entropy_gradient(z: Array, targets: Array) -> tuple[Array, Array]:
    """Softmax cross-entropy: ``loss = log(sum_c exp(z_c)) - z_target``, ``dz = (softmax(z) - onehot) / B``.

    Args:
        z: (K, C, B) contiguous outputs; overwritten by the gradient of the mean loss.
        targets: (K, B) integer class indices.

    Returns:
        loss (K, B), and hits (K, B) bool: whether argmax (the first of ties) is the target; False where the largest
        output is NaN or infinite.
    """
    loss, hits, total, at_target = _softmax_terms(z, targets)
    scale = z.dtype.type(1.0 / z.shape[2])
    z *= (scale / total)[:, None, :]
    z.reshape(-1)[at_target] -= scale
    return loss, hits


def softmax_cross_entropy(z: Array, targets: Array) -> tuple[Array, Array]:
    """`softmax_cross_entropy_gradient` without the gradient."""
    loss, hits, _, _ = _softmax_terms(z, targets)
    return loss, hits


def _binary_terms(z: Array, targets: Array) -> tuple[Array, Array, Array, Array]:
    """Loss (K, B), whether the target is 1, whether ``z > 0`` agrees with it, and ``exp(-|z|)``; ``z`` is unchanged."""
    logit = z[:, 0, :]
    is_one = targets > 0.5
    exponential = np.abs(logit)
    np.negative(exponential, out=exponential)
    np.exp(exponential, out=exponential)
    loss = np.log1p(exponential)
    # max(z, 0) - z y is exactly 0 or |z|; adding it in one operation preserves the digits of a small loss.
    distance = np.maximum(logit, 0)
    distance -= logit * is_one
    loss += distance
    return loss, is_one, (logit > 0) == is_one, exponential


def binary_cross_entropy(z: Array, targets: Array) -> tuple[Array, Array]:
    """Binary cross-entropy on the logit: ``loss = max(z, 0) - z y + log(1 + exp(-|z|))``.

    Args:
        z: (K, 1, B) logits.
        targets: (K, B), 0 or 1.

    Returns:
        loss (K, B), and hits (K, B): whether ``z > 0`` agrees with the target; False where a logit is NaN or infinite.
    """
    loss, _, agrees, _ = _binary_terms(z, targets)
    agrees &= np.isfinite(loss)
    return loss, agrees


def binary_cross_entropy_gradient(z: Array, targets: Array) -> tuple[Array, Array]:
    """`binary_cross_entropy`, storing ``dz = (sigmoid(z) - y) / B`` in ``z``.

    With ``e = exp(-|z|)`` the difference is ``e / (1 + e)`` where the prediction agrees with the target and
    ``1 / (1 + e)`` where it does not, negative for y = 1; without a subtraction a small gradient keeps its digits.
    """
    loss, is_one, agrees, exponential = _binary_terms(z, targets)
    kind = z.dtype.type
    numerator = np.where(agrees, exponential, kind(1.0))
    exponential += kind(1.0)
    numerator /= exponential
    share = kind(1.0 / z.shape[2])
    np.multiply(numerator, np.where(is_one, -share, share), out=z[:, 0, :])
    agrees &= np.isfinite(loss)
    return loss, agrees


def squared_error(z: Array, targets: Array) -> tuple[Array, Array]:
    """Squared error: ``loss = (z - y)^2``, whose mean is the mean squared error (no factor 1/2).

    Args:
        z: (K, 1, B) predictions; overwritten by ``z - y``.
        targets: (K, B).

    Returns:
        loss (K, B), and an empty array of hits.
    """
    difference = z[:, 0, :]
    difference -= targets
    return difference * difference, NO_HITS


def squared_error_gradient(z: Array, targets: Array) -> tuple[Array, Array]:
    """`squared_error`, storing ``dz = 2 (z - y) / B`` in ``z``."""
    loss, hits = squared_error(z, targets)
    z *= z.dtype.type(2.0 / z.shape[2])
    return loss, hits


LOSSES: Mapping[str, Loss] = MappingProxyType(
    {
        "multiclass": Loss(softmax_cross_entropy_gradient, softmax_cross_entropy),
        "binary": Loss(binary_cross_entropy_gradient, binary_cross_entropy),
        "regression": Loss(squared_error_gradient, squared_error),
    }
)
"""Task of the data set -> its loss."""
