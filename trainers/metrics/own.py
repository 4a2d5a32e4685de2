"""Computes metrics of a user's own: functions of targets and outputs, named as ``my_module:my_metric``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Task
from trainers.errors import UserCodeError
from trainers.imports import import_attribute
from trainers.metrics.predicted import Predicted
from trainers.user_code import RaisedError, run_user_code

Floats = NDArray[np.float64]
OwnMetric: TypeAlias = Callable[[NDArray[Any], NDArray[Any]], float]

PROBE_EXAMPLES = 12
"""Examples on which an own metric is tried before any training, some of each class."""


def is_path(name: str) -> bool:
    """Whether a metric is named by its import path.

    >>> is_path("my_metric:share_of_first"), is_path("val_f1")
    (True, False)
    """
    return ":" in name


def name_of(path: str) -> str:
    """The name of an own metric: that of its function.

    >>> name_of("my_package.metrics:share_of_first")
    'share_of_first'
    """
    return path.rpartition(":")[2]


def own_scores(path: str, part: Predicted) -> Floats:
    """Compute a user's metric for each of k trials.

    Args:
        path: ``module:function``; the function takes targets (N,) and outputs, (N, classes) probabilities or (N,)
            numbers in the unit of the data, and returns a number.
        part: the predictions.

    Returns:
        (k,) float64; NaN where the function returns NaN or infinity.

    Raises:
        UserCodeError: if the function cannot be imported, raises an error, or returns something else than a number.
    """
    found, failed = own_scores_and_errors(path, part)
    for error in failed.values():
        raise error
    return found


def own_scores_and_errors(path: str, part: Predicted) -> tuple[Floats, dict[int, UserCodeError]]:
    """Compute a user's metric for each of k trials; see `own_scores`.

    Returns:
        (k,) float64, NaN where there is no number, and row -> what went wrong there.

    Raises:
        UserCodeError: if the function cannot be imported, which concerns all trials.
    """
    function = import_attribute(path)
    if not callable(function):
        raise UserCodeError(
            f"`{path}` must be a function of targets and outputs. Received: {type(function).__name__}. Name a function."
        )
    found, failed = np.full(part.trials, np.nan), {}
    for row in range(part.trials):
        try:
            found[row] = _value(path, function, part, row)
        except UserCodeError as error:
            failed[row] = error
    return found, failed


def _value(path: str, function: OwnMetric, part: Predicted, row: int) -> float:
    try:
        # Copies, since a function may change its arguments in place.
        found: Any = run_user_code(lambda: function(part.targets.copy(), part.outputs[row].copy()), function)
    except RaisedError as error:
        raise UserCodeError(f"`{path}` must compute a number. Received: {error}. Mend the function.") from error
    number = _number(found)
    if number is None:
        raise UserCodeError(
            f"`{path}` must return a number. Received: {type(found).__name__}. Return such as `float(value)`."
        )
    return number if np.isfinite(number) else float("nan")


def _number(found: Any) -> float | None:
    """A number, an array without dimensions or a tensor of one number as a float; None for anything else."""
    if isinstance(found, bool | int | float | np.number | np.bool_):
        return float(found)
    if getattr(found, "shape", None) == () and hasattr(found, "item"):
        return _number(found.item())
    return None


def try_own_metric(path: str, task: Task, classes: int) -> None:
    """Call a user's metric once on made-up predictions, so that a mistake is found before any training.

    Args:
        path: ``module:function``.
        task: ``multiclass``, ``binary`` or ``regression``.
        classes: number of classes; not used for regression.

    Raises:
        UserCodeError: as `own_scores`.
    """
    rng = np.random.default_rng(0)
    if task == "regression":
        part = Predicted(
            targets=rng.uniform(1, 2, PROBE_EXAMPLES), outputs=rng.uniform(1, 2, (1, PROBE_EXAMPLES)), task=task
        )
    else:
        examples = max(PROBE_EXAMPLES, 2 * classes)
        weights = rng.uniform(0.1, 1, (1, examples, classes))
        part = Predicted(
            targets=np.arange(examples) % classes, outputs=weights / weights.sum(axis=2, keepdims=True), task=task
        )
    own_scores(path, part)
