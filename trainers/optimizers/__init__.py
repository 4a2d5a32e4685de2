"""The optimizers, by name; this registry is the one source of what exists and what each accepts."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from trainers.optimizers.base import Array, Hyperparameter, Optimizer
from trainers.optimizers.declaration import Declaration, declaration_of
from trainers.optimizers.registry import Registry
from trainers.optimizers.stepping import StepState, make_step

# One line for each: the name of the optimizer, and of its file in this folder. Lists and messages have this order.
_NAMES = (
    # The lecture's four, then those that its readers ask for next.
    "sgd",
    "momentum",
    "rmsprop",
    "adam",
    "heavy_ball",
    "nesterov",
    "adagrad",
    "adamw",
    "amsgrad",
    "nadam",
    "lion",
)

OPTIMIZERS = Registry(import_module(f"{__name__}.{name}").OPTIMIZER for name in _NAMES)


def __getattr__(name: str) -> type[Optimizer]:
    """The class of an optimizer by the class's name, such as ``Adam``."""
    classes = {type(optimizer).__name__: type(optimizer) for optimizer in OPTIMIZERS.values()}
    if name not in classes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return classes[name]


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


__all__ = ["OPTIMIZERS", "Declaration", "Hyperparameter", "Optimizer", "declaration_of", "step"]
