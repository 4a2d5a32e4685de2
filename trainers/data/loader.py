"""Data that a user's own function loads, named as in ``my_package.data:load``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from trainers.data import columns
from trainers.data.dataset import Dataset
from trainers.errors import DataError, UserCodeError
from trainers.imports import import_attribute


def load_by_module(path: str, kwargs: Mapping[str, Any]) -> Dataset:
    """Call a user's function for its data.

    Args:
        path: ``module:attribute`` of the function.
        kwargs: its arguments.

    Returns:
        The `Dataset` that it returns; or one made of its two arrays ``(inputs, targets)``, (N, D) numbers and (N,):
        classes if they are text, true/false or whole numbers with at most 20 distinct values, else a regression.

    Raises:
        UserCodeError: if there is no such function, or it does not take the arguments.
        DataError: if it returns anything else.

    >>> load_by_module("sklearn.datasets:load_iris", {"return_X_y": True}).shape
    DatasetShape(examples=150, features=4, outputs=3, task='multiclass')
    """
    load = import_attribute(path)
    if not callable(load):
        raise UserCodeError(f"must name a function. Received: {path}, a {type(load).__name__}. Name one that loads.")
    try:
        loaded = load(**kwargs)
    except TypeError as error:
        raise UserCodeError(
            f"must name a function that takes the `kwargs`. Received: {path}, which says: {error}. "
            "Change one of the two."
        ) from error
    if isinstance(loaded, Dataset):
        return loaded
    if not isinstance(loaded, tuple | list) or len(loaded) != 2:
        raise DataError(
            f"`{path}` must return a Dataset or two arrays (inputs, targets). Received: {type(loaded).__name__}. "
            "Return such as `x, y`."
        )
    inputs, targets = (np.asarray(part) for part in loaded)
    return columns.from_arrays(path, ("inputs", "targets"), inputs, targets, "auto")
