"""Tells columns that number or name the rows of a table from those that say something about them."""

from __future__ import annotations

import re

import numpy as np

from trainers.data.cells import Kind
from trainers.data.numeric import Column, finite_numbers, whole_numbers

FEWEST_ROWS = 20
"""Below this many rows different cells do not tell an identifier from a number, nor free text from a category."""

UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
"""A universally unique identifier, with or without dashes."""

UNNAMED = "Unnamed: "
"""How pandas begins the name of a column that has none, which numbers the rows as a rule."""

_IDENTIFIER_NAME = re.compile(r"(?i:(^|[_\s.-])(id|ids|uid|uuid|guid|key|index|rowid)$)|[a-z]I[dD]$")


def is_identifier(column: Column) -> bool:
    """Whether a column numbers the rows: different whole numbers, one after another or with an identifier's name."""
    cells = column.cells
    if (len(cells) < FEWEST_ROWS and not column.name.startswith(UNNAMED)) or cells.dtype.kind == "b":
        return False
    if cells.dtype.kind == "f" and np.isnan(cells).any():
        return False
    if cells.dtype.kind == "O" and set(column.kinds) != {Kind.NUMBER}:
        return False
    finite_numbers(column)
    if cells.dtype.kind == "f" and whole_numbers(cells[:FEWEST_ROWS]) is None:
        return False
    exact = whole_numbers(cells)
    if exact is None:
        return False
    if (np.diff(exact) == 1).all():
        return True
    return _IDENTIFIER_NAME.search(column.name) is not None and len(set(exact.tolist())) == len(exact)
