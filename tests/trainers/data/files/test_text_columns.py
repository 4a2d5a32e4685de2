"""A column of text becomes numbers only if that loses nothing."""

import pyarrow as pa
import pytest

from trainers.data.files.text_columns import NumberFormat, convert, loses_meaning


def converted(cells, **written):
    return convert(pa.chunked_array([cells], type=pa.large_string()), NumberFormat(**written))


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "-2", "3"], "int64", [1, -2, 3]),
        (["1", "-2", "+3"], "double", [1.0, -2.0, 3.0]),
        (["1", None, "3"], "double", [1.0, None, 3.0]),
        ([" 1", "2 ", "  "], "double", [1.0, 2.0, None]),
        (["9007199254740993", "1"], "int64", [9007199254740993, 1]),
        (["9007199254740993", None], "large_string", None),
        (["12345678901234567890", "1"], "large_string", None),
        (["1e20", "0.5"], "double", [1e20, 0.5]),
        (["100000000000000000000.0", "0.5"], "double", [1e20, 0.5]),
        (["12345678901234567890.0", "0.5"], "large_string", None),
        (["1" * 400, "0.5"], "large_string", None),
        (["inf", "0.5"], "double", [float("inf"), 0.5]),
        (["nan", "0.5"], "large_string", None),
        (["007", "012"], "large_string", None),
        (["0", "10", "-0"], "int64", [0, 10, 0]),
        (["0x10", "0x11"], "large_string", None),
        (["1_000", "2"], "large_string", None),
        (["1.5", "x"], "large_string", None),
        (["True", "FALSE", "true"], "bool", [True, False, True]),
        (["True", None], "large_string", None),
        ([None, None], "double", [None, None]),
        (["2024-01-01", "2024-01-02"], "large_string", None),
    ],
)
def test_text_becomes_numbers_or_stays(cells, kind, values):
    found = converted(cells)
    assert str(found.type) == kind
    assert found.to_pylist() == (cells if values is None else values)


@pytest.mark.parametrize(
    ("cells", "written", "values"),
    [
        (["3,14", "-0,5", ",5"], {"decimal": ","}, [3.14, -0.5, 0.5]),
        (["3,14", "3.14"], {"decimal": ","}, None),
        (["1,925", "2"], {"thousands": ","}, [1925, 2]),
        (["1,925.5", "2"], {"thousands": ","}, [1925.5, 2.0]),
        (["1,92", "2"], {"thousands": ","}, None),
        (["1'925", "12'345'678"], {"thousands": "'"}, [1925, 12345678]),
        (["1.925,5", "2"], {"decimal": ",", "thousands": "."}, [1925.5, 2.0]),
    ],
)
def test_numbers_in_another_spelling(cells, written, values):
    assert converted(cells, **written).to_pylist() == (cells if values is None else values)


@pytest.mark.parametrize(("value", "loses"), [(0.5, False), (float("nan"), True), (2.0**53, True), (None, False)])
def test_numbers_read_at_once_are_doubted_if_the_text_may_say_more(value, loses):
    assert loses_meaning(pa.chunked_array([[1.0, value]], type=pa.float64())) is loses
