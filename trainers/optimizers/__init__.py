"""The registry of optimizers by name, from which everything else reads what exists and what each accepts."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from trainers.optimizers.base import Array, Hyperparameter, Optimizer
from trainers.optimizers.declaration import Declaration, declaration_of
from trainers.optimizers.registry import Registry
from trainers.optimizers.stepping import StepState, make_step

# One entry per optimizer: its name, which is also its file in this folder. Lists and messages use this order.
_NAMES = (
    # The four of the lecture, then other widely used ones.
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
    """The class of an optimizer by its name, such as ``Adam``."""
    classes = {type(optimizer).__name__: type(optimizer) for optimizer in OPTIMIZERS.values()}
    if name not in classes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return classes[name]


def step(
    name: str, parameters: Array, gradients: Array, state: StepState | None = None, **hyperparameters: float
) -> tuple[Array, dict[str, Any]]:
    """Make one optimizer step without modifying the arguments.

    ``parameters, state = step(name, parameters, gradients, state, learning_rate=alpha)``; the equation is in the
    docstring of the optimizer's class

    **Variant.** The same arithmetic as in training, bit for bit. Hyperparameters may change from step to step: pass
    your own ``learning_rate`` to each call to apply a schedule.

    Args:
        name: an optimizer in `OPTIMIZERS`.
        parameters: float array of any shape, NumPy or torch.
        gradients: of the same shape and dtype.
        state: the state returned by the previous step; None for the first. ``state["step"]`` counts the steps made.
        hyperparameters: ``learning_rate``, in (0, inf), and the optimizer's other hyperparameters without a default.

    Returns:
        The new parameters, of the same shape and dtype, and the new state: ``step``, and arrays shaped like the
        parameters.

    Raises:
        ValueError: for an unknown optimizer, a hyperparameter that is unknown, missing or out of range, gradients that
            do not match the parameters, or the state of another optimizer.

    >>> import numpy as np
    >>> w, state = np.array([1.0, -2.0]), None
    >>> for _ in range(2):
    ...     w, state = step("momentum", w, 2 * w, state, learning_rate=0.5, beta1=0.9)
    >>> w.round(6).tolist(), state["step"], state["velocity"].round(6).tolist()
    ([0.72, -1.44], 2, [0.36, -0.72])

    Reference: that of the optimizer's class.
    """
    optimizer = OPTIMIZERS.get(name)
    if optimizer is None:
        raise ValueError(f"`name` must be one of {', '.join(OPTIMIZERS)}. Received: {name!r}.")
    return make_step(optimizer, parameters, gradients, state, **hyperparameters)


__all__ = ["OPTIMIZERS", "Declaration", "Hyperparameter", "Optimizer", "declaration_of", "step"]
