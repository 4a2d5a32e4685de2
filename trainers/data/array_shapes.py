"""Checks the shapes of input and target arrays and suggests the NumPy call that corrects them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.errors import DataError


def require_shapes(origin: str, names: tuple[str, str], inputs: NDArray[Any], targets: NDArray[Any]) -> None:
    """Refuse arrays that are not (N, D) and (N,).

    Args:
        origin: the file or function, for messages.
        names: names of the input and target arrays there.
        inputs: any array.
        targets: any array.

    Raises:
        DataError: with the call that gives the right shape; one-hot, multi-label and multi-output targets each have
            their own message.
    """
    x, y = names
    if inputs.ndim != 2:
        fix = f"Take `{x}.reshape(len({x}), -1)`" if inputs.ndim else "Give one row of numbers for each example"
        raise DataError(f"array `{x}` of `{origin}` must have 2 dimensions. Received: shape {inputs.shape}. {fix}.")
    if targets.ndim != 1:
        rule, fix = _target_problem(y, targets)
        raise DataError(
            f"array `{y}` of `{origin}` must have 1 dimension{rule}. Received: shape {targets.shape}. {fix}."
        )
    if len(inputs) != len(targets):
        turned = inputs.shape[1] == len(targets)
        fix = f"Take `{x}.T`, which has an example in each row" if turned else "Give one target for each row of inputs"
        raise DataError(
            f"the arrays of `{origin}` must have as many targets as inputs. "
            f"Received: {len(inputs)} in `{x}`, {len(targets)} in `{y}`. {fix}."
        )


def _target_problem(name: str, targets: NDArray[Any]) -> tuple[str, str]:
    """The rule and the way out for targets that do not have one dimension."""
    if targets.ndim == 0:
        return ", one target for each example", "Give an array of them"
    if targets.size == max(targets.shape):
        return "", f"Take `{name}.ravel()`"
    if targets.ndim > 2:
        first = ", ".join([":", *["0"] * (targets.ndim - 1)])
        return ", one target for each example", f"Take one number of each, such as `{name}[{first}]`"
    if targets.dtype.kind in "biuf" and np.isin(targets, (0, 1)).all():
        if (targets.sum(axis=1) == 1).all():
            return ", and its rows are one-hot", f"Take `{name}.argmax(axis=1)`"
        several = ", as several labels for one example are not supported"
        return several, f"Train on one label, such as `{name}[:, 0]`"
    return ", as several outputs for one example are not supported", f"Train on one of them, such as `{name}[:, 0]`"
