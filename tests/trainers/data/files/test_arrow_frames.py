"""Columns of Arrow keep their values in pandas."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from trainers.data.files.arrow_frames import frame_of


@pytest.mark.parametrize(
    ("column", "kind", "values"),
    [
        (pa.array([1, 2]), "int64", [1, 2]),
        (pa.array([1, None]), "float64", [1.0, None]),
        (pa.array([2**53 + 1, None]), "object", [2**53 + 1, None]),
        (pa.array([-(2**60), None]), "object", [-(2**60), None]),
        (pa.array([0.5, None]), "float64", [0.5, None]),
        (pa.array([None, None], pa.int64()), "float64", [None, None]),
        (pa.array([True, None]), "object", [True, None]),
        (pa.array(["NA", None]), "str", ["NA", None]),
        (pa.array([Decimal("0.1"), None]), "object", [Decimal("0.1"), None]),
    ],
)
def test_a_column_keeps_its_values(column, kind, values):
    found = frame_of({"a": pa.chunked_array([column])}).a
    assert str(found.dtype) == kind
    assert [None if missing else cell for cell, missing in zip(found, found.isna(), strict=True)] == values


def test_columns_are_let_go_as_they_are_converted():
    columns = {"a": pa.chunked_array([[1]]), "b": pa.chunked_array([["x"]])}
    frame = frame_of(columns)
    assert (columns, list(frame)) == ({}, ["a", "b"])
    np.testing.assert_array_equal(frame.a, [1])
