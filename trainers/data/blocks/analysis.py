"""Makes a data set of a table, column by column, whose numbers are written to a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trainers.data.blocks.column_file import ColumnWriter
from trainers.data.blocks.stored_rows import StoredRows, default_block_rows
from trainers.data.blocks.table_columns import TableColumns
from trainers.data.dataset import Dataset
from trainers.data.feature_columns import Feature, LeftOut, read_feature
from trainers.data.holdout import Given, Holdout, column_of
from trainers.data.numeric import Column
from trainers.data.table_dataset import Found, dataset_of, divided, in_test_part
from trainers.data.table_notes import column_summary
from trainers.data.table_schema import ColumnSummary
from trainers.data.tables import TableOptions, require_columns, wanted_columns
from trainers.data.target import read_target
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
    features, left_out = divided(table.name, found)
    all_found = Found(
        name=table.name,
        columns=columns,
        target=read_target(columns[options.target], options.task),
        features=features,
        left_out=left_out,
        notes=table.notes,
        origin=np.zeros(table.rows, dtype=np.int64),
    )
    file = writer.flush()
    stored = StoredRows(file=file, columns=tuple(places), block_rows=default_block_rows(len(places)), window=1)
    dataset = dataset_of(all_found, stored, options, summaries)
    return Analysis(dataset=dataset, in_test=in_test_part(all_found, dataset, options))


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
