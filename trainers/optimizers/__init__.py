"""The optimizers, by name; this registry is the one source of what exists and what each accepts."""

from typing import Any

from trainers.optimizers.adagrad import AdaGrad
from trainers.optimizers.adam import Adam
from trainers.optimizers.adamw import AdamW
from trainers.optimizers.amsgrad import AMSGrad
from trainers.optimizers.base import Array, Hyperparameter, Optimizer
from trainers.optimizers.heavy_ball import HeavyBall
from trainers.optimizers.lion import Lion
from trainers.optimizers.momentum import Momentum
from trainers.optimizers.nadam import NAdam
from trainers.optimizers.nesterov import Nesterov
from trainers.optimizers.registry import Registry
from trainers.optimizers.rmsprop import RMSprop
from trainers.optimizers.sgd import GradientDescent
from trainers.optimizers.stepping import StepState, make_step

_ALL: tuple[Optimizer, ...] = (
    # The lecture's four, then those that its readers ask for next.
    GradientDescent(),
    Momentum(),
    RMSprop(),
    Adam(),
    HeavyBall(),
    Nesterov(),
    AdaGrad(),
    AdamW(),
    AMSGrad(),
    NAdam(),
    Lion(),
)

OPTIMIZERS = Registry(_ALL)


def step(
    name: str, parameters: Array, gradients: Array, state: StepState | None = None, **hyperparameters: float
) -> tuple[Array, dict[str, Any]]:
    """Make one step of an optimizer and leave the arguments as they are.

    ``parameters, state = step(name, parameters, gradients, state, learning_rate=alpha)``, the equation being that of
    the optimizer's class

    **Variant.** The same arithmetic, to the last bit, as in a training; the hyperparameters may change from step to
    step, so that a schedule is a ``learning_rate`` of your own for each.

    Args:
        name: an optimizer in `OPTIMIZERS`.
        parameters: float array of any shape, NumPy or torch.
        gradients: of the same shape and type.
        state: what the step before gave; None before the first. ``state["step"]`` counts the steps made.
        hyperparameters: ``learning_rate``, in (0, inf), and what else the optimizer declares and has no default for.

    Returns:
        The new parameters, in the shape and type of the old, and the new state: ``step``, and arrays like the
        parameters.

    Raises:
        ValueError: for an unknown optimizer, a hyperparameter that is unknown, missing or out of range, gradients that
            do not fit the parameters, or the state of another optimizer.

    >>> import numpy as np
    >>> w, state = np.array([1.0, -2.0]), None
    >>> for _ in range(2):
    ...     w, state = step("momentum", w, 2 * w, state, learning_rate=0.5, beta1=0.9)
    >>> w.round(6).tolist(), state["step"], state["velocity"].round(6).tolist()
    ([0.72, -1.44], 2, [0.36, -0.72])

    Reference: as the optimizer's class.
    """
    optimizer = OPTIMIZERS.get(name)
    if optimizer is None:
        raise ValueError(f"`name` must be one of {', '.join(OPTIMIZERS)}. Received: {name!r}.")
    return make_step(optimizer, parameters, gradients, state, **hyperparameters)


__all__ = [
    "OPTIMIZERS",
    "AMSGrad",
    "AdaGrad",
    "Adam",
    "AdamW",
    "GradientDescent",
    "HeavyBall",
    "Hyperparameter",
    "Lion",
    "Momentum",
    "NAdam",
    "Nesterov",
    "Optimizer",
    "RMSprop",
    "step",
]
