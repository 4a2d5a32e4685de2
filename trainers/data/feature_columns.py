"""Decides what each column of a table holds, how it is encoded, and which columns are left out as no features."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from trainers.data.cells import Kind, are_missing, cell_text, is_missing, named
from trainers.data.dates import PARTS, AmbiguousDatesError, date_parts, find_date_format, parse_dates
from trainers.data.identifiers import FEWEST_ROWS, UNNAMED, UUID, is_identifier
from trainers.data.numeric import MOST_EXACT, Column, is_finite, read_numbers, whole_numbers
from trainers.data.table_schema import MISSING, Encoding, FeatureColumn, codes_of
from trainers.errors import DataError

Encode: TypeAlias = "Encoding | tuple[str, ...]"
"""How a user wants a column: an encoding, or the categories of an ordinal one in their order."""

FREE_TEXT_WORDS = 4.0
"""Mean number of words from which many different texts are sentences and not categories."""

PLACEHOLDERS = ("?", "-", "--", ".")
"""Text that stands for a missing number in a column of numbers."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Feature:
    """A column that is a feature.

    Args:
        column: how it is encoded.
        rows: (N, stored) numbers and codes; NaN where a cell is missing.
        note: what was decided that a user might want to know; empty for plain numbers.
    """

    column: FeatureColumn
    rows: NDArray[np.float64]
    note: str = ""


class NoDatesError(DataError):
    """A column that was to hold dates does not."""


@dataclass(frozen=True)
class LeftOut:
    """A column that is no feature.

    Args:
        name: of the column.
        reason: why, continuing "left out is `name`, ".
        feature: the feature that an identifier would be, if there is no other.
    """

    name: str
    reason: str
    feature: Feature | None = field(default=None, repr=False)


def read_feature(column: Column, encode: Encode | None, most_categories: int, *, is_named: bool) -> Feature | LeftOut:
    """Decide what a column holds and convert its cells.

    **Variant.** Numbers stay numbers; text, and booleans with missing cells, are categories; dates are taken apart.
    Left out are constants, identifiers (different whole numbers that number the rows or have a name such as
    ``customer_id``, and UUIDs) and free text (most cells differ), unless the user names the column.

    Args:
        column: N cells.
        encode: what the user wants; None decides by the cells.
        most_categories: number of categories of a one-hot column that are told apart.
        is_named: whether the user has named the column as a feature.

    Raises:
        DataError: for a column that is neither numbers nor categories, naming the first cells.
    """
    if isinstance(encode, tuple):
        return _ordinal(column, encode)
    if encode == "one_hot" or encode == "ordinal" or encode == "target":
        return _category(column, encode, most_categories)
    if encode == "date":
        return _date(column, is_named=True)
    if encode == "number":
        return number_column(column)
    if column.cells.dtype.kind in "biuf":
        return number_column(column) if is_named else _automatic_number(column)
    found = _object(column, most_categories, is_named=is_named)
    if isinstance(found, Feature) and not is_named and _is_constant(found):
        return LeftOut(column.name, "which is the same in every row")
    return found


def _object(column: Column, most_categories: int, *, is_named: bool) -> Feature | LeftOut:
    """Decide by the cells of a column that is not typed as numbers."""
    cells = column.cells
    if cells.dtype.kind == "M" or (cells.dtype == object and _are_dates(cells)):
        return _date(column, is_named=is_named)
    values = {kind: column.distinct.values[column.kinds == kind] for kind in Kind}
    counts = {kind: column.distinct.count(column.kinds == kind) for kind in Kind}
    if counts[Kind.EMPTY] == len(cells):
        return LeftOut(column.name, "which is empty")
    if counts[Kind.OTHER]:
        example = named(cells, np.flatnonzero(column.are(Kind.OTHER))[:1])
        return LeftOut(column.name, f"which holds neither numbers nor text ({example})")
    if any(isinstance(cell, datetime.time | datetime.timedelta | np.timedelta64) for cell in values[Kind.DISGUISED]):
        return LeftOut(column.name, "which holds times without a date; make them numbers such as seconds")
    numbers, disguised, words = counts[Kind.NUMBER], counts[Kind.DISGUISED], counts[Kind.WORD]
    if numbers and not disguised and all(map(_is_placeholder, values[Kind.WORD])):
        is_text = column.is_typed and all(isinstance(cell, str) for cell in values[Kind.NUMBER])
        if is_text:
            return _text(column, most_categories, is_named=is_named)
        return number_column(column) if is_named else _automatic_number(column)
    if disguised and not numbers and not words:
        try:
            return _date(column, is_named=is_named)
        except NoDatesError:
            _refuse_mixture(column)
    if numbers + disguised > words:
        _refuse_mixture(column)
    return _text(column, most_categories, is_named=is_named)


