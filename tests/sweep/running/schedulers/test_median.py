"""The median rule decides as Ray's, for the same order of reports."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from ray.tune.schedulers import MedianStoppingRule

from sweep.running.schedulers.median import MedianStopping
from sweep.running.schedulers.scheduler import Observation

CONTROLLER = SimpleNamespace(get_live_trials=list)


class RayTrial:
    """What the rule asks of a trial."""

    def __init__(self, trial_id):
        self.trial_id = trial_id


def ray_decisions(theirs, found, order):
    trials = {name: RayTrial(name) for name in found}
    done, state = dict.fromkeys(found, 0), dict.fromkeys(found, "running")
    for name in order:
        if state[name] != "running":
            continue
        done[name] += 1
        result = {"training_iteration": done[name], "score": found[name][done[name] - 1]}
        if done[name] == len(found[name]):
            theirs.on_trial_complete(CONTROLLER, trials[name], result)
            state[name] = "completed"
        elif theirs.on_trial_result(CONTROLLER, trials[name], result) == "STOP":
            state[name] = "pruned"
    return {name: (state[name], done[name]) for name in found}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("grace", "least"), [(1, 3), (4, 1), (3, 8)])
def test_the_decisions_are_those_of_ray(make_curves, make_order, replay, seed, grace, least):
    found = make_curves(seed, 25, 20)
    order = make_order(seed, dict.fromkeys(found, 20))
    theirs = MedianStoppingRule(
        time_attr="training_iteration", metric="score", mode="max", grace_period=grace, min_samples_required=least
    )
    expected = ray_decisions(theirs, found, order)
    assert replay(MedianStopping(grace_period=grace, min_samples_required=least), found, order) == expected
    assert {"pruned", "completed"} == {status for status, _ in expected.values()}


@pytest.mark.parametrize("seed", range(4))
def test_scores_whose_sums_are_rounded_are_compared_as_by_ray(make_order, replay, seed):
    """The scores of a trial are constant, so that only the rounding of a mean tells them from it."""
    random = np.random.default_rng(seed)
    found = {f"t{number:03}": [float(random.choice([0.1, 0.3, 0.7]))] * 30 for number in range(20)}
    order = make_order(seed, dict.fromkeys(found, 30))
    theirs = MedianStoppingRule(time_attr="training_iteration", metric="score", mode="max", grace_period=1)
    assert replay(MedianStopping(), found, order) == ray_decisions(theirs, found, order)


def test_a_trial_counts_for_another_only_up_to_where_that_one_is(make_trial):
    one, other = make_trial(0), make_trial(1)
    ours = MedianStopping(min_samples_required=1)
    for at, score in ((1.0, 0.5), (2.0, 0.9), (4.0, 0.9)):
        ours.observe(Observation(other, at, score))
    # Up to 1 the other has 0.5, up to 3 the mean of 0.5 and 0.9.
    assert ours.decide([Observation(one, 1.0, 0.5)]) == ["continue"]
    assert ours.decide([Observation(one, 3.0, 0.6)]) == ["prune"]


def test_a_score_that_is_not_finite_is_left_out_of_the_means_and_a_trial_without_any_is_pruned(make_trial):
    one, other, third = make_trial(0), make_trial(1), make_trial(2)
    ours = MedianStopping(min_samples_required=1)
    for at, score in ((1.0, 0.2), (2.0, np.nan)):
        ours.observe(Observation(other, at, score))
    assert ours.decide([Observation(one, 2.0, 0.25)]) == ["continue"]
    assert ours.decide([Observation(third, 2.0, np.nan)]) == ["prune"]
