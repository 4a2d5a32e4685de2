"""Maps the parameters of a dense network to one flat row, and draws their initial values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Activation = Literal["relu", "tanh", "sigmoid"]
Init = Literal["he", "xavier", "zeros"]


@dataclass(frozen=True)
class Layout:
    """Positions of the weight matrices and biases in a flat row of P parameters: W1, b1, W2, b2, ...

    >>> Layout((64, 64, 10)).size
    4810
    """

    widths: tuple[int, ...]

    @cached_property
    def _ends(self) -> tuple[tuple[int, int, int], ...]:
        ends, start = [], 0
        for inputs, outputs in pairwise(self.widths):
            middle = start + inputs * outputs
            ends.append((start, middle, middle + outputs))
            start = middle + outputs
        return tuple(ends)

    @property
    def size(self) -> int:
        """P, the number of parameters."""
        return self._ends[-1][2]

    def weights(self, flat: Any) -> list[Any]:
        """Views of the weights in rows of parameters: (K, P), NumPy or torch -> per layer (K, inputs, outputs)."""
        shapes = pairwise(self.widths)
        return [
            flat[:, start:middle].reshape(-1, *shape)
            for (start, middle, _), shape in zip(self._ends, shapes, strict=True)
        ]

    def biases(self, flat: Any) -> list[Any]:
        """Views of the biases in rows of parameters: (K, P), NumPy or torch -> per layer (K, outputs)."""
        return [flat[:, middle:stop] for _, middle, stop in self._ends]

    def affine(self, flat: Any) -> list[Any]:
        """Views of the weights with the bias as a last row: (K, P) -> per layer (K, inputs + 1, outputs).

        ``[x, 1] [W; b] = x W + b``: one matrix multiply if the inputs have a column of ones.
        """
        shapes = pairwise(self.widths)
        return [
            flat[:, start:stop].reshape(-1, inputs + 1, outputs)
            for (start, _, stop), (inputs, outputs) in zip(self._ends, shapes, strict=True)
        ]

    def pack(self, layers: Sequence[tuple[Array, Array]]) -> Array:
        """Concatenate weights and biases into one row: per layer (inputs, outputs) and (outputs,) -> (P,).

        Raises:
            ValueError: if the shapes are not those of this layout.
        """
        shapes = [(w.shape, np.ravel(b).shape) for w, b in layers]
        wanted = [((i, o), (o,)) for i, o in pairwise(self.widths)]
        if shapes != wanted:
            raise ValueError(f"Initial weights and biases must have the shapes {wanted}. Received: {shapes}.")
        return np.concatenate([np.ravel(part) for layer in layers for part in layer])


def initial_parameters(layout: Layout, init: Init, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw the initial weights of one trial; biases are zero.

    he: ``N(0, 2 / fan_in)``; xavier: ``N(0, 2 / (fan_in + fan_out))``; zeros: 0.

    **Variant.** xavier is the normal form of Glorot and Bengio, as in torch and Keras; the lecture's "Xavier" has
    variance 1 / fan_in.

    Args:
        layout: layout of the network.
        init: the initialisation rule.
        rng: the stream ``init`` of the trial's seed.

    Returns:
        (P,) float64.

    >>> float(initial_parameters(Layout((2, 1)), "zeros", np.random.default_rng(0)).sum())
    0.0

    Reference: He et al. (2015), equation 10; Glorot and Bengio (2010), equation 12.
    """
    layers = []
    for inputs, outputs in pairwise(layout.widths):
        variance = {"he": 2.0 / inputs, "xavier": 2.0 / (inputs + outputs), "zeros": 0.0}[init]
        layers.append((rng.standard_normal((inputs, outputs)) * np.sqrt(variance), np.zeros(outputs)))
    return np.asarray(layout.pack(layers))
