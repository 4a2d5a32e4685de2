"""Augments training batches by a user's own function, with a random stream that all trials of a seed share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.errors import DataError
from trainers.imports import import_attribute
from trainers.seeding import generator
from trainers.user_code import run_user_code

Array = NDArray[Any]


def augmented(path: str, inputs: Array, seed: int, step: int) -> Array:
    """Return the inputs of a training batch, augmented.

    **Variant.** The stream starts anew with each step of each seed, so that all arms of a seed with the same batches
    get the same inputs, whichever pack they are in, and a training that goes on gets those of an uninterrupted one.

    Args:
        path: the function, such as ``my_package.data:flip``; it takes the inputs, which it may change in place, and a
            `numpy.random.Generator`.
        inputs: (B, D), images (B, ...) or tokens, scaled.
        seed: of the trials.
        step: number of steps before this one.

    Returns:
        Inputs of the same shape.

    Raises:
        UserCodeError: if there is no such function, or it raises an error.
        DataError: if it returns anything else than numbers of the same shape.
    """
    function = import_attribute(path)
    given = inputs.copy()
    found = run_user_code(lambda: np.asarray(function(given, generator(seed, "augment", step))), function)
    if found.shape != inputs.shape or found.dtype.kind not in "biuf":
        raise DataError(
            f"`{path}` must return inputs of the shape that it gets, {inputs.shape}. "
            f"Received: {found.dtype.name} of shape {found.shape}. Return an array of numbers with an example for each."
        )
    if inputs.dtype.kind == "i" and found.dtype.kind == "f":
        raise DataError(
            f"`{path}` must return whole numbers for tokens. Received: {found.dtype.name}. Return {inputs.dtype.name}."
        )
    # A mirrored view has negative strides, which torch does not take.
    return np.ascontiguousarray(found, dtype=inputs.dtype)
