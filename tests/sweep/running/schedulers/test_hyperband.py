"""HyperBand fills its brackets and halves them as Ray's, for the same order of reports."""

from __future__ import annotations

import numpy as np
import pytest
from ray.tune.experiment import Trial as RayTrial
from ray.tune.schedulers import HyperBandScheduler

from sweep.running.schedulers.hyperband import HyperBand
from sweep.running.schedulers.scheduler import Observation


class Stub:
    """A trial as the scheduler sees it."""

    is_saving = False

    def __init__(self, trial_id):
        self.trial_id = trial_id
        self.status = RayTrial.PENDING


class Controller:
    """Ends trials, as Tune's controller does."""

    def __init__(self, theirs):
        self.theirs = theirs

    def stop_trial(self, trial):
        self.theirs.on_trial_complete(self, trial, {})
        trial.status = RayTrial.TERMINATED


def ray_decisions(theirs, found, order):
    trials = {name: Stub(name) for name in found}
    controller = Controller(theirs)
    for trial in trials.values():
        theirs.on_trial_add(controller, trial)
    done, completed = dict.fromkeys(found, 0), set()

    def may_run(name):
        trial = trials[name]
        bracket, _ = theirs._trial_info[trial]
        return trial.status in (RayTrial.PENDING, RayTrial.RUNNING) or (
            trial.status == RayTrial.PAUSED and trial in bracket.trials_to_unpause
        )

    queue = list(order)
    while (ready := next((place for place, name in enumerate(queue) if may_run(name)), None)) is not None:
        name = queue.pop(ready)
        trial = trials[name]
        trial.status = RayTrial.RUNNING
        done[name] += 1
        result = {"training_iteration": done[name], "score": found[name][done[name] - 1]}
        if done[name] == len(found[name]):
            completed.add(name)
            trial.status = RayTrial.TERMINATED
            theirs.on_trial_complete(controller, trial, result)
            continue
        action = theirs.on_trial_result(controller, trial, result)
        trial.status = {"CONTINUE": RayTrial.RUNNING, "PAUSE": RayTrial.PAUSED, "STOP": RayTrial.TERMINATED}[action]
    return {name: ("completed" if name in completed else "pruned", done[name]) for name in found}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("factor", "length", "count"), [(3, 27, 49), (3, 9, 40), (2, 8, 23), (4, 16, 7)])
def test_the_decisions_are_those_of_ray(make_curves, make_order, replay, seed, factor, length, count):
    found = make_curves(seed, count, length)
    order = make_order(seed, dict.fromkeys(found, length))
    theirs = HyperBandScheduler(metric="score", mode="max", max_t=length, reduction_factor=factor)
    expected = ray_decisions(theirs, found, order)
    assert replay(HyperBand(reduction_factor=factor, max_t=length), found, order) == expected


def test_the_brackets_have_the_sizes_and_rungs_of_the_paper():
    """With R = 9 and η = 3 there are S = 3 brackets: 3 trials never halved, ceil(3/2·3) = 5 at 3, and 9 at 1 and 3."""
    ours = HyperBand(reduction_factor=3, max_t=9)
    assert [ours._rungs(level) for level in range(3)] == [(), (3.0,), (1.0, 3.0)]
    assert ours.points.values == (1.0, 3.0)


def test_a_trial_that_comes_later_fills_a_bracket_that_has_been_halved_only_up_to_what_is_left(make_trial):
    """The second bracket takes 5 trials and keeps 2 after epoch 3, so that a sixth trial begins the next."""
    ours = HyperBand(reduction_factor=3, max_t=9)
    first = [make_trial(number) for number in range(3)]
    two = [make_trial(number) for number in range(3, 5)]
    ours.add([*first, *two])
    assert [ours.decide([Observation(one, 3, 0.5)]) for one in two] == [["pause"], ["continue"]]
    assert ours.settle().resumed == ("t003",)
    late = make_trial(5)
    ours.add([late])
    assert ours.decide([Observation(late, 1, 0.5)]) == ["continue"]


def test_a_trial_without_a_finite_score_does_not_go_on(make_trial):
    ours = HyperBand(reduction_factor=3, max_t=9)
    trials = [make_trial(number) for number in range(8)]
    ours.add(trials)
    for one in trials[3:7]:
        assert ours.decide([Observation(one, 3, np.nan)]) == ["pause"]
    assert ours.decide([Observation(trials[7], 3, -5.0)]) == ["continue"]
    assert {end.trial_id for end in ours.settle().pruned} == {one.id for one in trials[3:7]}
