"""Sums up the columns of a table, and says in sentences what was decided of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trainers.data.cells import cell_text
from trainers.data.feature_columns import Feature, LeftOut
from trainers.data.holdout import column_of
from trainers.data.numeric import Column, count_distinct, is_finite
from trainers.data.table_schema import ColumnSummary

if TYPE_CHECKING:
    from trainers.data.tables import TableOptions


def column_summary(
    column: Column, options: TableOptions, wanted: Mapping[str, bool], found: Sequence[Feature | LeftOut]
) -> ColumnSummary:
    """Sum up a column.

    Args:
        column: of the table.
        options: what the user says of the table.
        wanted: the columns that may be features.
        found: what was decided of each of them, in their order.
    """
    missing, distinct = _counts(column)
    about = ColumnSummary(name=column.name, role="feature", missing=missing, distinct=distinct)
    if column.name == options.target:
        return replace(about, role="target")
    if column.name not in wanted:
        if column.name in (column_of(options.validation), column_of(options.test)):
            return replace(about, role="split")
        return replace(about, role="left out", reason="as the configuration says")
    one = found[list(wanted).index(column.name)]
    if isinstance(one, LeftOut):
        return replace(about, role="left out", reason=one.reason)
    categories = len(one.column.categories) or None
    return replace(about, encoding=one.column.encoding, categories=categories)


def _counts(column: Column) -> tuple[int, int]:
    """The numbers of missing and of different cells."""
    cells = column.cells
    if cells.dtype.kind in "biuf":
        if cells.dtype.kind == "f" and not is_finite(cells):
            present = cells[~np.isnan(cells)]
            return len(cells) - len(present), count_distinct(present)
        return 0, count_distinct(cells)
    texts = column.distinct.each(cell_text)
    missing = column.distinct.count(np.array([text is None for text in texts], dtype=bool))
    return missing, len({*texts} - {None})


def notes_on(features: Iterable[Feature], left_out: Sequence[LeftOut]) -> tuple[str, ...]:
    """Say in sentences how columns become numbers and which are left out."""
    said = {
        "one_hot": "categories as one feature each: ",
        "ordinal": "categories in order: ",
        "target": "categories as their mean target in the training part: ",
        "date": "dates in parts: ",
        "number": "missing numbers as the median of the training part, with an indicator: ",
    }
    by_encoding: dict[str, list[str]] = {}
    for feature in features:
        if feature.note:
            by_encoding.setdefault(feature.column.encoding, []).append(feature.note)
    notes = [f"{said[encoding]}{_enumerated(found)}" for encoding, found in by_encoding.items()]
    if left_out:
        reasons = [f"`{one.name}`, {one.reason}" for one in left_out]
        notes.append(f"left out: {_enumerated(reasons, '; ')} (`data.features` uses a column that it names)")
    return tuple(notes)


def _enumerated(phrases: Sequence[str], between: str = ", ", most: int = 20) -> str:
    """Put phrases one after another, of many the first ones."""
    shown = between.join(phrases[:most])
    return f"{shown} and {len(phrases) - most:,} more" if len(phrases) > most else shown
