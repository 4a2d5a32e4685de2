"""Nesterov's accelerated gradient: momentum that looks one step ahead."""

from __future__ import annotations

from collections.abc import Mapping

from trainers.optimizers.base import BETA1, LEARNING_RATE, Array, Coefficients, Optimizer, State, array_module
from trainers.optimizers.declaration import Declaration, EqualCase, Kernel, Rows


def _one_pass(
    w: Array, g: Array, v: Array, beta1: Array, one_minus_beta1: Array, alpha_beta1: Array, alpha_one_minus_beta1: Array
) -> None:
    for k in range(w.shape[0]):
        b, c, av, ag = beta1[k, 0], one_minus_beta1[k, 0], alpha_beta1[k, 0], alpha_one_minus_beta1[k, 0]
        wk, gk, vk = w[k], g[k], v[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b + gk[p] * c
            wk[p] = wk[p] - vk[p] * av - gk[p] * ag


class Nesterov:
    """Nesterov's accelerated gradient, in its exponential-average form.

    ``v = beta1 v + (1 - beta1) g``, ``w = w - alpha (beta1 v + (1 - beta1) g)``, ``v`` = 0 before the first step

    **Variant.** The average is weighted by (1 - beta1), as in `momentum`, so that both take the same alpha. torch
    (``SGD(nesterov=True)``), Keras and optax accumulate, ``v = beta v + g``, ``w = w - alpha (beta v + g)``, which is
    the same with alpha scaled by 1 - beta1. All of them are Sutskever's form, whose gradient is taken at the look-ahead
    point, in terms of that point: ``w`` here is his ``theta + mu v``. beta1 is constant, not Nesterov's sequence.

    Reference: Sutskever, Martens, Dahl and Hinton (2013), On the importance of initialization and momentum in deep
    learning, equations 3 and 4; Nesterov (1983).
    """

    declaration = Declaration(
        name="nesterov",
        title="Nesterov",
        hyperparameters=(LEARNING_RATE, BETA1),
        equals=(EqualCase({"beta1": 0.0}, "sgd"),),
        imitates={"sgd": "with beta1 = 0 it is gradient descent"},
        aliases=("nag",),
        rows=Rows(
            step="`v = beta1 v + (1 - beta1) g`, `w = w - alpha (beta1 v + (1 - beta1) g)`",
            torch_defaults="`momentum=0`",
            torch="`SGD(nesterov=True)` accumulates, `v = beta1 v + g`: the same with `lr=alpha * (1 - beta1)`",
            keras="as torch, with `-alpha v` for `v`",
            optax="as torch",
        ),
        kernel=Kernel(_one_pass, ("velocity",), ("beta1", "one_minus_beta1", "alpha_beta1", "alpha_one_minus_beta1")),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters

    def init(self, parameters: Array) -> State:
        """Initialise the velocity to zero."""
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


OPTIMIZER: Optimizer = Nesterov()
