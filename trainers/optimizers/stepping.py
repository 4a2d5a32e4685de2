"""Makes a single optimizer step on given arrays, to reproduce a published run or to study an equation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from trainers.optimizers.base import Array, Optimizer, array_module, complete

COUNT = "step"
"""Key of the state for the number of steps made, which bias corrections need."""

StepState = Mapping[str, Any]
"""The state returned by `step`: ``step``, the number of steps made, and name -> array like the parameters."""


def make_step(
    optimizer: Optimizer,
    parameters: Array,
    gradients: Array,
    state: StepState | None = None,
    **hyperparameters: float,
) -> tuple[Array, dict[str, Any]]:
    """`trainers.optimizers.step` for an optimizer that is not in the registry."""
    xp = array_module(parameters) if hasattr(parameters, "dtype") else None
    if xp is None or parameters.dtype not in (xp.float16, xp.float32, xp.float64, getattr(xp, "bfloat16", None)):
        kind = getattr(parameters, "dtype", type(parameters).__name__)
        raise ValueError(f"`parameters` must be an array or tensor of floating-point numbers. Received: {kind}.")
    if (gradients.shape, gradients.dtype) != (parameters.shape, parameters.dtype):
        raise ValueError(
            f"`gradients` must have the shape and type of `parameters`, {tuple(parameters.shape)} {parameters.dtype}. "
            f"Received: {tuple(gradients.shape)} {gradients.dtype}."
        )
    values = complete(optimizer, hyperparameters)
    rows = _row(parameters)
    memory = dict(optimizer.init(rows))
    count = 0
    if state is not None:
        if set(state) != {COUNT, *memory}:
            raise ValueError(f"`state` must hold {', '.join((COUNT, *memory))}. Received: {', '.join(state)}.")
        count = int(state[COUNT])
        memory = {name: _row(state[name]) for name in memory}
    columns = {name: np.array([[value]]) for name, value in values.items()}
    numbers = optimizer.coefficients(columns, columns["learning_rate"][None], np.array([[[count + 1.0]]]))
    coefficients = {name: _like(value.reshape(1, 1), rows, xp) for name, value in numbers.items()}
    optimizer.update(rows, _row(gradients), memory, coefficients, rows * 0)
    shape = parameters.shape
    return rows.reshape(shape), {COUNT: count + 1, **{name: value.reshape(shape) for name, value in memory.items()}}


def _row(array: Array) -> Array:
    """A copy of shape (1, P); a tensor's is detached from its graph."""
    if hasattr(array, "detach"):
        return array.detach().clone().reshape(1, -1)
    return array.copy().reshape(1, -1)


def _like(value: np.ndarray[Any, Any], rows: Array, xp: Any) -> Array:
    """A coefficient in the dtype (and on the device) of the parameters."""
    if xp is np:
        return value.astype(rows.dtype)
    return xp.as_tensor(value).to(rows.device, rows.dtype)
