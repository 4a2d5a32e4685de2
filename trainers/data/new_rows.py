"""Converts new rows of a table, such as those to predict, as the rows that a network was trained on."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.cells import are_missing, named, texts_of
from trainers.data.columns import cells_of
from trainers.data.dates import date_parts, parse_dates
from trainers.data.feature_columns import number_column
from trainers.data.numeric import Column
from trainers.data.table_schema import FeatureColumn, TableSchema, codes_of
from trainers.errors import DataError


def rows_of_table(inputs: Any, schema: TableSchema) -> NDArray[np.float64]:
    """Convert rows of a table to the numbers that are stored for them.

    Args:
        inputs: a data frame that has the columns, a list of mappings, or (n, columns) cells in their order.
        schema: the columns of the table.

    Returns:
        (n, F) numbers and codes; NaN for a missing cell and for a category that the table does not have.

    Raises:
        DataError: if a column is missing, or a cell is not what its column holds.

    >>> schema = TableSchema(columns=(FeatureColumn(name="sex", encoding="one_hot", categories=("f", "m")),))
    >>> rows_of_table([{"sex": "m"}, {"sex": "x"}], schema).tolist()
    [[1.0], [nan]]
    """
    import pandas as pd

    names = list(schema.names)
    if isinstance(inputs, pd.DataFrame):
        frame = inputs
    elif isinstance(inputs, list | tuple) and inputs and all(isinstance(row, Mapping) for row in inputs):
        frame = pd.DataFrame(list(inputs))
    else:
        cells = np.array(inputs, dtype=object)
        if cells.ndim != 2 or cells.shape[1] != len(names):
            raise DataError(
                f"inputs must be rows of the {len(names)} columns of the table: {', '.join(names)}. "
                f"Received: {cells.shape}. Give a data frame, a list of mappings, or one list of cells for each row."
            )
        frame = pd.DataFrame(cells, columns=names)
    if lacking := [name for name in names if name not in frame]:
        raise DataError(
            f"inputs must have the columns of the table: {', '.join(names)}. Received: none called {lacking[0]}. "
            "Give all of them; a cell may be missing."
        )
    return np.concatenate([as_rows(column, cells_of(frame[column.name])) for column in schema.columns], axis=1)


def as_rows(column: FeatureColumn, cells: NDArray[np.object_]) -> NDArray[np.float64]:
    """Convert the cells of new rows as those of the table were converted.

    Args:
        column: as the table has it.
        cells: (n,) cells.

    Returns:
        (n, stored) numbers and codes; NaN for a missing cell and for a category that the table does not have.

    Raises:
        DataError: if a cell is not what the column holds.

    >>> column = FeatureColumn(name="sex", encoding="one_hot", categories=("f", "m"))
    >>> as_rows(column, np.array(["m", "x"], dtype=object)).tolist()
    [[1.0], [nan]]
    """
    given = Column(name=column.name, origin="inputs", cells=cells)
    if column.encoding == "date":
        dates = parse_dates(cells, column.date_format)
        unread = np.flatnonzero(dates.isna() & ~are_missing(cells))
        if len(unread):
            example = datetime.datetime(2024, 5, 31).strftime(column.date_format or "%Y-%m-%d")
            raise DataError(
                f"{given} must hold dates such as {example}. Received: {named(cells, unread)}. Correct the cells."
            )
        values = date_parts(dates)
        return np.column_stack([values[part] for part in column.parts])
    if column.encoding == "number":
        return number_column(given).rows
    return codes_of(texts_of(cells), column.categories)[:, np.newaxis]
