"""Sums up a data set for people: its columns, what was left out, its classes or amounts, and the sizes of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from trainers.data.dataset import Dataset
from trainers.data.holdout import ByGroup, ByTime, Folds, Given, Holdout
from trainers.data.shape import IGNORED
from trainers.data.split import training_size
from trainers.data.table_schema import ColumnSummary


@dataclass(frozen=True, kw_only=True)
class DataSummary:
    """What a report says of a data set.

    Args:
        name: of the set or its file.
        rows: number of examples, those of the test included.
        task: ``multiclass``, ``binary`` or ``regression``.
        features: number of features that a network receives.
        columns: of the table; empty for arrays of many features.
        classes: name and number of examples of each class; empty for a regression.
        target: ``minimum quartiles maximum mean`` of the amounts; None for classes.
        parts: number of examples for training, validation and test, with the first seed.
        held_out_by: how the validation part is chosen.
        notes: what was found and decided.
    """

    name: str
    rows: int
    task: Literal["multiclass", "binary", "regression"]
    features: int
    columns: tuple[ColumnSummary, ...]
    classes: tuple[dict[str, Any], ...]
    target: dict[str, Any] | None
    parts: dict[str, int]
    held_out_by: str
    notes: tuple[str, ...]

    def as_mapping(self) -> dict[str, Any]:
        """Return nested mappings of JSON types."""
        return asdict(self)


MOST_COLUMNS = 200
"""Features of arrays that are listed one by one; images and the like have more."""


def summarize(dataset: Dataset, holdout: Holdout, seed: int, test: int) -> DataSummary:
    """Sum up a data set.

    Args:
        dataset: the examples to train and validate on.
        holdout: what is held out for validation.
        seed: first seed of the sweep.
        test: number of examples of the test part, 0 for none.

    >>> from trainers.data import DataSource, load
    >>> found = summarize(load(DataSource("iris")), 0.2, seed=0, test=0)
    >>> found.parts, found.classes[0], found.columns[0].name
    ({'training': 120, 'validation': 30, 'test': 0}, {'name': 'setosa', 'rows': 50}, 'sepal length (cm)')
    """
    training = training_size(dataset.shape, holdout, seed, dataset)
    classes: Sequence[dict[str, Any]] = ()
    target = None
    if dataset.task == "regression":
        low, *quartiles, high = (float(value) for value in np.quantile(dataset.targets, [0, 0.25, 0.5, 0.75, 1]))
        target = {"minimum": low, "quartiles": quartiles, "maximum": high, "mean": float(dataset.targets.mean())}
    else:
        labels = dataset.targets.astype(np.int64)
        counts = np.bincount(labels[labels != IGNORED], minlength=len(dataset.classes)).tolist()
        classes = [{"name": name, "rows": count} for name, count in zip(dataset.classes, counts, strict=True)]
    return DataSummary(
        name=dataset.name,
        rows=dataset.examples + test,
        task=dataset.task,
        features=dataset.features,
        columns=dataset.columns or _columns_of_arrays(dataset),
        classes=tuple(classes),
        target=target,
        parts={"training": training, "validation": dataset.examples - training, "test": test},
        held_out_by=_spelled(holdout),
        notes=dataset.notes,
    )


def _columns_of_arrays(dataset: Dataset) -> tuple[ColumnSummary, ...]:
    if dataset.features > MOST_COLUMNS or dataset.item:
        return ()
    return tuple(
        ColumnSummary(name=name, role="feature", encoding="number", distinct=len(np.unique(values)))
        for name, values in zip(dataset.feature_names, dataset.inputs.T, strict=True)
    )


def _spelled(holdout: Holdout) -> str:
    if isinstance(holdout, ByGroup):
        return f"whole groups of `{holdout.column}`, a share of {holdout.fraction:g}"
    if isinstance(holdout, ByTime):
        return f"the latest by `{holdout.column}`, a share of {holdout.fraction:g}"
    if isinstance(holdout, Folds):
        return f"one of {holdout.count} folds, another with each seed"
    if isinstance(holdout, Given):
        return "a file of its own" if holdout.path is not None else f"`{holdout.column}` is {holdout.value}"
    return f"a share of {holdout:g}, by the seed"
