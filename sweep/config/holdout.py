"""Configuration of what is held out for validation and for the test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, Tag

from sweep.config.base_section import Section
from sweep.system.locations import with_home
from trainers import limits
from trainers.data.holdout import ByGroup, ByTime, Folds, Given, Holdout

Fraction: TypeAlias = Annotated[float, Field(**limits.VALIDATION.bounds)]


class GroupHoldout(Section):
    """Whole groups of rows, chosen by the seed."""

    group: str = Field(min_length=1, examples=["patient_id"])
    """Column with the group of each row: all rows of a group are in the same part. It is no feature."""

    fraction: Fraction = 0.2
    """Share of the rows, which the groups hold as nearly as possible."""

    @property
    def holdout(self) -> ByGroup:
        """The form of the trainers."""
        return ByGroup(self.group, self.fraction)


class TimeHoldout(Section):
    """The latest rows, the same for every seed."""

    time: str = Field(min_length=1, examples=["date"])
    """Column with the time of each row: dates, or numbers that grow with time. It is no feature."""

    fraction: Fraction = 0.2
    """Share of the rows."""

    @property
    def holdout(self) -> ByTime:
        """The form of the trainers."""
        return ByTime(self.time, self.fraction)


class FileHoldout(Section):
    """The rows of a file of their own."""

    path: Annotated[str, AfterValidator(with_home)] = Field(min_length=1, examples=["data/val.csv"])
    """The file, with the columns of `data.path`."""

    @property
    def holdout(self) -> Given:
        """The form of the trainers."""
        return Given(path=self.path)


class ColumnHoldout(Section):
    """The rows that a column names."""

    column: str = Field(min_length=1, examples=["part"])
    """The column. It is no feature."""

    value: str | int | bool = Field(examples=["val"])
    """Its cell in the rows that are held out."""

    @property
    def holdout(self) -> Given:
        """The form of the trainers."""
        return Given(column=self.column, value=str(self.value))


class FoldsHoldout(Section):
    """Cross-validation over the seeds: seed s holds out fold s mod `folds` of draw s div `folds`."""

    folds: int = Field(ge=2, le=1000, examples=[5])
    """Number of folds; as many seeds are one draw of all folds."""

    @property
    def holdout(self) -> Folds:
        """The form of the trainers."""
        return Folds(self.folds)


KINDS = {"group": "group", "time": "time", "path": "path", "column": "column", "value": "column", "folds": "folds"}
"""Key -> the kind of section that has it."""


def _tag(raw: Any) -> str:
    given = raw.model_dump() if isinstance(raw, Section) else raw
    if isinstance(given, Mapping):
        return next((kind for key, kind in KINDS.items() if key in given), "group")
    return "fraction"


AnyTest: TypeAlias = Annotated[
    Annotated[Fraction, Tag("fraction")]
    | Annotated[GroupHoldout, Tag("group")]
    | Annotated[TimeHoldout, Tag("time")]
    | Annotated[FileHoldout, Tag("path")]
    | Annotated[ColumnHoldout, Tag("column")],
    Discriminator(_tag),
]

AnyValidation: TypeAlias = Annotated[
    Annotated[Fraction, Tag("fraction")]
    | Annotated[GroupHoldout, Tag("group")]
    | Annotated[TimeHoldout, Tag("time")]
    | Annotated[FileHoldout, Tag("path")]
    | Annotated[ColumnHoldout, Tag("column")]
    | Annotated[FoldsHoldout, Tag("folds")],
    Discriminator(_tag),
]


def holdout_of(given: Any) -> Holdout:
    """Return what is held out in the form of the trainers."""
    return float(given) if isinstance(given, int | float) else given.holdout


def of_tables(given: Any) -> bool:
    """Whether what is held out is decided by a column or a file, which only a table has."""
    return isinstance(given, GroupHoldout | TimeHoldout | FileHoldout | ColumnHoldout)
