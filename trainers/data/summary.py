"""Sums up a data set for people: its columns, what was left out, its classes or amounts, and the sizes of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from trainers.data.dataset import Dataset
from trainers.data.holdout import ByGroup, ByTime, Folds, Given, Holdout
from trainers.data.shape import IGNORED
from trainers.data.split import training_size
from trainers.data.table_schema import ColumnSummary


@dataclass(frozen=True, kw_only=True)
class TargetSummary:
    """The distribution of a numeric target."""

    minimum: float
    quartiles: tuple[float, float, float]
    maximum: float
    mean: float


@dataclass(frozen=True, kw_only=True)
class DataSummary:
    """What a report says of a data set.

    Args:
        name: of the set or its file.
        rows: number of examples, those of the test included.
        task: ``multiclass``, ``binary`` or ``regression``.
        features: number of features that a network receives.
        columns: of the table; empty for arrays of many features.
        classes: name and number of examples of each class, in the order of their indices; empty for a regression.
        target: distribution of the amounts; None for classes.
        parts: number of examples for ``training``, ``validation`` and ``test``, with the first seed.
        held_out_by: how the validation part is chosen, such as "a share of 0.2"; empty if unknown.
        notes: what was found and decided.
        leaks: sentences on features that alone predict the target.
        duplicates: number of held-out rows that are also trained on.
    """

    name: str
    rows: int
    task: str
    features: int
    columns: tuple[ColumnSummary, ...] = ()
    classes: tuple[tuple[str, int], ...] = ()
    target: TargetSummary | None = None
    parts: Mapping[str, int]
    held_out_by: str = ""
    notes: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    duplicates: int = 0

    def as_mapping(self) -> dict[str, Any]:
        """Return nested mappings of JSON types, from which `from_mapping` makes it again."""
        classes = [{"name": name, "rows": rows} for name, rows in self.classes]
        return {**asdict(self), "classes": classes, "duplicates": {"across_parts": self.duplicates}}

    @classmethod
    def from_mapping(cls, saved: Mapping[str, Any]) -> DataSummary:
        """Make a summary from what `as_mapping` has returned.

        Raises:
            KeyError: if something is missing that is always there.
            TypeError, ValueError, AttributeError: if something is not of its type.
        """
        return cls(
            name=str(saved["name"]),
            rows=int(saved["rows"]),
            task=str(saved["task"]),
            features=int(saved["features"]),
            columns=tuple(map(_column, saved.get("columns") or ())),
            classes=tuple((str(one["name"]), int(one["rows"])) for one in saved.get("classes") or ()),
            target=_target(saved["target"]) if saved.get("target") else None,
            parts={str(name): int(rows) for name, rows in saved["parts"].items()},
            held_out_by=str(saved.get("held_out_by") or ""),
            notes=tuple(map(str, saved.get("notes") or ())),
            leaks=tuple(map(str, saved.get("leaks") or ())),
            duplicates=int((saved.get("duplicates") or {}).get("across_parts") or 0),
        )


def _column(saved: Mapping[str, Any]) -> ColumnSummary:
    encoding, categories, reason = saved.get("encoding"), saved.get("categories"), saved.get("reason")
    return ColumnSummary(
        name=str(saved["name"]),
        role=str(saved["role"]),
        encoding=None if encoding is None else str(encoding),
        categories=None if categories is None else int(categories),
        missing=int(saved.get("missing") or 0),
        distinct=int(saved.get("distinct") or 0),
        reason=None if reason is None else str(reason),
    )


def _target(saved: Mapping[str, Any]) -> TargetSummary:
    low, middle, high = map(float, saved["quartiles"])
    return TargetSummary(
        minimum=float(saved["minimum"]),
        quartiles=(low, middle, high),
        maximum=float(saved["maximum"]),
        mean=float(saved["mean"]),
    )


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
    ({'training': 120, 'validation': 30, 'test': 0}, ('setosa', 50), 'sepal length (cm)')
    """
    training = training_size(dataset.shape, holdout, seed, dataset)
    classes: tuple[tuple[str, int], ...] = ()
    target = None
    if dataset.task == "regression":
        low, first, second, third, high = map(float, np.quantile(dataset.targets, [0, 0.25, 0.5, 0.75, 1]))
        mean = float(dataset.targets.mean())
        target = TargetSummary(minimum=low, quartiles=(first, second, third), maximum=high, mean=mean)
    else:
        labels = dataset.targets.astype(np.int64)
        counts = np.bincount(labels[labels != IGNORED], minlength=len(dataset.classes)).tolist()
        classes = tuple(zip(dataset.classes, counts, strict=True))
    return DataSummary(
        name=dataset.name,
        rows=dataset.examples + test,
        task=dataset.task,
        features=dataset.features,
        columns=dataset.columns or _columns_of_arrays(dataset),
        classes=classes,
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
