"""Describes the columns of a table as a network receives them: what each holds and how it is encoded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["number", "category", "date"]
Encoding = Literal["number", "one_hot", "ordinal", "target", "date"]

MISSING = "(missing)"
"""Category of the missing cells of a column."""

MOST_CATEGORIES = 20
"""Default number of categories of a column that are told apart; rarer ones share "other"."""


@dataclass(frozen=True, kw_only=True)
class FeatureColumn:
    """A column of a table and how it becomes numbers.

    Args:
        name: of the column.
        encoding: ``number`` as it is; ``one_hot``, a feature for each category; ``ordinal``, the position of the
            category; ``target``, the mean target of the category; ``date``, its parts.
        categories: of a categorical column, in the order of their codes; `MISSING` is the last where cells are missing.
        parts: of a date, such as ``month``.
        date_format: of a date, as for ``datetime.strptime``; None for ISO 8601 and typed dates.
        has_missing: whether a cell of the table is missing; the feature ``... missing`` says which, but for one-hot
            and target encoding, where missing cells are a category.
    """

    name: str
    encoding: Encoding
    categories: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    date_format: str | None = None
    has_missing: bool = False

    @property
    def stored(self) -> tuple[str, ...]:
        """Names of the numbers that are stored for a cell: one, or one for each part of a date."""
        return tuple(f"{self.name}.{part}" for part in self.parts) if self.encoding == "date" else (self.name,)

    @property
    def has_indicator(self) -> bool:
        """Whether a feature says which cells are missing."""
        return self.has_missing and self.encoding in ("number", "ordinal", "date")

    def width(self, most_categories: int, outputs: int) -> int:
        """Number of features that the column becomes."""
        if self.encoding == "one_hot":
            return min(len(self.categories), most_categories)
        if self.encoding == "target":
            return outputs
        return len(self.stored) + self.has_indicator


@dataclass(frozen=True, kw_only=True)
class TableSchema:
    """The columns of a table that are features.

    Args:
        columns: one or more, in the order of the table.
        most_categories: number of features of a one-hot column at most; the last of these is then "other".
        outputs: number of features of a target-encoded column: the classes of a multiclass task, else 1.
    """

    columns: tuple[FeatureColumn, ...]
    most_categories: int = MOST_CATEGORIES
    outputs: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def stored(self) -> tuple[str, ...]:
        """Names of the F numbers that are stored for a row."""
        return tuple(name for column in self.columns for name in column.stored)

    @property
    def width(self) -> int:
        """Number of features D of an encoded row."""
        return sum(column.width(self.most_categories, self.outputs) for column in self.columns)

    @property
    def is_plain(self) -> bool:
        """Whether all columns are numbers without missing cells, which need no encoding."""
        return all(column.encoding == "number" and not column.has_missing for column in self.columns)

    def as_mapping(self) -> dict[str, Any]:
        """Return nested mappings of JSON types, from which `from_mapping` makes it again."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, saved: Mapping[str, Any]) -> TableSchema:
        """Make a schema from what `as_mapping` has returned."""
        columns = tuple(
            FeatureColumn(**{**one, "categories": tuple(one["categories"]), "parts": tuple(one["parts"])})
            for one in saved["columns"]
        )
        return cls(columns=columns, most_categories=saved["most_categories"], outputs=saved["outputs"])


@dataclass(frozen=True, kw_only=True)
class ColumnSummary:
    """What was found in a column of a table.

    Args:
        name: of the column.
        role: ``feature``, ``left out``, ``target`` or ``split``, which decides the parts.
        encoding: of a feature, such as ``one_hot``; None for another column.
        categories: number of categories of a feature that has some; None for another column.
        missing: number of rows without a value.
        distinct: number of different values.
        reason: why it is left out; None for another column.
    """

    name: str
    role: str
    encoding: str | None = None
    categories: int | None = None
    missing: int = 0
    distinct: int = 0
    reason: str | None = None


def codes_of(texts: Sequence[str | None], categories: Sequence[str]) -> NDArray[np.float64]:
    """Return the position of each text among the categories; NaN for one that is not among them.

    Args:
        texts: (N,) text, or None for a missing cell.
        categories: different texts.

    Returns:
        (N,) float64.

    >>> codes_of(["b", None, "x"], ["a", "b", "(missing)"]).tolist()
    [1.0, 2.0, nan]
    """
    position = {text: float(code) for code, text in enumerate(categories)}
    missing = position.get(MISSING, np.nan)
    return np.array([missing if text is None else position.get(text, np.nan) for text in texts], dtype=np.float64)
