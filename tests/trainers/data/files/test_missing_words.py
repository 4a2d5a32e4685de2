"""Declared words are missing in text, numbers, categories and objects, and nothing else is."""

from decimal import Decimal

import numpy as np
import pandas as pd

from trainers.data.files.missing_words import with_missing


def gone(column, *words):
    return with_missing(pd.DataFrame({"a": column}), words).a


def test_without_words_the_table_is_left_as_it_is():
    frame = pd.DataFrame({"a": [1]})
    assert with_missing(frame, ()) is frame


def test_text_must_be_the_word():
    assert gone(["?", "NA", " ?", "x"], "?").isna().tolist() == [True, False, False, False]


def test_numbers_must_be_the_number_that_the_word_spells():
    found = gone([-999, 1, 2], "-999.0", "x")
    np.testing.assert_array_equal(found, [np.nan, 1.0, 2.0])
    assert gone([-999.0, 0.5], "-999").isna().tolist() == [True, False]
    assert gone([1, 2], "3").dtype == np.int64


def test_integers_beyond_2_to_53_keep_their_digits():
    found = gone([-1, 2**60 + 1], "-1")
    assert found.isna().tolist() == [True, False]
    assert found.iloc[1] == 2**60 + 1


def test_categories_and_objects():
    found = gone(pd.Categorical(["?", "x", "y"]), "?")
    assert (found.isna().tolist(), found.cat.categories.tolist()) == ([True, False, False], ["x", "y"])
    assert gone(pd.Series([Decimal(-1), "?", 2, True], dtype=object), "?", "-1").isna().tolist() == [
        True,
        True,
        False,
        False,
    ]


def test_truth_values_are_no_numbers():
    assert gone([True, False], "1", "0").tolist() == [True, False]
