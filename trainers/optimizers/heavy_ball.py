"""Heavy ball: momentum with a velocity that accumulates gradients instead of averaging them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trainers.optimizers.base import BETA1, LEARNING_RATE, Array, Coefficients, Optimizer, State, array_module
from trainers.optimizers.declaration import Declaration, EqualCase, Kernel, Rows


def _one_pass(w: Array, g: Array, v: Array, beta1: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        b, a, wk, gk, vk = beta1[k, 0], alpha[k, 0], w[k], g[k], v[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b + gk[p]
            wk[p] -= vk[p] * a


class HeavyBall:
    """Gradient descent with momentum, in its accumulated form.

    ``v = beta1 v + g``, ``w = w - alpha v``, ``v`` = 0 before the first step

    **Variant.** As torch (``SGD(momentum=...)``) and optax (``trace``); Keras stores the step ``-alpha v`` instead of
    ``v``, which differs only while alpha changes. It equals the exponential-average form of `momentum` with alpha
    divided by 1 - beta1: at beta1 0.9 its steps are ten times as long for the same alpha.

    Reference: Polyak (1964), Some methods of speeding up the convergence of iteration methods, equation 9.
    """

    declaration = Declaration(
        name="heavy_ball",
        title="heavy ball",
        hyperparameters=(LEARNING_RATE, replace(BETA1, summary="decay of the accumulated gradients")),
        equals=(EqualCase({"beta1": 0.0}, "sgd"),),
        imitates={"sgd": "with beta1 = 0 it is gradient descent"},
        aliases=("polyak",),
        rows=Rows(
            step="`v = beta1 v + g`, `w = w - alpha v`",
            torch_defaults="`momentum=0`",
            torch="`SGD(momentum=beta1)`",
            keras="`SGD(momentum=)` keeps `-alpha v` for `v`: the same while alpha is constant",
            optax="`sgd(momentum=)`",
            lecture="its other form, without the factor 1 - beta1, for which alpha must be another",
        ),
        kernel=Kernel(_one_pass, ("velocity",), ("beta1", "alpha")),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters

    def init(self, parameters: Array) -> State:
        """Initialise the velocity to zero."""
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


OPTIMIZER: Optimizer = HeavyBall()
