"""A column becomes finite numbers of which none is changed, or is refused with its cells and rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trainers.data.numeric import Column, count_distinct, is_finite, read_numbers, whole_numbers
from trainers.errors import DataError


def column(*cells: object, is_target: bool = False) -> Column:
    objects = np.empty(len(cells), dtype=object)
    objects[:] = cells
    return Column(name="x", origin="a.csv", cells=objects, is_typed=False, is_target=is_target)


@example([1.7976931348623157e308, -1e300])
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6, unique=True))
def test_the_text_of_a_number_is_read_as_that_number(numbers: list[float]) -> None:
    assert read_numbers(column(*map(repr, numbers))).tolist() == numbers


def test_true_is_one_and_false_is_zero() -> None:
    assert read_numbers(column(True, False)).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("1", "NA", "3"), "the text 'NA' counts as missing. Received: 'NA' in row 2"),
        (("1", "2", ""), "Received: an empty cell in row 3"),
        (("1,925", "2"), "must hold numbers. Received: '1,925' in row 1"),
        (("1", "inf"), "Received: 'inf' in row 2"),
        ((10**400, 1), "in row 1"),
    ],
)
def test_a_cell_that_is_no_finite_number_is_named_with_its_row(cells: tuple[object, ...], said: str) -> None:
    with pytest.raises(DataError) as refused:
        read_numbers(column(*cells))
    assert said in str(refused.value)


def test_whole_numbers_that_float64_cannot_tell_apart_are_refused() -> None:
    # 2 ** 53 + 1 lies half way between two numbers of float64, and is rounded to 2 ** 53.
    with pytest.raises(DataError, match=r"9007199254740992 in row 1, 9007199254740993 in row 3"):
        read_numbers(column(2**53, 5, 2**53 + 1))
    assert read_numbers(column(2**53, 2**53 + 2)).tolist() == [2.0**53, 2.0**53 + 2]


@given(st.lists(st.integers(-(10**30), 10**30), min_size=1, max_size=5))
def test_whole_numbers_are_exact_whatever_their_size(numbers: list[int]) -> None:
    cells = column(*map(str, numbers)).cells
    found = whole_numbers(cells)
    assert found is not None
    assert found.tolist() == numbers
    assert whole_numbers(column(*map(str, numbers), "0.5").cells) is None


@pytest.mark.parametrize(
    "values",
    [
        np.array([0.25, -1.5, 0.25, 100.0]),
        np.array([1e308, -1e308, 1e308]),
        np.array([np.inf, -np.inf, 1.0, np.inf]),
        np.array([np.inf, np.inf]),
        np.array([0.0, -0.0, 0.1, 0.1 + 2**-55]),
        np.array([2**62, 2**62 + 1, -(2**62), 2**62]),
        np.array([2**64 - 1, 2**64 - 2, 2**64 - 1], dtype=np.uint64),
        np.array([-128, 127, -128], dtype=np.int8),
        np.array([0.5, 0.25, 0.5], dtype=np.float16),
        np.array([True, False, True]),
        np.array([], dtype=np.float64),
        np.random.default_rng(0).normal(size=500),
        np.random.default_rng(0).normal(size=5000).round(3),
        np.random.default_rng(0).integers(-20, 20, 500),
    ],
)
def test_different_numbers_are_counted_as_a_set_counts_them(values):
    assert count_distinct(values) == len(set(values.tolist()))


def test_a_number_that_is_not_finite_is_seen_among_others():
    assert is_finite(np.array([1e308, -1e308]))
    for odd in (np.nan, np.inf, -np.inf):
        assert not is_finite(np.array([0.0, odd, 1.0]))
