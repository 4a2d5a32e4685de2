"""Each level has a scheduler of its own."""

from __future__ import annotations

from sweep.records import Arm, Trial
from sweep.running.schedulers.per_level import PerLevel
from sweep.running.schedulers.scheduler import Observation
from sweep.running.schedulers.successive_halving import SuccessiveHalving


def test_the_best_of_each_level_go_on_though_one_level_is_worse_in_all():
    ours = PerLevel("optimizer", lambda: SuccessiveHalving(reduction_factor=2, max_t=4))
    setting = {level: {"optimizer": level} for level in ("adam", "sgd")}
    trials = [
        Trial(f"{level}{number}", Arm(f"{level}{number}", "", setting[level]), 0)
        for level in setting
        for number in range(4)
    ]
    ours.add(trials)
    verdicts = ours.decide([Observation(one, 1, float(number)) for number, one in enumerate(trials)])
    assert verdicts == ["prune", "prune", "continue", "continue"] * 2
    assert ours.points.values == (1.0, 2.0)


def test_a_level_waits_for_its_own_trials_alone():
    ours = PerLevel("optimizer", lambda: SuccessiveHalving(reduction_factor=2, max_t=4))
    trials = [
        Trial(f"t{number}", Arm(f"a{number}", "", {"optimizer": "adam" if number < 2 else "sgd"}), 0)
        for number in range(4)
    ]
    ours.add(trials)
    assert ours.decide([Observation(trials[0], 1, 0.1)]) == ["pause"]
    ours.end(trials[1], "FAILED")
    assert ours.settle().resumed == ("t0",)
