"""The front is what no other is better than, and its area is counted by rectangles."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.analysis.pareto import front, front_sentence, hypervolume

POINTS = np.array([[1.0, 5.0], [2.0, 3.0], [3.0, 4.0], [4.0, 1.0], [np.nan, 0.0], [4.0, 1.0]])


def test_the_front_is_marked_by_hand():
    assert front(POINTS, ["min", "min"]).tolist() == [True, True, False, True, False, True]
    # With large first values better, (4, 1) beats all.
    assert front(POINTS, ["max", "min"]).tolist() == [False, False, False, True, False, True]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_every_point_off_the_front_is_beaten_by_one_on_it(points):
    values = np.array(points, dtype=float)
    found = front(values, ["min", "max", "min"])
    losses = values * [1, -1, 1]
    for row, on_front in enumerate(found):
        beaten = any((losses[o] <= losses[row]).all() and (losses[o] < losses[row]).any() for o in range(len(points)))
        assert on_front != beaten


def test_the_hypervolume_is_the_area_of_the_rectangles():
    # Up to (5, 6): 4 x 1 of the first, 3 x 2 of the second, 1 x 2 of the third.
    assert hypervolume(POINTS, [5.0, 6.0], ["min", "min"]) == 4 * 1 + 3 * 2 + 1 * 2
    assert hypervolume(-POINTS, [-5.0, -6.0], ["max", "max"]) == 12
    assert hypervolume(POINTS, [1.0, 1.0], ["min", "min"]) == 0
    with pytest.raises(ValueError, match="two objectives"):
        hypervolume(np.ones((1, 3)), [2.0, 2.0, 2.0], ["min", "min", "min"])


def test_the_sentence_names_the_ends_of_the_front():
    table = pd.DataFrame(
        {
            "arm": ["a", "b", "c"],
            "final_val_accuracy_mean": [0.9, 0.8, 0.5],
            "seconds_mean": [3.0, 1.0, 2.0],
            "pareto": [True, True, False],
        }
    )
    told = front_sentence(table, ["val_accuracy", "seconds"], ["max", "min"], "final")
    assert told.startswith("2 of 3 settings are on the Pareto front of val_accuracy and seconds")
    assert told.endswith("a has the best val_accuracy, 0.9; b has the best seconds, 1.")