def _is_placeholder(cell: Any) -> bool:
    return isinstance(cell, str) and cell.strip() in PLACEHOLDERS


def _are_dates(cells: NDArray[np.object_]) -> bool:
    first = next((cell for cell in cells if not is_missing(cell)), None)
    return isinstance(first, datetime.date | np.datetime64)


def _refuse_mixture(column: Column) -> NoReturn:
    odd = np.flatnonzero(column.are(Kind.WORD, Kind.DISGUISED))
    raise DataError(
        f"{column} must hold numbers alone, dates alone or categories. Received: {named(column.cells, odd)}. "
        "Say what such cells mean: `data.missing` lists words for a missing value, `data.thousands` and `data.decimal` "
        f"the separators of numbers, `data.encode: {{{column.name}: one_hot}}` makes all cells categories, and "
        "`data.drop` leaves the column out."
    )


def number_column(column: Column) -> Feature:
    """Read numbers, with NaN for missing cells."""
    cells = column.cells
    if cells.dtype.kind in "biu" or (cells.dtype.kind == "f" and is_finite(cells)):
        kind = FeatureColumn(name=column.name, encoding="number")
        return Feature(column=kind, rows=read_numbers(column)[:, np.newaxis])
    if cells.dtype.kind == "f":
        missing = np.isnan(cells)
    else:
        missing = column.are(Kind.EMPTY, Kind.MISSING_WORD)
        placeholders = column.distinct.each(_is_placeholder).astype(bool)
        missing |= column.are(Kind.WORD) & placeholders[column.distinct.codes]
    rows = np.full(len(cells), np.nan)
    rows[~missing] = read_numbers(column.only(~missing)) if not missing.all() else []
    kind = FeatureColumn(name=column.name, encoding="number", has_missing=bool(missing.any()))
    empty: set[Any] = set() if cells.dtype.kind == "f" else set(filter(_is_text, cells[missing]))
    words = sorted({cell.strip() for cell in empty})
    taken = f" ({', '.join(map(repr, words[:3]))} taken as missing)" if words else ""
    note = f"`{column.name}` in {int(missing.sum()):,} rows{taken}" if missing.any() else ""
    return Feature(column=kind, rows=rows[:, np.newaxis], note=note)


def _automatic_number(column: Column) -> Feature | LeftOut:
    """Read numbers, but leave out what is the same in every row or numbers the rows."""
    if is_identifier(column):
        exact = whole_numbers(column.cells)
        is_exact = exact is not None and max(abs(int(exact.min())), abs(int(exact.max()))) < MOST_EXACT
        reason = "an identifier: its whole numbers are all different"
        if column.name.startswith(UNNAMED):
            reason = "a column without a name that numbers the rows"
        return LeftOut(column.name, reason, number_column(column) if is_exact else None)
    found = number_column(column)
    if np.isnan(found.rows).all():
        return LeftOut(column.name, "which is empty")
    return LeftOut(column.name, "which is the same in every row") if _is_constant(found) else found


def _is_text(cell: Any) -> bool:
    return isinstance(cell, str) and bool(cell.strip())


def _text(column: Column, most_categories: int, *, is_named: bool) -> Feature | LeftOut:
    texts = column.distinct.each(cell_text)
    distinct = {text for text in texts if text is not None}
    present = column.distinct.count(np.array([text is not None for text in texts], dtype=bool))
    if not is_named and present >= FEWEST_ROWS:
        if len(distinct) == present and all(UUID.fullmatch(text) for text in distinct):
            return LeftOut(column.name, "an identifier: its cells are UUIDs")
        words = sum(len(text.split()) for text in distinct) / len(distinct)
        if 2 * len(distinct) > present or (words >= FREE_TEXT_WORDS and len(distinct) > most_categories):
            return LeftOut(column.name, f"free text: {len(distinct):,} different cells in {present:,} rows")
    return _category(column, "one_hot", most_categories)


