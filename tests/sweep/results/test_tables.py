"""Last, best and first-to-target of each trial equal what a plain loop over its epochs finds."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sweep.results.tables import Histories

VALUES = st.lists(st.one_of(st.integers(0, 5).map(float), st.just(math.nan)), max_size=6)


def _histories(trials):
    flat = np.array([value for trial in trials for value in trial], dtype=float)
    epochs = np.array([float(i + 1) for trial in trials for i in range(len(trial))])
    lengths = np.array([len(trial) for trial in trials], dtype=np.int64)
    return Histories({"epoch": epochs, "loss": flat, "steps": 7.0 * epochs}, lengths)


@given(st.lists(VALUES, max_size=5), st.sampled_from(["min", "max"]))
def test_summaries_equal_a_loop_over_the_epochs(trials, mode):
    past = _histories(trials)
    last, (best, epoch) = past.last("loss"), past.best("loss", mode)
    steps = past.first_reaching("loss", mode, 2.0, "steps")
    for i, values in enumerate(trials):
        np.testing.assert_equal(last[i], values[-1] if values else math.nan)
        pick = min if mode == "min" else max
        expected = math.nan if not values or any(map(math.isnan, values)) else pick(values)
        np.testing.assert_equal(best[i], expected)
        np.testing.assert_equal(epoch[i], math.nan if math.isnan(expected) else values.index(expected) + 1)
        reached = [n + 1 for n, value in enumerate(values) if (value <= 2 if mode == "min" else value >= 2)]
        np.testing.assert_equal(steps[i], 7.0 * reached[0] if reached else math.nan)
