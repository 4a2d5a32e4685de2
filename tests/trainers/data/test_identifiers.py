"""Which columns number or name the rows."""

from __future__ import annotations

import numpy as np
import pytest

from trainers.data import identifiers
from trainers.data.numeric import Column

ROWS = identifiers.FEWEST_ROWS
SCATTERED = np.random.default_rng(0).permutation(10 * ROWS)[:ROWS].astype(float)


def is_identifier(name, cells):
    return identifiers.is_identifier(Column(name=name, origin="x.csv", cells=np.asarray(cells)))


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        # One after another, whatever the name and wherever they begin.
        ("anything", np.arange(7.0, 7 + ROWS), True),
        # Different and scattered: only with the name of an identifier.
        ("patient_id", SCATTERED, True),
        ("customerID", SCATTERED, True),
        ("ID", SCATTERED, True),
        ("amount", SCATTERED, False),
        ("paid", SCATTERED, False),
        # Two rows share one, a value is no whole number, one is missing, or they are too few to tell.
        ("patient_id", np.append(SCATTERED[:-1], SCATTERED[0]), False),
        ("patient_id", SCATTERED + 0.5, False),
        ("patient_id", np.append(SCATTERED[:-1], np.nan), False),
        ("patient_id", np.arange(ROWS - 1.0), False),
        # pandas' name of a column without one numbers few rows as well.
        ("Unnamed: 0", np.arange(3.0), True),
        ("patient_id", np.ones(ROWS, dtype=bool), False),
    ],
)
def test_a_column_is_an_identifier_by_its_numbers_or_by_its_name(name, cells, expected):
    assert is_identifier(name, cells) is expected


def test_the_pattern_of_uuids_takes_them_with_and_without_dashes_only():
    plain = "0123456789abcdef0123456789ABCDEF"
    dashed = f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"
    for text, expected in ((plain, True), (dashed, True), (plain[:-1], False), (f"{plain[:-1]}g", False)):
        assert bool(identifiers.UUID.fullmatch(text)) is expected