def _category(column: Column, encoding: Encoding, most_categories: int) -> Feature:
    """Read categories in the order of their names; missing cells are one of their own but for ordinal encoding."""
    codes, texts = column.distinct.codes, column.distinct.each(cell_text).tolist()
    names = _in_order({text for text in texts if text is not None})
    has_missing = None in texts
    if encoding == "ordinal":
        return _coded(column.name, "ordinal", tuple(names), codes, texts, has_missing=has_missing)
    # A cell that says the same belongs to the missing ones.
    categories = (*(name for name in names if name != MISSING), MISSING) if has_missing else tuple(names)
    found = _coded(column.name, encoding, categories, codes, texts, has_missing=has_missing)
    return replace(found, note=_category_note(found.column, most_categories))


def _category_note(column: FeatureColumn, most_categories: int) -> str:
    count = len(column.categories) - column.has_missing
    and_missing = " and missing" if column.has_missing else ""
    if column.encoding == "one_hot" and len(column.categories) > most_categories:
        return f"`{column.name}` ({most_categories - 1} of {count:,}{and_missing}, the rarer ones as other)"
    return f"`{column.name}` ({count}{and_missing})"


def _ordinal(column: Column, order: tuple[str, ...]) -> Feature:
    codes, texts = column.distinct.codes, column.distinct.each(cell_text).tolist()
    unknown = np.flatnonzero(np.array([text is not None and text not in order for text in texts], dtype=bool)[codes])
    if len(unknown):
        raise DataError(
            f"{column} must hold the categories that `data.encode.{column.name}` lists. "
            f"Received: {named(column.cells, unknown)}. Add them to the list, or correct the cells."
        )
    return _coded(column.name, "ordinal", order, codes, texts, has_missing=None in texts)


def _coded(
    name: str,
    encoding: Encoding,
    categories: tuple[str, ...],
    codes: NDArray[np.integer[Any]],
    texts: Sequence[str | None],
    *,
    has_missing: bool,
) -> Feature:
    """Code each cell, whose text is the one of ``texts`` at its place in ``codes``."""
    column = FeatureColumn(name=name, encoding=encoding, categories=categories, has_missing=has_missing)
    note = (
        f"`{name}` ({' < '.join(categories[:4])}{' < ...' if len(categories) > 4 else ''})"
        if encoding == "ordinal"
        else ""
    )
    return Feature(column=column, rows=codes_of(texts, categories)[codes][:, np.newaxis], note=note)


def _date(column: Column, *, is_named: bool) -> Feature | LeftOut:
    """Take dates apart."""
    try:
        date_format = find_date_format(column.cells)
    except AmbiguousDatesError:
        if is_named:
            raise _ambiguous(column) from None
        return LeftOut(column.name, "dates whose day and month cannot be told apart; write them as 2024-05-31")
    except ValueError:
        unread = np.flatnonzero(parse_dates(column.cells, None).isna() & ~are_missing(column.cells))
        raise NoDatesError(
            f"{column} must hold dates. Received: {named(column.cells, unread)}. "
            "Write them as 2024-05-31, or leave `data.encode` out."
        ) from None
    dates = parse_dates(column.cells, date_format)
    if dates.isna().all():
        return LeftOut(column.name, "which is empty")
    values = date_parts(dates)
    has_missing = bool(dates.isna().any())
    parts = tuple(part for part in PARTS if len(np.unique(values[part][~np.isnan(values[part])])) > 1)
    if not parts:
        return LeftOut(column.name, "which is the same date in every row")
    kind = FeatureColumn(
        name=column.name, encoding="date", parts=parts, date_format=date_format, has_missing=has_missing
    )
    rows = np.column_stack([values[part] for part in parts])
    return Feature(column=kind, rows=rows, note=f"`{column.name}` ({', '.join(parts)})")


def _ambiguous(column: Column) -> DataError:
    return DataError(
        f"{column} must hold dates whose day and month can be told apart. "
        f"Received: {named(column.cells, np.arange(len(column.cells)))}. Write them as 2024-05-31."
    )


def _in_order(names: set[str]) -> list[str]:
    """Names in alphabetical order, or by value if all are numbers."""
    try:
        return sorted(names, key=float)
    except ValueError:
        return sorted(names)


def _is_constant(feature: Feature) -> bool:
    """Whether all cells are the same; a column of which some cells are missing is none."""
    rows = feature.rows
    return feature.column.encoding != "date" and bool((rows == rows[0]).all())
