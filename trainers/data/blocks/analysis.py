"""Makes a data set of a table, column by column, whose numbers are written to a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from trainers.data.blocks.column_file import ColumnFile, ColumnWriter
from trainers.data.blocks.stored_rows import StoredRows, default_block_rows
from trainers.data.blocks.table_columns import TableColumns
from trainers.data.dataset import Dataset, classification, regression
from trainers.data.digests import InPortions, digest
from trainers.data.feature_columns import Feature, LeftOut, read_feature
from trainers.data.holdout import Given, Holdout, column_of
from trainers.data.numeric import Column
from trainers.data.table_notes import column_summary, notes_on
from trainers.data.table_parts import keys_of, rows_of_test
from trainers.data.table_schema import ColumnSummary, TableSchema
from trainers.data.tables import TableOptions, require_columns, wanted_columns, without_features
from trainers.data.target import Classes, read_target, reason_of_task
from trainers.errors import DataError


@dataclass(frozen=True, eq=False, kw_only=True)
class Analysis:
    """A table whose numbers were written to a file.

    Args:
        dataset: all rows, without the parts that the table decides.
        in_test: (N,) bool, which rows are in the test part; None without one.
    """

    dataset: Dataset
    in_test: NDArray[np.bool_] | None


def analyse(table: TableColumns, options: TableOptions, writer: ColumnWriter) -> Analysis:
    """Look over a table as `trainers.data.tables.read_datasets` does, with one column in memory at a time.

    Args:
        table: the table.
        options: what the user says of it.
        writer: the file.

    Raises:
        DataError: naming column, row and value of the first cells that cannot be used.
    """
    _require_one_table(options)
    require_columns(table.name, options, table.names)
    wanted = wanted_columns(options, table.names, table.name)
    table.open(writer)
    deciding = {name for part in (options.validation, options.test) if (name := column_of(part)) is not None}
    columns: dict[str, Column] = {}
    found: list[Feature | LeftOut] = []
    places: list[int] = []
    summaries: list[ColumnSummary] = []
    for name in table.names:
        cells, declared = table.cells(name)
        column = Column(name=name, origin=table.name, cells=cells, is_target=name == options.target)
        own: dict[str, bool] = {}
        if name in wanted:
            encode = options.encode.get(name, declared)
            one = read_feature(column, encode, options.most_categories, is_named=wanted[name])
            own = {name: wanted[name]}
            if isinstance(one, Feature):
                places += _written(table, one, writer)
                one = replace(one, rows=np.empty((0, 0)))
            else:
                one = replace(one, feature=None)
            found.append(one)
        summaries.append(column_summary(column, options, own, found[-1:] if own else []))
        if name in deciding or name == options.target:
            columns[name] = column
    features = [one for one in found if isinstance(one, Feature)]
    left_out = [one for one in found if isinstance(one, LeftOut)]
    if not features:
        raise without_features(table.name, left_out)
    target = read_target(columns[options.target], options.task)
    notes = (
        *table.notes,
        reason_of_task(columns[options.target], target, options.task),
        *notes_on(features, left_out),
    )
    dataset = _dataset(table.name, features, target, options.most_categories, writer.flush(), tuple(places))
    origin = np.zeros(table.rows, dtype=np.int64)
    dataset = replace(
        dataset,
        keys=keys_of(columns, origin, options.validation, "data.validation"),
        notes=tuple(filter(None, notes)),
        columns=tuple(summaries),
    )
    in_test = None
    if options.test is not None:
        keys = keys_of(columns, origin, options.test, "data.test")
        in_test = rows_of_test(dataset, options.test, keys)
    return Analysis(dataset=dataset, in_test=in_test)


def _written(table: TableColumns, feature: Feature, writer: ColumnWriter) -> list[int]:
    """Write the numbers of a feature where they are not in the file, and return their positions."""
    place = table.place(feature.column.name)
    if place is not None and feature.column.encoding == "number":
        return [place]
    return [writer.append(numbers) for numbers in feature.rows.T]


def _require_one_table(options: TableOptions) -> None:
    parts: Mapping[str, Holdout | None] = {"validation": options.validation, "test": options.test}
    for key, part in parts.items():
        if isinstance(part, Given) and part.path is not None:
            raise DataError(
                f"`data.{key}.path` is for data that fit the memory, and these are read by blocks. "
                f"Received: {part.path}. Add its rows to the file with a column that names the part, and give "
                f"`data.{key}: {{column: part, value: {key}}}`."
            )


def _dataset(
    name: str,
    features: list[Feature],
    target: Classes | NDArray[np.float64],
    most_categories: int,
    file: ColumnFile,
    places: tuple[int, ...],
) -> Dataset:
    outputs = len(target.names) if isinstance(target, Classes) and len(target.names) > 2 else 1
    schema = TableSchema(
        columns=tuple(feature.column for feature in features), most_categories=most_categories, outputs=outputs
    )
    # The checks of data in memory hold for the targets of any table.
    nothing = np.zeros((file.rows, 1))
    if isinstance(target, Classes):
        plain = classification(name, nothing, target.labels, target.names, ("",))
    else:
        plain = regression(name, nothing, target, ("",))
    stored = StoredRows(file=file, columns=places, block_rows=default_block_rows(len(places)), window=1)
    given = replace(plain, inputs=cast("NDArray[Any]", stored), feature_names=schema.stored)
    if schema.is_plain:
        return replace(given, fingerprint=digest(plain.task, _portions(stored, stored.in_blocks()), plain.targets))
    text = json.dumps(schema.as_mapping(), sort_keys=True)
    present = (np.where(np.isnan(rows), 0.0, rows) for rows in stored.in_blocks())
    missing = (np.isnan(rows).astype(np.int64) for rows in stored.in_blocks())
    parts = (_portions(stored, present), _portions(stored, missing, np.dtype(np.int64)))
    return replace(given, schema=schema, fingerprint=digest(plain.task, text, *parts, plain.targets))


def _portions(stored: StoredRows, rows: Iterator[NDArray[Any]], kind: np.dtype[Any] = StoredRows.dtype) -> InPortions:
    return InPortions(shape=stored.shape, dtype=kind, portions=rows)
