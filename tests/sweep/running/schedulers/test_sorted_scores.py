"""Quantiles of the others are NumPy's, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.running.schedulers.sorted_scores import SortedScores


@pytest.mark.parametrize("seed", range(5))
def test_quantile_and_median_of_the_others_are_those_of_numpy(seed):
    random = np.random.default_rng(seed)
    for count in range(2, 60):
        values = random.choice([0.1, 0.3, random.normal(), random.normal() * 1e-9], size=count).tolist()
        scores = SortedScores()
        for number, value in enumerate(values):
            scores.put(f"{number}", value)
        own = int(random.integers(count))
        others = values[:own] + values[own + 1 :]
        for factor in (2, 3, 4, 2.5, 7):
            percent = (1 - 1 / factor) * 100
            assert scores.quantile_of_others(f"{own}", percent / 100) == np.nanpercentile(others, percent)
        assert scores.median_of_others(f"{own}") == np.median(others)
        assert scores.median_of_others("none") == np.median(values)


def test_a_new_score_takes_the_place_of_the_last():
    scores = SortedScores()
    scores.put("a", 3.0)
    scores.put("b", 1.0)
    scores.put("a", 2.0)
    assert "a" in scores
    assert (scores.others("a"), scores.others("c")) == (1, 2)
    assert scores.median_of_others("b") == 2.0


def test_scores_to_begin_with_count_as_those_that_are_put_one_by_one():
    given = {"a": 0.7, "b": 0.1, "c": 0.4}
    scores = SortedScores(given)
    scores.put("b", 0.9)
    # Of 0.4, 0.7 and 0.9.
    assert scores.median_of_others("none") == 0.7
    assert scores.median_of_others("a") == (0.4 + 0.9) / 2
    assert given == {"a": 0.7, "b": 0.1, "c": 0.4}
