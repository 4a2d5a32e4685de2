"""Gradient descent: steps against the gradient."""

from __future__ import annotations

from collections.abc import Mapping

from trainers.optimizers.base import LEARNING_RATE, Array, Coefficients, Optimizer, State, array_module
from trainers.optimizers.declaration import Declaration, Kernel, Rows

MOMENTUM = (
    "The optimizers momentum (an average of the gradients), heavy_ball (as in torch.optim.SGD) and nesterov take it as "
    "`beta1`."
)
"""Shown to users who look for the options ``momentum`` and ``nesterov`` of the SGD of torch and Keras."""


def _one_pass(w: Array, g: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        a, wk, gk = alpha[k, 0], w[k], g[k]
        for p in range(wk.size):
            wk[p] -= gk[p] * a


class GradientDescent:
    """Gradient descent; batch, mini-batch or stochastic, depending on the batch size of the gradient.

    ``w = w - alpha g``

    **Variant.** The plain rule; the same in the lecture, torch (``SGD``), Keras and optax.

    Reference: deeplearning.ai, Improving Deep Neural Networks (2017), week 2, "Mini-batch gradient descent".
    """

    declaration = Declaration(
        name="sgd",
        title="gradient descent",
        hyperparameters=(LEARNING_RATE,),
        aliases=("gd", "gradient_descent"),
        misplaced={"momentum": MOMENTUM, "nesterov": MOMENTUM},
        rows=Rows(
            step="`w = w - alpha g`",
            torch="the same",
            keras="the same",
            optax="the same",
            lecture="the same",
        ),
        kernel=Kernel(_one_pass, (), ("alpha",)),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters

    def init(self, parameters: Array) -> State:
        """Gradient descent has no state."""
        return {}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """Only the learning rate."""
        return {"alpha": learning_rate}

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step in place; see `Optimizer.update`."""
        xp = array_module(parameters)
        # w = w - alpha g
        xp.multiply(gradients, coefficients["alpha"], out=work)
        parameters -= work


OPTIMIZER: Optimizer = GradientDescent()
