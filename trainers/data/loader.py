"""Loads data by calling a user's own function, named as in ``my_package.data:load``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from trainers.data import collecting, columns, tensors
from trainers.data.dataset import Dataset, require_trainable
from trainers.data.files.table import Table
from trainers.data.tables import TableOptions, read_datasets
from trainers.data.target import Task
from trainers.errors import UserCodeError
from trainers.imports import import_attribute
from trainers.user_code import RaisedError, run_user_code


def load_by_module(
    path: str,
    kwargs: Mapping[str, Any],
    target: str | None = None,
    inputs: str | None = None,
    task: Task = "auto",
) -> Dataset:
    """Load data by calling a user's function.

    Args:
        path: ``module:attribute`` of the function.
        kwargs: its keyword arguments.
        task: what is predicted; ``auto`` decides by the targets.
        target: column to predict of a DataFrame or a Hugging Face dataset.
        inputs: column of the inputs of a Hugging Face dataset.

    Returns:
        The returned `Dataset`, or one made from the returned arrays ``(inputs, targets)``, (N, D) numbers and (N,), or
        from anything that `trainers.data.collecting.collect` turns into such arrays or `trainers.data.tensors` takes:
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
    if collecting.is_table(loaded):
        column = collecting.target_of_table(path, loaded, target)
        table = Table(name=path, frame=loaded.rename(columns=str), is_typed=True)
        return read_datasets(table, TableOptions(target=column, task=task))[0]
    found = collecting.collect(path, loaded, collecting.Columns(target, inputs))
    x, y = (collecting.as_array(path, *one) for one in (("inputs", found.inputs), ("targets", found.targets)))
    make = tensors.from_tensors if tensors.is_tensor(x, y) else columns.from_arrays
    dataset = make(path, ("inputs", "targets"), x, y, task)
    return _with_class_names(dataset, found.classes)


def _with_class_names(dataset: Dataset, names: Sequence[str]) -> Dataset:
    """Return a data set with the names of the classes that its labels number, where they are known."""
    if not all(label.isdecimal() and int(label) < len(names) for label in dataset.classes):
        return dataset
    return replace(dataset, classes=tuple(names[int(label)] for label in dataset.classes))


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
