"""Asynchronous successive halving decides as Ray's, for the same order of reports."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from ray.tune.schedulers import AsyncHyperBandScheduler

from sweep.running.schedulers.asha import AsyncSuccessiveHalving
from sweep.running.schedulers.scheduler import Observation


def ray_decisions(theirs, found, order):
    """How each trial ends under Ray's scheduler, and after how many reports."""
    trials = {name: SimpleNamespace(trial_id=name) for name in found}
    for trial in trials.values():
        theirs.on_trial_add(None, trial)
    done, state = dict.fromkeys(found, 0), dict.fromkeys(found, "running")
    for name in order:
        if state[name] != "running":
            continue
        done[name] += 1
        result = {"training_iteration": done[name], "score": found[name][done[name] - 1]}
        if done[name] == len(found[name]):
            theirs.on_trial_complete(None, trials[name], result)
            state[name] = "completed"
        elif theirs.on_trial_result(None, trials[name], result) == "STOP":
            state[name] = "pruned"
    return {name: (state[name], done[name]) for name in found}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("grace", "factor", "length"), [(1, 3, 27), (1, 2, 16), (2, 4, 20), (1, 2.5, 30)])
def test_the_decisions_are_those_of_ray(make_curves, make_order, replay, seed, grace, factor, length):
    found = make_curves(seed, 30, length)
    order = make_order(seed, dict.fromkeys(found, length))
    theirs = AsyncHyperBandScheduler(
        metric="score", mode="max", max_t=length, grace_period=grace, reduction_factor=factor
    )
    ours = AsyncSuccessiveHalving(grace_period=grace, reduction_factor=factor, max_t=length)
    expected = ray_decisions(theirs, found, order)
    assert replay(ours, found, order) == expected
    assert {"pruned", "completed"} == {status for status, _ in expected.values()}


@pytest.mark.parametrize("seed", range(4))
def test_the_decisions_are_those_of_ray_with_several_brackets(make_curves, make_order, replay, seed, monkeypatch):
    found = make_curves(seed, 40, 27)
    order = make_order(seed, dict.fromkeys(found, 27))
    ours = AsyncSuccessiveHalving(grace_period=1, reduction_factor=3, max_t=27, brackets=3, seed=seed)
    mine = replay(ours, found, order)
    chosen = iter(ours._bracket_of[name] for name in found)
    monkeypatch.setattr("ray.tune.schedulers.async_hyperband.np.random.choice", lambda *args, **options: next(chosen))
    theirs = AsyncHyperBandScheduler(
        metric="score", mode="max", max_t=27, grace_period=1, reduction_factor=3, brackets=3
    )
    assert mine == ray_decisions(theirs, found, order)
    assert len(set(ours._bracket_of.values())) == 3


def test_a_trial_without_a_finite_score_is_pruned_and_counts_for_nobody(make_trial):
    ours = AsyncSuccessiveHalving(reduction_factor=2, max_t=8)
    trials = [make_trial(number) for number in range(3)]
    ours.add(trials)
    assert ours.decide([Observation(trials[0], 1, np.nan)]) == ["prune"]
    assert ours.decide([Observation(trials[1], 1, 0.1)]) == ["continue"]
    assert ours.decide([Observation(trials[2], 1, 0.2)]) == ["continue"]


def test_trials_that_report_together_are_compared_with_each_other_whatever_their_order(make_trial):
    scores = [0.1, 0.4, 0.2, 0.3]
    for order in ([0, 1, 2, 3], [3, 2, 1, 0]):
        ours = AsyncSuccessiveHalving(reduction_factor=2, max_t=8)
        trials = [make_trial(number) for number in range(4)]
        ours.add(trials)
        found = ours.decide([Observation(trials[number], 1, scores[number]) for number in order])
        # The medians of the other three are 0.3, 0.2, 0.3 and 0.2.
        assert dict(zip(order, found, strict=True)) == {0: "prune", 1: "continue", 2: "prune", 3: "continue"}


def test_a_bracket_is_drawn_from_the_seed_alone(make_trial):
    trials = [make_trial(number) for number in range(50)]
    found = []
    for seed in (0, 0, 1):
        ours = AsyncSuccessiveHalving(reduction_factor=3, max_t=27, brackets=3, seed=seed)
        ours.add(trials)
        found.append(dict(ours._bracket_of))
    assert found[0] == found[1] != found[2]
    # Chosen with weights 1 : 1/e : 1/e².
    assert sum(bracket == 0 for bracket in found[0].values()) > 20
