"""Momentum: step along a running average of the gradients."""

from __future__ import annotations

from collections.abc import Mapping

from trainers.optimizers.base import BETA1, LEARNING_RATE, Array, Coefficients, State, array_module


class Momentum:
    """Gradient descent with momentum, in its exponential-average form.

    ``v = beta1 v + (1 - beta1) g``, ``w = w - alpha v``, ``v`` = 0 before the first step

    **Variant.** The lecture's form: the average is weighted by (1 - beta1) and not bias corrected. The accumulated
    form ``v = beta v + g`` of torch (``SGD(momentum=...)``) and Keras is the same with alpha scaled by 1 - beta1;
    torch's ``dampening`` differs on the first step, where its buffer is the bare gradient.

    Reference: deeplearning.ai, Improving Deep Neural Networks (2017), week 2, "Gradient descent with momentum";
    Polyak (1964), equation 9, for the accumulated form.
    """

    name = "momentum"
    hyperparameters = (LEARNING_RATE, BETA1)

    def init(self, parameters: Array) -> State:
        """A velocity of zero."""
        return {"velocity": parameters * 0}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """The two weights of the average, and the learning rate."""
        beta1 = hyperparameters["beta1"]
        return {"beta1": beta1, "one_minus_beta1": 1.0 - beta1, "alpha": learning_rate}

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
        # w = w - alpha v
        xp.multiply(v, coefficients["alpha"], out=work)
        parameters -= work
