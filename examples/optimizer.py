"""A custom optimizer: momentum of which only the sign is used."""

from __future__ import annotations

from collections.abc import Mapping

from trainers.optimizers.base import (
    BETA1,
    LEARNING_RATE,
    Array,
    Coefficients,
    Hyperparameter,
    State,
    array_module,
)


class SignMomentum:
    """Momentum with a step of the same size for every weight whose momentum exceeds a threshold.

    ``v = beta1 v + (1 - beta1) g``, then ``w = w - alpha sign(v)`` where ``|v| > threshold``, ``v`` = 0 before the
    first step

    **Variant.** Signum with the exponential average; the threshold is specific to this example.

    Reference: Bernstein et al. (2018), signSGD, algorithm 2.
    """

    name = "sign_momentum"
    hyperparameters = (
        LEARNING_RATE,
        BETA1,
        Hyperparameter("threshold", "smallest momentum that makes a step", 0.0, 0.0, float("inf"), open_maximum=True),
    )

    def init(self, parameters: Array) -> State:
        """Initialize the momentum to zero."""
        return {"velocity": parameters * 0}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """Compute the weights of the average, the learning rate and the threshold."""
        beta1 = hyperparameters["beta1"]
        return {
            "beta1": beta1,
            "one_minus_beta1": 1.0 - beta1,
            "alpha": learning_rate,
            "threshold": hyperparameters["threshold"],
        }

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step in place."""
        xp = array_module(parameters)
        v = state["velocity"]
        # v = beta1 v + (1 - beta1) g
        xp.multiply(gradients, coefficients["one_minus_beta1"], out=work)
        v *= coefficients["beta1"]
        v += work
        # w = w - alpha sign(v) where |v| > threshold
        xp.sign(v, out=work)
        work *= abs(v) > coefficients["threshold"]
        work *= coefficients["alpha"]
        parameters -= work


sign_momentum = SignMomentum()
