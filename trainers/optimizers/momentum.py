"""Momentum: steps along a running average of the gradients."""

from __future__ import annotations

from collections.abc import Mapping

from trainers.optimizers.base import BETA1, LEARNING_RATE, Array, Coefficients, Optimizer, State, array_module
from trainers.optimizers.declaration import Declaration, EqualCase, Kernel, Rows


def _one_pass(w: Array, g: Array, v: Array, beta1: Array, one_minus_beta1: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        b, c, a, wk, gk, vk = beta1[k, 0], one_minus_beta1[k, 0], alpha[k, 0], w[k], g[k], v[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b + gk[p] * c
            wk[p] -= vk[p] * a


class Momentum:
    """Gradient descent with momentum, in its exponential-average form.

    ``v = beta1 v + (1 - beta1) g``, ``w = w - alpha v``, ``v`` = 0 before the first step

    **Variant.** The lecture's form: the average is weighted by (1 - beta1) and not bias corrected. The accumulated
    form ``v = beta v + g`` of torch (``SGD(momentum=...)``) and Keras is the same with alpha scaled by 1 - beta1;
    torch's ``dampening`` differs on the first step, where its buffer is the gradient itself.

    Reference: deeplearning.ai, Improving Deep Neural Networks (2017), week 2, "Gradient descent with momentum";
    Polyak (1964), equation 9, for the accumulated form.
    """

    declaration = Declaration(
        name="momentum",
        title="momentum",
        hyperparameters=(LEARNING_RATE, BETA1),
        equals=(EqualCase({"beta1": 0.0}, "sgd"),),
        imitates={"sgd": "with beta1 = 0 it is gradient descent"},
        rows=Rows(
            step="`v = beta1 v + (1 - beta1) g`, `w = w - alpha v`",
            torch=(
                "none; `SGD(lr=alpha * (1 - beta1), momentum=beta1)` is the same, `dampening=1 - beta1` is not on its "
                "first step, whose velocity is the bare gradient"
            ),
            keras="none; scale alpha as for torch",
            optax="`chain(ema(beta1, debias=False), scale_by_learning_rate(alpha))`; `sgd(momentum=)` is `heavy_ball`",
            lecture="the same, without bias correction",
        ),
        kernel=Kernel(_one_pass, ("velocity",), ("beta1", "one_minus_beta1", "alpha")),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters

    def init(self, parameters: Array) -> State:
        """Initialise the velocity to zero."""
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


OPTIMIZER: Optimizer = Momentum()
