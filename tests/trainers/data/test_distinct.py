"""Each different cell of a column is held once, with its place in every row."""

import numpy as np
import pandas as pd
import pytest

from trainers.data.distinct import distinct_cells, distinct_words


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (np.array(["b", "a", "b", None, " a"], dtype=object), ["b", "a", " a", None]),
        (np.array(["b", "a", "b"], dtype=object), ["b", "a"]),
        (np.array([None, None], dtype=object), [None, None]),
        (np.array([True, True, False]), [False, True]),
        (np.array([True, True]), [True]),
        (np.array([2.5, 2.5]), [2.5, 2.5]),
        (np.array(["a", 1, "a"], dtype=object), ["a", 1, "a"]),
        (np.array([], dtype=object), []),
    ],
)
def test_the_values_at_the_codes_are_the_cells(cells, values):
    found = distinct_cells(cells)
    assert found.values.tolist() == values
    assert found.values[found.codes].tolist() == cells.tolist()


def test_the_categories_of_words_are_taken_without_those_that_no_cell_has():
    kind = pd.CategoricalDtype(["unused", "b", "a"])
    found = distinct_words(pd.Series(["a", None, "b", "a"], dtype=kind))
    assert found.values[:2].tolist() == ["b", "a"]
    assert np.isnan(found.values[2])
    assert found.codes.tolist() == [1, 2, 0, 1]


def test_other_columns_have_no_categories_of_words():
    assert distinct_words(pd.Series(["a", "b"])) is None
    assert distinct_words(pd.Series([1, 2], dtype="category")) is None


def test_cells_are_counted_by_their_values():
    found = distinct_cells(np.array(["b", "a", None, "b"], dtype=object))
    assert found.each(lambda value: value or "none").tolist() == ["b", "a", "none"]
    assert found.count(np.array([True, False, True])) == 3
