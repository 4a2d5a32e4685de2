"""Synchronous successive halving: the sizes at the rungs, worked out by hand, whatever the order of reports."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sweep.running.schedulers.scheduler import Observation, Pruned
from sweep.running.schedulers.successive_halving import SuccessiveHalving


@pytest.mark.parametrize("seed", range(10))
def test_of_8_trials_8_4_2_and_1_reach_the_rungs_and_they_are_the_best(make_order, replay, seed):
    found = {f"t{number:03}": [number / 8] * 8 for number in range(8)}
    ours = SuccessiveHalving(reduction_factor=2, max_t=8)
    ended = replay(ours, found, make_order(seed, dict.fromkeys(found, 8)))
    assert [done for _, done in ended.values()] == [1, 1, 1, 1, 2, 2, 4, 8]
    assert [status for status, _ in ended.values()] == ["pruned"] * 7 + ["completed"]


@pytest.mark.parametrize(
    ("count", "factor", "grace", "most", "expected"),
    [
        # 20/3 = 6, 20/9 = 2, and 20/27 is below one.
        (20, 3, 1, 27, {1: 14, 3: 4, 9: 1, 27: 1}),
        # 7/2 = 3 and 7/4 = 1, from the second epoch on.
        (7, 2, 2, 5, {2: 4, 4: 2, 5: 1}),
        (1, 2, 1, 4, {4: 1}),
    ],
)
def test_the_sizes_are_rounded_down_and_one_trial_is_always_left(
    make_curves, make_order, replay, count, factor, grace, most, expected
):
    found = make_curves(3, count, most)
    ours = SuccessiveHalving(grace_period=grace, reduction_factor=factor, max_t=most)
    ended = replay(ours, found, make_order(0, dict.fromkeys(found, most)))
    assert Counter(done for _, done in ended.values()) == expected


def test_equal_scores_go_on_in_the_order_of_the_plan(make_trial):
    ours = SuccessiveHalving(reduction_factor=2, max_t=4)
    trials = [make_trial(number) for number in range(4)]
    ours.add(trials)
    for one in reversed(trials):
        ours.decide([Observation(one, 1, 0.5)])
    settled = ours.settle()
    assert settled.pruned == (Pruned("t002", 1), Pruned("t003", 1))


def test_settings_are_compared_by_the_mean_of_their_seeds_whichever_come_together(make_trial):
    """Setting 0 has 0.9 and 0.2, setting 1 twice 0.6, so that setting 1 is better in the mean."""
    scores = {0: 0.9, 1: 0.2, 2: 0.6, 3: 0.6}
    for together in ([[0, 1], [2, 3]], [[0, 2], [1, 3]], [[0], [1], [2], [3]], [[3, 2, 1, 0]]):
        ours = SuccessiveHalving(reduction_factor=2, max_t=4)
        trials = [make_trial(number, number // 2, number % 2) for number in range(4)]
        ours.add(trials)
        gone = set()
        for group in together:
            found = ours.decide([Observation(trials[number], 1, scores[number]) for number in group])
            gone |= {number for number, verdict in zip(group, found, strict=True) if verdict == "prune"}
        gone |= {int(one.trial_id[1:]) for one in ours.settle().pruned}
        assert gone == {0, 1}


def test_trials_that_have_ended_are_not_waited_for_and_leave_their_places(make_trial):
    ours = SuccessiveHalving(reduction_factor=2, max_t=4)
    trials = [make_trial(number) for number in range(4)]
    ours.add(trials)
    for one, score in zip(trials[:2], (0.1, np.nan), strict=True):
        assert ours.decide([Observation(one, 1, score)]) == ["pause"]
    ours.end(trials[2], "DIVERGED")
    assert ours.settle().pruned == ()
    ours.end(trials[3], "STOPPED")
    settled = ours.settle()
    # There are two places, and one trial with a finite score.
    assert settled.resumed == ("t000",)
    assert settled.pruned == (Pruned("t001", 1),)


def test_a_report_that_passes_several_rungs_counts_at_each(make_trial):
    ours = SuccessiveHalving(reduction_factor=2, max_t=8)
    trials = [make_trial(number) for number in range(4)]
    ours.add(trials)
    for one, at, score in zip(trials, (3, 1, 1, 1), (0.9, 0.1, 0.2, 0.3), strict=True):
        ours.decide([Observation(one, at, score)])
    # It waits for the other that goes on, at the rung after 2 epochs.
    assert ours.settle().pruned == (Pruned("t001", 1), Pruned("t002", 1))
    assert ours.decide([Observation(trials[3], 2, 0.4)]) == ["prune"]
    assert ours.settle().resumed == ("t000",)
