"""A dense network for K trials at once on NumPy, with hand-written forward and backward passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.layout import Activation, Layout
from trainers.losses import LOSSES

Array = NDArray[Any]


@dataclass(frozen=True)
class InputRun:
    """Inputs shared by the adjacent trials ``start`` to ``stop``: ``inputs: (B, D + 1)``, the last column ones."""

    start: int
    stop: int
    inputs: Array


def with_ones(inputs: Array) -> Array:
    """Append the column of ones for the bias: (n, D) -> (n, D + 1).

    >>> with_ones(np.array([[2.0, 3.0]])).tolist()
    [[2.0, 3.0, 1.0]]
    """
    return np.concatenate([inputs, np.ones((len(inputs), 1), inputs.dtype)], axis=1)


@dataclass(frozen=True)
class Workspace:
    """Preallocated arrays for one batch size, so that a step allocates nothing of the size of a layer.

    Args:
        inner: per hidden layer (K, width + 1, B), activations and a last row of ones.
        activations: per layer (K, width, B): views of ``inner`` without the ones; the last are the outputs.
        deltas: per hidden layer (K, width, B), derivative of the loss with respect to the pre-activations.
        masks: per hidden layer (K, width, B): whether a relu is active, else scratch in the activations' dtype.
        zeros: per hidden layer (width, B): NumPy's maximum of two arrays is faster than of an array and a number.
    """

    inner: tuple[Array, ...]
    activations: tuple[Array, ...]
    deltas: tuple[Array, ...]
    masks: tuple[Array, ...]
    zeros: tuple[Array, ...]


class NumpyMLP:
    """K dense networks of one shape, stacked; arrays are feature-major: (K, features, examples).

    ``a_0 = x``, ``z_l = W_l^T a_{l-1} + b_l``, ``a_l = act(z_l)``; the last layer has no activation.
    Backward: ``delta_{l-1} = (W_l delta_l) act'(z_{l-1})``, ``dW_l = a_{l-1} delta_l^T``, ``db_l = sum_B delta_l``.
    The bias is the weight of an input that is always 1, which makes each line one matrix multiply.

    Each product is one matrix multiply per trial, with shapes and strides that do not depend on K, so that a trial's
    numbers do not depend on the other trials of its pack.

    Args:
        layout: shapes of the layers.
        activation: of the hidden layers.
        task: decides the loss, a key of `trainers.losses.LOSSES`.
        parameters: (K, P), read at every call.
        gradients: (K, P), written by `loss_and_gradients`.
        weight_decay: L2 coefficient on the weights.
        compiled: use the fused passes of `trainers.compiled`; the results are the same.

    Reference: Rumelhart, Hinton and Williams (1986), equations 3 to 7; Goodfellow et al. (2016), algorithm 6.4.
    """

    def __init__(
        self,
        layout: Layout,
        activation: Activation,
        task: str,
        parameters: Array,
        gradients: Array,
        weight_decay: float = 0.0,
        compiled: bool = False,
    ) -> None:
        self.trials = len(parameters)
        self.widths = layout.widths
        self.activation = activation
        self.loss = LOSSES[task]
        self.gradient = self.loss.gradient
        self.times_relu_derivative: Callable[[Array, Array], None] | None = None
        if compiled:
            from trainers import compiled as kernels

            self.times_relu_derivative = kernels.times_relu_derivative
            if task == "multiclass":
                self.gradient = kernels.softmax_cross_entropy_gradient
        self.weight_decay = weight_decay
        self.dtype = parameters.dtype
        self.weights = layout.weights(parameters)
        self.affine_transposed = [w.transpose(0, 2, 1) for w in layout.affine(parameters)]
        self.weight_gradients = layout.weights(gradients)
        self.affine_gradients = layout.affine(gradients)

    def workspace(self, batch_size: int) -> Workspace:
        """Allocate the arrays for a batch size."""
        hidden = self.widths[1:-1]

        def arrays(kind: np.dtype[Any]) -> tuple[Array, ...]:
            return tuple(np.empty((self.trials, width, batch_size), kind) for width in hidden)

        inner = tuple(np.ones((self.trials, width + 1, batch_size), self.dtype) for width in hidden)
        outputs = np.empty((self.trials, self.widths[-1], batch_size), self.dtype)
        return Workspace(
            inner,
            (*(a[:, :-1] for a in inner), outputs),
            arrays(self.dtype),
            arrays(np.dtype(bool) if self.activation == "relu" else self.dtype),
            tuple(np.zeros((width, batch_size), self.dtype) for width in hidden),
        )

    def forward(self, inputs: Sequence[InputRun], space: Workspace) -> Array:
        """Compute the outputs (K, C, B), which are the last of the workspace's activations."""
        last = len(space.activations) - 1
        for layer, z in enumerate(space.activations):
            weights = self.affine_transposed[layer]
            if layer == 0:
                for run in inputs:
                    np.matmul(weights[run.start : run.stop], run.inputs.T, out=z[run.start : run.stop])
            else:
                np.matmul(weights, space.inner[layer - 1], out=z)
            if layer < last:
                self._activate(z, space.zeros[layer])
        return space.activations[last]

    def loss_and_gradients(self, inputs: Sequence[InputRun], targets: Array, space: Workspace) -> tuple[Array, Array]:
        """One forward and backward pass; writes the gradients of the mean loss (including the L2 term).

        Args:
            inputs: runs that cover all K trials.
            targets: (K, B).
            space: workspace of this batch size.

        Returns:
            Per-example loss (K, B) and hits (K, B), before the step and without the L2 term.
        """
        delta = self.forward(inputs, space)
        loss, hits = self.gradient(delta, targets)
        for layer in range(len(self.weights) - 1, -1, -1):
            backward = delta.transpose(0, 2, 1)
            if layer == 0:
                for run in inputs:
                    rows = slice(run.start, run.stop)
                    np.matmul(run.inputs.T, backward[rows], out=self.affine_gradients[0][rows])
            else:
                np.matmul(space.inner[layer - 1], backward, out=self.affine_gradients[layer])
                np.matmul(self.weights[layer], delta, out=space.deltas[layer - 1])
                delta = space.deltas[layer - 1]
                self._times_derivative(delta, layer - 1, space)
            if self.weight_decay:
                self.weight_gradients[layer] += self.dtype.type(self.weight_decay) * self.weights[layer]
        return loss, hits

    def evaluate(self, inputs: Sequence[InputRun], targets: Array, space: Workspace) -> tuple[Array, Array]:
        """Per-example loss (K, B) and hits (K, B), without gradients."""
        return self.loss.evaluate(self.forward(inputs, space), targets)

    def _activate(self, z: Array, zeros: Array) -> None:
        if self.activation == "relu":
            np.maximum(z, zeros, out=z)
        elif self.activation == "tanh":
            np.tanh(z, out=z)
        else:
            # sigmoid(z) = (1 + tanh(z / 2)) / 2 cannot overflow.
            half = self.dtype.type(0.5)
            z *= half
            np.tanh(z, out=z)
            z *= half
            z += half

    def _times_derivative(self, delta: Array, layer: int, space: Workspace) -> None:
        activation, mask = space.activations[layer], space.masks[layer]
        if self.activation == "relu" and self.times_relu_derivative is not None:
            self.times_relu_derivative(delta, space.inner[layer])
            return
        if self.activation == "relu":
            np.greater(activation, space.zeros[layer], out=mask)
        elif self.activation == "tanh":
            # tanh' = 1 - a^2
            np.multiply(activation, activation, out=mask)
            np.subtract(1, mask, out=mask)
        else:
            # sigmoid' = a (1 - a)
            np.subtract(1, activation, out=mask)
            mask *= activation
        delta *= mask
