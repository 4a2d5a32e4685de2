"""Reads the target column as classes or as numbers, and refuses columns where the choice is not clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from trainers.data.cells import Kind, named
from trainers.data.dataset import Floats
from trainers.data.numeric import Column, finite_numbers, read_numbers, require_present, whole_numbers
from trainers.errors import DataError

Task = Literal["auto", "classification", "regression"]
MOST_CLASSES = 20


@dataclass(frozen=True, eq=False)
class Classes:
    """The class of each example.

    Args:
        labels: (N,) indices into ``names``.
        names: class names, in their order.
    """

    labels: NDArray[np.int64]
    names: tuple[str, ...]


def is_classification(targets: NDArray[Any], task: Task) -> bool:
    """Decide the task of a numeric target: ``auto`` is classification for few distinct integers.

    **Variant.** Few is at most `MOST_CLASSES`. A target of words or booleans is always classification
    unless ``task`` says otherwise.

    Args:
        targets: (N,), finite.
        task: as given by the user.

    >>> is_classification(np.array([1.0, 2.0, 2.0]), "auto"), is_classification(np.array([1.5, 2.0]), "auto")
    (True, False)
    """
    if task != "auto":
        return task == "classification"
    return whole_numbers(targets) is not None and len(np.unique(targets)) <= MOST_CLASSES


def read_target(column: Column, task: Task) -> Classes | Floats:
    """Read the target column.

    **Variant.** Words are classes, including words that elsewhere mean a missing value, such as None; in a column
    that is otherwise numeric these are missing values. A column that mixes words with numbers or dates is refused
    if half of its cells or more, or more than `MOST_CLASSES` distinct values, are numbers or dates, unless ``task``
    is classification.

    Args:
        column: N cells.
        task: as given by the user.

    Returns:
        The classes, or (N,) float64.

    Raises:
        DataError: naming the cells that cannot be used, with their rows, and what they should be.
    """
    if task == "regression":
        return read_numbers(column)
    cells = column.cells
    if cells.dtype.kind == "b":
        return _classes_from_text(column)
    if cells.dtype.kind in "iuf":
        return _read_numeric(column, task)
    _refuse_cells(column, column.are(Kind.OTHER))
    is_number = column.are(Kind.NUMBER)
    if is_number.any() and not column.are(Kind.WORD, Kind.DISGUISED).any():
        require_present(column, column.are(Kind.EMPTY, Kind.MISSING_WORD))
        return _read_numeric_text(column, task) if column.is_typed and _is_text(cells) else _read_numeric(column, task)
    _require_class(column, column.are(Kind.EMPTY))
    if task == "auto":
        _refuse_amounts(column, is_number | column.are(Kind.DISGUISED), ~is_number)
    return _classes_from_text(column)


def reason_of_task(column: Column, target: Classes | Floats, task: Task) -> str:
    """Say what is predicted and why, for the plan; empty where the user has said it.

    Args:
        column: the target column.
        target: as `read_target` has read it.
        task: as given by the user.

    >>> column = Column(name="y", origin="a.csv", cells=np.array([1, 2, 2, 1]))
    >>> reason_of_task(column, read_target(column, "auto"), "auto")
    'classification, as `y` has 2 different whole numbers (`data.task: regression` predicts amounts)'
    """
    if task != "auto":
        return ""
    if not isinstance(target, Classes):
        distinct = len(np.unique(target))
        return (
            f"regression, as `{column.name}` has {distinct:,} different numbers (`data.task: classification` makes "
            "each a class)"
        )
    is_text = column.cells.dtype.kind == "b" or any(isinstance(cell, str | bool) for cell in column.cells[:1].tolist())
    if is_text or column.cells.dtype.kind not in "iufO":
        return f"classification, as `{column.name}` has {len(target.names):,} different words"
    return (
        f"classification, as `{column.name}` has {len(target.names):,} different whole numbers "
        "(`data.task: regression` predicts amounts)"
    )


def _read_numeric(column: Column, task: Task) -> Classes | Floats:
    """Read numeric cells; integers become classes named by all their digits."""
    floats = finite_numbers(column)
    exact = whole_numbers(column.cells)
    values = floats if exact is None else exact
    if not is_classification(values, task):
        return read_numbers(column)
    distinct, labels = np.unique(values, return_inverse=True)
    names = tuple(
        str(int(value)) if exact is not None or value == np.floor(value) else repr(float(value)) for value in distinct
    )
    way_out = "Say `task: regression` if these are amounts, or give more examples."
    _require_two_each(column, labels, names, way_out)
    return Classes(labels, names)


def _read_numeric_text(column: Column, task: Task) -> Classes | Floats:
    """Read numbers stored as text: few distinct integers become classes named by their text."""
    floats = finite_numbers(column)
    exact = whole_numbers(column.cells)
    if not is_classification(floats if exact is None else exact, task):
        first = named(column.cells, np.arange(len(column.cells)))
        raise DataError(
            f"{column} must hold numbers as numbers, or words. Received: {first}, all of them text. "
            f"Save it as numbers to predict amounts, or {column.without}."
        )
    return _classes_from_text(column)


def _classes_from_text(column: Column) -> Classes:
    texts = column.distinct.each(str).tolist()
    names = sorted(set(texts))
    place = {name: at for at, name in enumerate(names)}
    labels = np.array([place[text] for text in texts], dtype=np.int64)[column.distinct.codes]
    _refuse_alike(column, names, labels)
    _require_two_each(column, labels, names, "Give more examples, or leave the class out.")
    return Classes(labels, tuple(names))


def _refuse_alike(column: Column, names: Sequence[str], labels: NDArray[np.int64]) -> None:
    """Refuse classes whose names differ by blanks or case alone, which are one class written in two ways."""
    known: dict[str, str] = {}
    for name in names:
        other = known.setdefault(name.strip().casefold(), name)
        if other != name:
            rows = [int((labels == names.index(each)).argmax()) + 1 for each in (other, name)]
            raise DataError(
                f"{column}, the target, must hold classes that differ by more than blanks and capitals. "
                f"Received: {other!r} in row {rows[0]} and {name!r} in row {rows[1]} (the first row is 1). "
                "Write the class alike in all rows, or rename one if they are two classes."
            )


def _refuse_cells(column: Column, wrong: NDArray[np.bool_]) -> None:
    if wrong.any():
        raise DataError(
            f"{column} must hold numbers or text. Received: {named(column.cells, np.flatnonzero(wrong))}. "
            "Save a number or a word for each row."
        )


def _require_class(column: Column, missing: NDArray[np.bool_]) -> None:
    if missing.any():
        raise DataError(
            f"{column}, the target, must have a value in every row. "
            f"Received: {named(column.cells, np.flatnonzero(missing))}. Fill in or drop the rows."
        )


def _refuse_amounts(column: Column, is_amount: NDArray[np.bool_], odd: NDArray[np.bool_]) -> None:
    """Refuse a numeric column in which some cells are not numbers: such a column does not hold classes."""
    amounts = set(map(str, column.cells[is_amount]))
    if 2 * int(is_amount.sum()) < len(column.cells) and len(amounts) <= MOST_CLASSES:
        return
    plain = int((~odd).sum())
    what = f"{plain:,} cells are numbers, and these are not" if plain else "these look like amounts or dates"
    # A file of text has separators that a user can name.
    separators = "" if column.is_typed else ", name their separators by `data.thousands` and `data.decimal`"
    raise DataError(
        f"{column}, the target, must hold numbers alone or words alone ({what}). "
        f"Received: {named(column.cells, np.flatnonzero(odd))}. "
        f"Write them as plain numbers such as 1925.5{separators}, drop the rows, or {column.without}."
    )


def _require_two_each(column: Column, labels: NDArray[Any], classes: Sequence[str], way_out: str) -> None:
    counts = np.bincount(labels)
    if len(classes) > 1 and counts.min() < 2:
        raise DataError(
            f"every class of `{column.origin}` must have at least 2 examples, one to train on and one to validate. "
            f"Received: 1 of class `{classes[int(counts.argmin())]}`. {way_out}"
        )


def _is_text(cells: NDArray[Any]) -> bool:
    return all(isinstance(cell, str) for cell in cells)
