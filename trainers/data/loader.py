"""Loads data by calling a user's own function, named as in ``my_package.data:load``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data import columns
from trainers.data.dataset import Dataset, require_trainable
from trainers.data.target import Task
from trainers.errors import DataError, UserCodeError
from trainers.imports import import_attribute
from trainers.user_code import RaisedError, run_user_code


def load_by_module(path: str, kwargs: Mapping[str, Any], task: Task = "auto") -> Dataset:
    """Load data by calling a user's function.

    Args:
        path: ``module:attribute`` of the function.
        kwargs: its keyword arguments.
        task: what is predicted; ``auto`` decides by the targets.

    Returns:
        The returned `Dataset`, or one made from the returned arrays ``(inputs, targets)``, (N, D) numbers and (N,):
        classification for text, booleans or integers with at most 20 distinct values, else regression.

    Raises:
        UserCodeError: if there is no such function, it does not take the arguments, or it raises an error.
        DataError: if it returns anything else.

    >>> load_by_module("sklearn.datasets:load_iris", {"return_X_y": True}).shape
    DatasetShape(examples=150, features=4, outputs=3, task='multiclass')
    """
    try:
        load = run_user_code(lambda: import_attribute(path))
    except RaisedError as error:
        raise UserCodeError(
            f"names a module that cannot be imported. Received: {path}, which raises {error}. Mend the module."
        ) from error
    if not callable(load):
        raise UserCodeError(f"must name a function. Received: {path}, a {type(load).__name__}. Name one that loads.")
    _require_arguments(path, load, kwargs)
    try:
        loaded = run_user_code(lambda: load(**kwargs), load)
    except RaisedError as error:
        raise UserCodeError(
            f"must name a function that loads data. Received: {path}, which raises {error}. Mend the function."
        ) from error
    if isinstance(loaded, Dataset):
        require_trainable(loaded, path)
        return loaded
    if not isinstance(loaded, tuple | list) or len(loaded) != 2:
        raise DataError(
            f"`{path}` must return a Dataset or two arrays (inputs, targets). Received: {_format_type(loaded)}. "
            "Return such as `x, y`."
        )
    inputs, targets = (_array(path, label, part) for label, part in zip(("inputs", "targets"), loaded, strict=True))
    return columns.from_arrays(path, ("inputs", "targets"), inputs, targets, task)


def _require_arguments(path: str, load: Callable[..., Any], kwargs: Mapping[str, Any]) -> None:
    try:
        signature = inspect.signature(load)
    except ValueError:
        # Some functions written in C have no signature.
        return
    try:
        signature.bind(**kwargs)
    except TypeError as error:
        raise UserCodeError(
            f"must name a function that takes the `kwargs`. Received: {path}, which says: {error}. "
            "Change one of the two."
        ) from error


def _array(path: str, label: str, part: Any) -> NDArray[Any]:
    try:
        return run_user_code(lambda: np.asarray(part))
    except RaisedError as error:
        raise DataError(
            f"the {label} of `{path}` must be an array. Received: {_format_type(part)}, which NumPy refuses "
            f"by {error}. Return a numpy array."
        ) from error


def _format_type(value: Any) -> str:
    return f"{type(value).__name__} of {len(value)}" if isinstance(value, tuple | list) else type(value).__name__
