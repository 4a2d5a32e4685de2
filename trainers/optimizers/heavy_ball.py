"""Heavy ball: momentum whose velocity accumulates the gradients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trainers.optimizers.base import BETA1, LEARNING_RATE, Array, Coefficients, State, array_module


class HeavyBall:
    """Gradient descent with momentum, in its accumulated form.

    ``v = beta1 v + g``, ``w = w - alpha v``, ``v`` = 0 before the first step

    **Variant.** torch (``SGD(momentum=...)``) and optax (``trace``); Keras keeps the step ``-alpha v`` instead of
    ``v``, which differs only while alpha changes. It is the exponential-average form of `momentum` with alpha divided
    by 1 - beta1: with beta1 0.9 its steps are ten times as long for the same alpha.

    Reference: Polyak (1964), Some methods of speeding up the convergence of iteration methods, equation 9.
    """

    name = "heavy_ball"
    hyperparameters = (LEARNING_RATE, replace(BETA1, summary="decay of the accumulated gradients"))

    def init(self, parameters: Array) -> State:
        """A velocity of zero."""
        return {"velocity": parameters * 0}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """The decay of the velocity, and the learning rate."""
        return {"beta1": hyperparameters["beta1"], "alpha": learning_rate}

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step in place; see `Optimizer.update`."""
        xp = array_module(parameters)
        v = state["velocity"]
        # v = beta1 v + g
        v *= coefficients["beta1"]
        v += gradients
        # w = w - alpha v
        xp.multiply(v, coefficients["alpha"], out=work)
        parameters -= work
