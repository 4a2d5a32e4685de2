"""Makes data sets of a table: features, target, and the columns that decide what is held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trainers.data.cells import cell_text
from trainers.data.columns import cells_of
from trainers.data.dataset import Dataset, require_examples
from trainers.data.distinct import distinct_words
from trainers.data.feature_columns import Encode, Feature, LeftOut, read_feature
from trainers.data.holdout import ByGroup, ByTime, Holdout, column_of
from trainers.data.numeric import Column
from trainers.data.table_dataset import Found, dataset_of, divided, in_test_part, side_by_side
from trainers.data.table_notes import column_summary
from trainers.data.table_parts import TEST, VALIDATION, with_training, without_test
from trainers.data.table_schema import MOST_CATEGORIES
from trainers.data.target import Task, read_target
from trainers.errors import DataError, did_you_mean, listed

if TYPE_CHECKING:
    import pandas as pd

    from trainers.data.files.table import Table


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """What a user says of a table.

    Args:
        target: column to predict.
        task: what is predicted; ``auto`` decides by the target.
        features: names or patterns such as ``b_*`` of the columns to use; None for all that can be used.
        drop: names or patterns of columns to leave out.
        encode: column -> its encoding, or its categories in their order.
        most_categories: number of categories of a one-hot column that are told apart, 2 or more.
        validation: what is held out for validation where the table decides it.
        test: what is held out for the test.
        blocks: whether it is read by blocks; None where it does not fit the memory.
        block_rows: number of rows of a block; None for what suits the number of features.
    """

    target: str
    task: Task = "auto"
    features: tuple[str, ...] | None = None
    drop: tuple[str, ...] = ()
    encode: Mapping[str, Encode] = field(default_factory=dict)
    most_categories: int = MOST_CATEGORIES
    validation: Holdout | None = None
    test: Holdout | None = None
    blocks: bool | None = None
    block_rows: int | None = None


def read_datasets(
    table: Table, options: TableOptions, validation: Table | None = None, test: Table | None = None
) -> tuple[Dataset, Dataset | None]:
    """Make the data set of a table, and that of its test part.

    Args:
        table: the table.
        options: what the user says of it.
        validation: the table of the validation part, if that has a file of its own.
        test: the table of the test part, if that has a file of its own.

    Returns:
        The examples to train and validate on, and those of the test; None without one.

    Raises:
        DataError: naming column, row and value of the first cells that cannot be used.
    """
    origin, frame, notes = _joined(table, validation, test)
    names = [str(name) for name in frame.columns]
    repeated = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if repeated is not None:
        raise DataError(
            f"the columns of `{table.name}` must have different names. "
            f"Received: `{repeated}` {names.count(repeated)} times. Rename one of them."
        )
    frame = frame.set_axis(names, axis="columns")
    require_columns(table.name, options, names)
    require_examples(table.name, len(frame))
    columns = {name: _column(table, frame, name, options) for name in names}
    encode = {**typed_categories(frame), **options.encode}
    target = read_target(columns[options.target], options.task)
    wanted = wanted_columns(options, names, table.name)
    each = [
        read_feature(columns[name], encode.get(name), options.most_categories, is_named=is_named)
        for name, is_named in wanted.items()
    ]
    if not any(isinstance(one, Feature) for one in each):
        # A single column of numbers is what the target is predicted from, also where it numbers the rows.
        each = [one.feature if isinstance(one, LeftOut) and one.feature is not None else one for one in each]
    features, left_out = divided(table.name, each)
    found = Found(
        name=table.name,
        columns=columns,
        target=target,
        features=features,
        left_out=left_out,
        notes=notes,
        origin=origin,
    )
    summaries = (column_summary(columns[name], options, wanted, each) for name in names)
    dataset = dataset_of(found, side_by_side(features), options, summaries)
    in_test = in_test_part(found, dataset, options)
    if in_test is None:
        return with_training(dataset, options.validation), None
    pool, held_out = without_test(dataset, in_test)
    return with_training(pool, options.validation), held_out


def _joined(
    table: Table, validation: Table | None, test: Table | None
) -> tuple[NDArray[np.int64], pd.DataFrame, tuple[str, ...]]:
    """Put the rows of all files below each other; returns the file of each row, the rows and the notes."""
    frames, notes = [table.frame], table.notes
    origin = [np.zeros(len(table.frame), dtype=np.int64)]
    for number, part, key in ((VALIDATION, validation, "data.validation"), (TEST, test, "data.test")):
        if part is None:
            continue
        lacking = [str(name) for name in table.frame.columns if name not in part.frame]
        if lacking:
            raise DataError(
                f"`{key}.path` must be a file with the columns of `{table.name}`. Received: `{part.name}` without "
                f"`{lacking[0]}`. Give a file with the same columns."
            )
        frames.append(part.frame[list(table.frame.columns)])
        origin.append(np.full(len(part.frame), number, dtype=np.int64))
        notes += tuple(note for note in part.notes if note not in notes)
    if len(frames) == 1:
        return origin[0], table.frame, notes
    import pandas as pd

    return np.concatenate(origin), pd.concat(frames, ignore_index=True), notes


def _column(table: Table, frame: pd.DataFrame, name: str, options: TableOptions) -> Column:
    is_target = name == options.target
    known = distinct_words(frame[name])
    cells = cells_of(frame[name]) if known is None else known.values[known.codes]
    return Column(name=name, origin=table.name, cells=cells, is_typed=table.is_typed, is_target=is_target, known=known)


def typed_categories(frame: pd.DataFrame) -> dict[str, Encode]:
    """The encoding of columns that the file declares as categories: in their order, or numbers as one feature each.

    Other categories are told by their cells, as are constants, identifiers and free text.
    """
    from pandas.api import types

    found: dict[str, Encode] = {}
    for name, kind in frame.dtypes.items():
        if not isinstance(kind, types.CategoricalDtype) or not (
            kind.ordered or types.is_numeric_dtype(kind.categories.dtype)
        ):
            continue
        if frame[name].nunique(dropna=False) < 2:
            continue
        if kind.ordered:
            found[str(name)] = tuple(str(cell_text(each)) for each in kind.categories)
        else:
            found[str(name)] = "one_hot"
    return found


def require_columns(table: str, options: TableOptions, names: Sequence[str]) -> None:
    """Refuse a name that is no column of a table of that name.

    Raises:
        DataError: with the name that was meant.
    """
    if options.target not in names:
        raise DataError(
            f"`{table}` has no column `{options.target}`.{did_you_mean(options.target, names)} "
            f"Columns: {listed(names)}."
        )
    named_by = {f"data.encode.{name}": name for name in options.encode}
    for key, part in (("data.validation", options.validation), ("data.test", options.test)):
        if (column := column_of(part)) is not None:
            kind = "group" if isinstance(part, ByGroup) else "time" if isinstance(part, ByTime) else "column"
            named_by[f"{key}.{kind}"] = column
    for key, name in named_by.items():
        if name not in names:
            raise DataError(
                f"`{key}` must name a column of `{table}`. Received: {name}.{did_you_mean(name, names)} "
                f"Columns: {listed(names)}."
            )
        if name == options.target:
            raise DataError(f"`{key}` must not be the target. Received: {name}. Name another column.")


def wanted_columns(options: TableOptions, names: Sequence[str], table: str) -> dict[str, bool]:
    """The columns to use, in their order, and whether the user has named each by its full name.

    Args:
        options: what the user says of the table.
        names: of all columns.
        table: its name, for messages.

    Raises:
        DataError: for a name or pattern that is no column that can be a feature.
    """
    held = {name for part in (options.validation, options.test) if (name := column_of(part)) is not None}
    names = [name for name in names if name not in (options.target, *held)]
    chosen = dict.fromkeys(names, False)
    if options.features is not None:
        chosen = {}
        for pattern in options.features:
            chosen |= {
                name: name == pattern or chosen.get(name, False)
                for name in _matching(pattern, names, "features", table)
            }
        chosen = {name: chosen[name] for name in names if name in chosen}
    for pattern in options.drop:
        for name in _matching(pattern, names, "drop", table):
            chosen.pop(name, None)
    return chosen


def _matching(pattern: str, names: Sequence[str], key: str, table: str) -> list[str]:
    found = [name for name in names if name == pattern] or [name for name in names if fnmatchcase(name, pattern)]
    if not found:
        raise DataError(
            f"`data.{key}` must name columns of `{table}` besides the target and what decides the parts. "
            f"Received: {pattern}.{did_you_mean(pattern, names)} Columns: {listed(names)}."
        )
    return found
