"""Settings with several objectives come in the order proposed, with the area that they dominate so far."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from sweep.analysis.objectives import objectives_of
from sweep.analysis.pareto import hypervolume


def table(rows):
    """``(loss, seconds, pruned)`` of each arm, named by its place; the front is marked by hand."""
    frame = pd.DataFrame(rows, columns=["final_val_loss_mean", "seconds_mean", "pruned", "pareto"])
    names = [str(place) for place in range(len(frame))]
    return frame.assign(arm_id=names, arm=[f"arm {name}" for name in names], diverged=0)


ROWS = [(1.0, 4.0, 0, True), (3.0, 1.0, 0, True), (0.5, 0.5, 1, False), (3.0, 4.0, 0, False), (2.0, 2.0, 0, True)]


def of(rows, order):
    return objectives_of(table(rows), order, ["val_loss", "seconds"], ["min", "min"], "final")


def test_they_are_in_the_order_proposed_and_the_leaderboard_says_which_are_on_the_front():
    found = of(ROWS, ["4", "0", "9", "3", "1", "2"])
    assert found.labels == ("arm 4", "arm 0", "arm 3", "arm 1", "arm 2")
    assert found.is_front == (True, True, False, True, False)
    assert found.values[0] == (2.0, 2.0)


def test_the_hypervolume_grows_to_the_worst_values_and_pruned_settings_count_nothing():
    # Up to (3, 4): nothing of (1, 4) and (3, 1), which lie on its edge, and 1 x 2 of (2, 2).
    assert of(ROWS, ["0", "1", "2", "3", "4"]).hypervolumes == (0.0, 0.0, 0.0, 0.0, 2.0)


def test_three_objectives_have_no_hypervolume():
    three = table(ROWS).assign(final_size_mean=1.0)
    found = objectives_of(three, ["0", "1"], ["val_loss", "seconds", "size"], ["min", "min", "max"], "final")
    assert (found.hypervolumes, found.values[0]) == ((), (1.0, 4.0, 1.0))


NUMBERS = st.sampled_from([0.0, 1.0, 2.0, 3.0, float("nan")])


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=10))
def test_it_is_that_of_all_settings_so_far(pairs):
    found = of([(*pair, 0, False) for pair in pairs], [str(place) for place in range(len(pairs))])
    values = np.array(pairs)
    known = values[np.isfinite(values).all(axis=1)]
    if not len(known):
        assert found.hypervolumes == ()
        return
    expected = [hypervolume(values[: place + 1], known.max(axis=0), ["min", "min"]) for place in range(len(values))]
    assert found.hypervolumes == tuple(expected)
