"""Nesterov's accelerated gradient: momentum that looks one step ahead."""

from __future__ import annotations

from collections.abc import Mapping

from trainers.optimizers.base import BETA1, LEARNING_RATE, Array, Coefficients, State, array_module


class Nesterov:
    """Nesterov's accelerated gradient, in its exponential-average form.

    ``v = beta1 v + (1 - beta1) g``, ``w = w - alpha (beta1 v + (1 - beta1) g)``, ``v`` = 0 before the first step

    **Variant.** The average is weighted by (1 - beta1), as in `momentum`, so that both take the same alpha. torch
    (``SGD(nesterov=True)``), Keras and optax accumulate, ``v = beta v + g``, ``w = w - alpha (beta v + g)``, which is
    the same with alpha scaled by 1 - beta1. All of them write Sutskever's form, whose gradient is taken at the point
    ahead, in terms of that point: ``w`` here is his ``theta + mu v``. beta1 is constant, without Nesterov's sequence.

    Reference: Sutskever, Martens, Dahl and Hinton (2013), On the importance of initialization and momentum in deep
    learning, equations 3 and 4; Nesterov (1983).
    """

    name = "nesterov"
    hyperparameters = (LEARNING_RATE, BETA1)

    def init(self, parameters: Array) -> State:
        """A velocity of zero."""
        return {"velocity": parameters * 0}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """The two weights of the average, and the learning rate times each."""
        beta1 = hyperparameters["beta1"]
        return {
            "beta1": beta1,
            "one_minus_beta1": 1.0 - beta1,
            "alpha_beta1": learning_rate * beta1,
            "alpha_one_minus_beta1": learning_rate * (1.0 - beta1),
        }

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step in place; see `Optimizer.update`."""
        xp = array_module(parameters)
        v = state["velocity"]
        # v = beta1 v + (1 - beta1) g
        xp.multiply(gradients, coefficients["one_minus_beta1"], out=work)
        v *= coefficients["beta1"]
        v += work
        # w = w - alpha beta1 v - alpha (1 - beta1) g
        xp.multiply(v, coefficients["alpha_beta1"], out=work)
        parameters -= work
        xp.multiply(gradients, coefficients["alpha_one_minus_beta1"], out=work)
        parameters -= work
