"""Computes metrics by their names from given targets and predictions, as of a test part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from trainers.data.dataset import Task
from trainers.metrics.metric import EpochMetric, Measured, ScoredMetric
from trainers.metrics.own import is_path, name_of, own_scores
from trainers.metrics.predicted import Predicted
from trainers.metrics.registry import METRICS, split_name


def evaluate(
    names: Sequence[str], targets: ArrayLike, outputs: ArrayLike, task: Task, classes: int, *, scale: float = 1.0
) -> dict[str, float]:
    """Compute metrics of one trial's predictions.

    Args:
        names: of the metrics, with or without a part of the data, such as ``test_f1_macro`` and ``roc_auc``; or import
            paths of a user's own.
        targets: (N,) class indices, or for regression numbers in the unit of the data.
        outputs: (N, classes) probabilities, two columns for a binary task; for regression (N,) numbers in the unit of
            the data, as `trainers.prediction.predict` returns them.
        task: ``multiclass``, ``binary`` or ``regression``.
        classes: number of classes; not used for regression.
        scale: units of the data per unit of the scale on which a regression was trained, for its ``loss``.

    Returns:
        Name without the part of the data -> value; NaN where a metric is undefined.

    Raises:
        ValueError: for a metric that is not known or does not suit the task, or arrays of other shapes.
        UserCodeError: if a metric of the user's own fails.

    >>> evaluate(["accuracy", "f1"], [0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], "binary", 2)
    {'accuracy': 0.6666666666666666, 'f1': 0.6666666666666666}
    """
    part = _predicted(targets, outputs, task, classes)
    found: dict[str, float] = {}
    for name in names:
        if is_path(name):
            found[name_of(name)] = float(own_scores(name, part)[0]) if _is_finite(part) else float("nan")
            continue
        measure = split_name(name)[1]
        metric = METRICS.get(measure)
        if metric is None or task not in metric.tasks:
            raise ValueError(
                f"`names` must be of metrics that suit the task {task}. Received: {name}. "
                f"Give such as {next(known for known, one in METRICS.items() if task in one.tasks)}."
            )
        value = float("nan")
        if not _is_finite(part):
            pass
        elif isinstance(metric, ScoredMetric):
            value = float(metric.score(part)[0])
        elif isinstance(metric, EpochMetric):
            value = float(metric.value(_measured(part, scale)))
        found[measure] = value if np.isfinite(value) else float("nan")
    return found


def _predicted(targets: ArrayLike, outputs: ArrayLike, task: Task, classes: int) -> Predicted:
    kind = np.float64 if task == "regression" else np.int64
    y, z = np.asarray(targets, dtype=kind), np.asarray(outputs, dtype=np.float64)
    wanted = (len(y),) if task == "regression" else (len(y), classes)
    if y.ndim != 1 or not len(y) or z.shape != wanted:
        raise ValueError(
            f"`outputs` must be {wanted} for {y.shape} targets, one or more. Received: {z.shape}. "
            "Give what `predict` returns for the same examples."
        )
    return Predicted(targets=y, outputs=z[np.newaxis], task=task)


def _is_finite(part: Predicted) -> bool:
    return bool(np.isfinite(part.outputs).all())


def _measured(part: Predicted, scale: float) -> Measured:
    """The measurements from which the metrics of every epoch are computed."""
    if part.task == "regression":
        loss = float(np.square(part.errors[0] / scale).mean())
        return Measured(loss, float("nan"), float((part.targets / scale).var()), scale)
    right = np.take_along_axis(part.outputs[0], part.targets[:, np.newaxis], axis=1)[:, 0]
    with np.errstate(divide="ignore"):
        losses = -np.log(right)
    return Measured(float(losses.mean()), float((part.labels[0] == part.targets).mean()))
