"""Gradient descent: step against the gradient."""

from __future__ import annotations

from collections.abc import Mapping

from trainers.optimizers.base import LEARNING_RATE, Array, Coefficients, State, array_module


class GradientDescent:
    """Gradient descent; batch, mini-batch or stochastic by the size of the batch that made the gradient.

    ``w = w - alpha g``

    **Variant.** The plain rule; the same in the lecture, torch (``SGD``), Keras and optax.

    Reference: deeplearning.ai, Improving Deep Neural Networks (2017), week 2, "Mini-batch gradient descent".
    """

    name = "sgd"
    hyperparameters = (LEARNING_RATE,)

    def init(self, parameters: Array) -> State:
        """Gradient descent remembers nothing."""
        return {}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """The learning rate alone."""
        return {"alpha": learning_rate}

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step in place; see `Optimizer.update`."""
        xp = array_module(parameters)
        # w = w - alpha g
        xp.multiply(gradients, coefficients["alpha"], out=work)
        parameters -= work
