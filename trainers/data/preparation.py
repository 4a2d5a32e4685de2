"""Encodes rows of a table as numbers, with medians, categories and means learned from the training part alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.shape import Task
from trainers.data.table_schema import MISSING, FeatureColumn, TableSchema

Floats = NDArray[np.float64]

FOLDS = 5
"""Folds by which the training part is target-encoded: the mean of a category without the fold that a row is in."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Learned:
    """What is learned of a column.

    Args:
        fill: (n,) what replaces missing numbers: the medians of the stored numbers; empty for categories.
        kept: codes of the categories with a feature of their own; the others share "other", if there are others.
        means: (categories, C) mean target of each category, and (C,) of all rows in the last row.
    """

    fill: tuple[float, ...] = ()
    kept: tuple[int, ...] = ()
    means: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Preparation:
    """A fitted encoding of the rows of a table.

    It holds plain numbers and applies them itself, so that a kept model predicts without scikit-learn, whatever
    version has fitted it, and can be kept as JSON.

    Args:
        schema: the columns.
        learned: of each column.
    """

    schema: TableSchema
    learned: tuple[Learned, ...]

    def encode(self, rows: Floats) -> Floats:
        """Encode stored rows (n, F) as features (n, D).

        Unknown categories are "other" where there is one, else they belong to no category; their mean target is that of
        all rows.
        """
        return self.encode_across_folds(rows, None, ())

    def encode_across_folds(
        self, rows: Floats, fold_of: NDArray[np.int64] | None, fold_means: Sequence[Floats]
    ) -> Floats:
        """Encode stored rows (n, F) of the training part, target-encoded columns by the folds that a row is not in.

        Args:
            rows: some rows of the training part.
            fold_of: (n,) fold of each of them; None for rows of no fold.
            fold_means: of each target-encoded column, the means (folds, categories + 1, C) without each fold.
        """
        blocks, at = [], 0
        means = iter(fold_means)
        for column, learned in zip(self.schema.columns, self.learned, strict=True):
            width = len(column.stored)
            cells = rows[:, at : at + width]
            if column.encoding == "target" and fold_of is not None:
                blocks.append(next(means)[fold_of, cells[:, 0].astype(np.int64)])
            else:
                blocks.append(_encode(column, learned, cells, self.schema))
            at += width
        return np.concatenate(blocks, axis=1)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the D features."""
        found: list[str] = []
        for column, learned in zip(self.schema.columns, self.learned, strict=True):
            if column.encoding == "one_hot":
                found += [f"{column.name}={column.categories[code]}" for code in learned.kept]
                found += [f"{column.name}=(other)"] * (len(learned.kept) < len(column.categories))
            elif column.encoding == "target":
                many = self.schema.outputs > 1
                found += [
                    f"{column.name} target {output}" if many else column.name for output in range(self.schema.outputs)
                ]
            else:
                found += [*column.stored, *[f"{column.name} missing"] * column.has_indicator]
        return tuple(found)

    @property
    def is_binary(self) -> NDArray[np.bool_]:
        """(D,) whether a feature is 0 or 1: a category, or an indicator of missing cells."""
        flags: list[bool] = []
        for column in self.schema.columns:
            width = column.width(self.schema.most_categories, self.schema.outputs)
            flags += [column.encoding == "one_hot"] * (width - column.has_indicator) + [True] * column.has_indicator
        return np.array(flags, dtype=bool)

    @property
    def example(self) -> dict[str, float | str]:
        """A row of the table: the medians, the first categories and a date."""
        row: dict[str, float | str] = {}
        for column, learned in zip(self.schema.columns, self.learned, strict=True):
            if column.encoding == "number":
                row[column.name] = learned.fill[0]
            elif column.encoding == "date":
                row[column.name] = date(2024, 5, 31).strftime(column.date_format or "%Y-%m-%d")
            else:
                row[column.name] = next((name for name in column.categories if name != MISSING), "")
        return row

    def as_mapping(self) -> dict[str, Any]:
        """Return nested mappings of JSON types, from which `from_mapping` makes it again."""
        learned = [
            {"fill": list(one.fill), "kept": list(one.kept), "means": [*map(list, one.means)]} for one in self.learned
        ]
        return {"schema": self.schema.as_mapping(), "learned": learned}

    @classmethod
    def from_mapping(cls, saved: Mapping[str, Any]) -> Preparation:
        """Make a preparation from what `as_mapping` has returned."""
        learned = tuple(
            Learned(fill=tuple(one["fill"]), kept=tuple(one["kept"]), means=tuple(map(tuple, one["means"])))
            for one in saved["learned"]
        )
        return cls(schema=TableSchema.from_mapping(saved["schema"]), learned=learned)


def fit_preparation(schema: TableSchema, rows: Floats, targets: NDArray[Any], task: Task) -> tuple[Preparation, Floats]:
    """Fit scikit-learn's encoders to the training part.

    **Variant.** Missing numbers become the median, with an indicator. Of a one-hot column with more categories than
    ``schema.most_categories`` the most frequent ones are kept and the others share "other". Mean targets are smoothed
    as scikit-learn's `TargetEncoder` does by default, of each class as of a number that is 1 in the class; the training
    part itself is encoded across folds, so that no row sees its own target.

    Args:
        schema: the columns.
        rows: (n, F) stored rows of the training part.
        targets: (n,) their targets.
        task: of the data set.

    Returns:
        The preparation, and the encoded training part (n, D).

    Reference: Micci-Barreca (2001), "A preprocessing scheme for high-cardinality categorical attributes".
    """
    ends = [0, *accumulate(len(column.stored) for column in schema.columns)]
    cells = (rows[:, start:stop] for start, stop in pairwise(ends))
    preparation, fold_of, fold_means = fit_columns(schema, cells, targets, task)
    return preparation, preparation.encode_across_folds(rows, fold_of, fold_means)


def fit_columns(
    schema: TableSchema, cells: Iterable[Floats], targets: NDArray[Any], task: Task
) -> tuple[Preparation, NDArray[np.int64] | None, tuple[Floats, ...]]:
    """Fit the encoders to the training part, a column after the other; see `fit_preparation`.

    Args:
        schema: the columns.
        cells: of each column, the stored numbers of the training part, (n, stored).
        targets: (n,) their targets.
        task: of the data set.

    Returns:
        The preparation, and what `Preparation.encode_across_folds` takes for the training part besides its rows.
    """
    outputs = _outputs_of(targets, schema, task)
    fold_of, folds = None, []
    if any(column.encoding == "target" for column in schema.columns):
        folds = _folds(targets, task)
        fold_of = np.zeros(len(targets), dtype=np.int64)
        for number, (_, members) in enumerate(folds):
            fold_of[members] = number
    learned: list[Learned] = []
    fold_means: list[Floats] = []
    for column, found in zip(schema.columns, cells, strict=True):
        if column.encoding == "target":
            learned.append(Learned(means=tuple(map(tuple, _mean_targets(column, found, outputs).tolist()))))
            fold_means.append(np.stack([_mean_targets(column, found[others], outputs[others]) for others, _ in folds]))
            continue
        learned.append(_fit_categories(column, found, schema) if column.encoding == "one_hot" else _fit_medians(found))
    return Preparation(schema=schema, learned=tuple(learned)), fold_of, tuple(fold_means)


def _fit_categories(column: FeatureColumn, cells: Floats, schema: TableSchema) -> Learned:
    """Learn which categories are frequent."""
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(
        categories=[np.arange(len(column.categories), dtype=np.float64)],
        max_categories=schema.most_categories,
        handle_unknown="infrequent_if_exist",
    )
    rare = encoder.fit(cells).infrequent_categories_[0]
    codes = set() if rare is None else {int(code) for code in rare}
    return Learned(kept=tuple(code for code in range(len(column.categories)) if code not in codes))


def _fit_medians(cells: Floats) -> Learned:
    """Learn the medians; 0 for a column without a number."""
    from sklearn.impute import SimpleImputer

    fitted = SimpleImputer(strategy="median", keep_empty_features=True).fit(cells)
    return Learned(fill=tuple(np.nan_to_num(fitted.statistics_).tolist()))


def _outputs_of(targets: NDArray[Any], schema: TableSchema, task: Task) -> Floats:
    """The numbers (n, C) whose means are learned: the target, or 1 in a class and 0 elsewhere."""
    if task != "multiclass":
        return np.asarray(targets[:, np.newaxis], dtype=np.float64)
    return np.asarray(targets[:, np.newaxis] == np.arange(schema.outputs), dtype=np.float64)


def _mean_targets(column: FeatureColumn, cells: Floats, outputs: Floats) -> Floats:
    """Learn the means (categories + 1, C) of each category, and of all rows in the last row."""
    from sklearn.preprocessing import TargetEncoder

    codes = [np.arange(len(column.categories), dtype=np.float64)]
    encoders = [
        TargetEncoder(categories=codes, target_type="continuous").fit(cells, output) for output in outputs.T.copy()
    ]
    return np.column_stack([[*encoder.encodings_[0], encoder.target_mean_] for encoder in encoders])


def _folds(targets: NDArray[Any], task: Task) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Divide the training part, classes evenly where each has two examples or more."""
    from sklearn.model_selection import KFold, StratifiedKFold

    everything = np.arange(len(targets))
    if len(targets) == 1:
        return [(everything, everything)]
    smallest = 1 if task == "regression" else int(np.unique(targets, return_counts=True)[1].min())
    if smallest > 1:
        splitter: Any = StratifiedKFold(min(FOLDS, smallest), shuffle=True, random_state=0)
    else:
        splitter = KFold(min(FOLDS, len(targets)), shuffle=True, random_state=0)
    return list(splitter.split(everything, targets))


def _encode(column: FeatureColumn, learned: Learned, cells: Floats, schema: TableSchema) -> Floats:
    """Encode the stored numbers of a column, (n, stored) -> (n, width)."""
    if column.encoding == "one_hot":
        block = np.asarray(cells == np.array(learned.kept, dtype=np.float64), dtype=np.float64)
        if len(learned.kept) == len(column.categories):
            return block
        return np.column_stack([block, 1.0 - block.sum(axis=1)])
    if column.encoding == "target":
        known = np.nan_to_num(cells[:, 0], nan=len(column.categories)).astype(np.int64)
        means: Floats = np.array(learned.means, dtype=np.float64).reshape(-1, schema.outputs)
        return means[known]
    missing = np.isnan(cells)
    block = np.where(missing, np.array(learned.fill), cells)
    return np.column_stack([block, missing[:, 0]]) if column.has_indicator else block
