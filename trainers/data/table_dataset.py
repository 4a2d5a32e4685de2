"""Makes the data set of a table from its features and its target, whether its numbers are in memory or in a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from trainers.data.blocks.stored_rows import StoredRows
from trainers.data.dataset import Dataset, Floats, classification, regression
from trainers.data.digests import InPortions, digest
from trainers.data.feature_columns import Feature, LeftOut
from trainers.data.numeric import Column
from trainers.data.table_notes import notes_on
from trainers.data.table_parts import keys_of, rows_of_test
from trainers.data.table_schema import ColumnSummary, TableSchema
from trainers.data.target import Classes, reason_of_task
from trainers.errors import DataError

if TYPE_CHECKING:
    from trainers.data.tables import TableOptions

HASHED = 2**16
"""Numbers that are hashed at once, so that what is made of them stays in the cache too."""

BLOCK_ROWS = 4096
"""Rows that are put side by side at once, so that they stay in the cache of the processor."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Found:
    """What was found in a table.

    Args:
        name: of the table.
        columns: by name; those of the target and of what decides the parts at least.
        target: as it was read.
        features: the columns that are features, in their order.
        left_out: the other ones.
        notes: on how the file was read.
        origin: (N,) which file each row comes from.
    """

    name: str
    columns: Mapping[str, Column]
    target: Classes | Floats
    features: Sequence[Feature]
    left_out: Sequence[LeftOut]
    notes: tuple[str, ...]
    origin: NDArray[np.int64]


def divided(name: str, found: Sequence[Feature | LeftOut]) -> tuple[list[Feature], list[LeftOut]]:
    """Tell the features of a table of that name from the columns that are left out.

    Raises:
        DataError: if there is no feature.
    """
    features = [one for one in found if isinstance(one, Feature)]
    left_out = [one for one in found if isinstance(one, LeftOut)]
    if features:
        return features, left_out
    reasons = "; ".join(f"`{one.name}`, {one.reason}" for one in left_out[:3])
    raise DataError(
        f"`{name}` must have a column that can be a feature. Received: {reasons or 'the target alone'}. "
        "Name the columns to use in `data.features`."
    )


def side_by_side(features: Sequence[Feature]) -> Floats:
    """Put the numbers of features side by side, (N, F) float64."""
    columns = [column for feature in features for column in feature.rows.T]
    rows = np.empty((len(columns[0]), len(columns)))
    for start in range(0, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        for at, column in enumerate(columns):
            block[:, at] = column[start : start + BLOCK_ROWS]
    return rows


def dataset_of(
    found: Found, rows: Floats | StoredRows, options: TableOptions, summaries: Iterable[ColumnSummary]
) -> Dataset:
    """Make the data set of all rows of a table.

    Args:
        found: what was found in it.
        rows: (N, F) the numbers of its features.
        options: what the user says of it.
        summaries: of all columns, made while the numbers are hashed.

    Raises:
        DataError: if the target is the same everywhere, or what decides the parts does not.
    """
    target = found.target
    outputs = len(target.names) if isinstance(target, Classes) and len(target.names) > 2 else 1
    schema = TableSchema(
        columns=tuple(feature.column for feature in found.features),
        most_categories=options.most_categories,
        outputs=outputs,
    )
    # The checks of arrays hold for the targets of any table; its numbers have been checked column by column.
    nothing = np.empty((rows.shape[0], 0))
    if isinstance(target, Classes):
        plain = classification(found.name, nothing, target.labels, target.names, ())
    else:
        plain = regression(found.name, nothing, target, ())
    if isinstance(rows, StoredRows):
        # The stack of a thread would be memory that such data are short of.
        fingerprint, columns = _fingerprint(schema, rows, plain), tuple(summaries)
    else:
        # Neither NumPy nor the hash keeps the other thread waiting.
        with ThreadPoolExecutor(1) as hashing:
            hashed = hashing.submit(_fingerprint, schema, rows, plain)
            columns = tuple(summaries)
        fingerprint = hashed.result()
    reason = reason_of_task(found.columns[options.target], target, options.task)
    notes = (*found.notes, reason, *notes_on(found.features, found.left_out))
    return replace(
        plain,
        inputs=cast("NDArray[Any]", rows),
        feature_names=schema.stored,
        schema=None if schema.is_plain else schema,
        fingerprint=fingerprint,
        keys=keys_of(found.columns, found.origin, options.validation, "data.validation"),
        notes=tuple(filter(None, notes)),
        columns=columns,
    )


def in_test_part(found: Found, dataset: Dataset, options: TableOptions) -> NDArray[np.bool_] | None:
    """Say which rows of a table are in the test part, (N,); None without one."""
    if options.test is None:
        return None
    keys = keys_of(found.columns, found.origin, options.test, "data.test")
    return rows_of_test(dataset, options.test, keys)


def _fingerprint(schema: TableSchema, rows: Floats | StoredRows, plain: Dataset) -> str:
    if schema.is_plain:
        return digest(plain.task, _portions(rows, _blocks(rows), np.dtype(np.float64)), plain.targets)
    text = json.dumps(schema.as_mapping(), sort_keys=True)
    present = (np.where(np.isnan(block), 0.0, block) for block in _blocks(rows))
    missing = (np.isnan(block).astype(np.int64) for block in _blocks(rows))
    parts = (_portions(rows, present, np.dtype(np.float64)), _portions(rows, missing, np.dtype(np.int64)))
    return digest(plain.task, text, *parts, plain.targets)


def _blocks(rows: Floats | StoredRows) -> Iterator[NDArray[Any]]:
    if isinstance(rows, StoredRows):
        yield from rows.in_blocks()
        return
    step = max(1, HASHED // rows.shape[1])
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


def _portions(rows: Floats | StoredRows, portions: Iterator[NDArray[Any]], kind: np.dtype[Any]) -> InPortions:
    return InPortions(shape=rows.shape, dtype=kind, portions=portions)
