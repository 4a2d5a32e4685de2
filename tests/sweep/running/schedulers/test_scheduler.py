"""Rungs, and what can be compared."""

from __future__ import annotations

import pytest

from sweep.running.schedulers.scheduler import Observation, rungs


@pytest.mark.parametrize(("score", "is_sound"), [(0.0, True), (float("nan"), False), (float("-inf"), False)])
def test_only_finite_scores_are_compared(make_trial, score, is_sound):
    assert Observation(make_trial(0), 1.0, score).is_sound is is_sound


def test_the_end_of_a_trial_is_no_rung():
    assert rungs(1, 3, 9) == (1.0, 3.0)
    assert rungs(4, 2, 5) == (4.0,)
    assert rungs(1, 2, 8, bracket=3) == ()
