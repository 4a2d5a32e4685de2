"""A plan grows by what a search proposes, and keeps what it had."""

from __future__ import annotations

from sweep.config import SweepConfig
from sweep.planning.growing import identity_of_search, searched
from sweep.planning.own_plan import OwnArms, plan_own
from sweep.planning.search.method import Outcome

OWN = {
    "trainer": {"command": ["train", "{rate}"], "epochs": 2},
    "metric": {"name": "loss"},
    "space": {"kind": ["a", "b"], "rate": {"uniform": [0, 1]}},
    "search": {"method": "tpe", "trials": 12, "at_once": 1},
    "seeds": 2,
}


def config(**changes):
    return SweepConfig.model_validate({**OWN, **changes})


def begun(sweep):
    arms = OwnArms(sweep)
    return searched(sweep, arms, lambda settings: plan_own(sweep, arms, settings))


def test_a_plan_keeps_its_arms_and_counts_what_is_to_come():
    plan, growing = begun(config())
    assert (len(plan.arms), plan.pending, plan.expected_trials) == (10, {"all settings": 2}, 24)
    for arm in plan.arms:
        growing.tell(arm.setting, Outcome(state="COMPLETE", values=(arm.setting["rate"],)))
    grown = growing.grown(plan)
    assert grown.arms[:10] == plan.arms
    assert grown.trials[:20] == plan.trials
    assert (grown.hash, len(grown.arms), grown.pending) == (plan.hash, 11, {"all settings": 1})
    assert grown.design.budgets == {"all settings": 11}
    last = growing.grown(grown)
    assert (len(last.arms), last.pending, last.expected_trials) == (12, {}, 24)
    assert growing.grown(last).arms == last.arms


def test_a_search_is_the_same_with_more_trials_and_another_with_another_seed():
    same = identity_of_search(config())
    assert identity_of_search(config(search={"method": "tpe", "trials": 99})) == same
    assert identity_of_search(config(search={"method": "tpe", "trials": 12, "seed": 1})) != same
    assert identity_of_search(config(where=["rate < 0.5"])) != same


def test_a_grid_does_not_grow():
    plan, growing = begun(config(space={"rate": [0.1, 0.2]}, search={}))
    assert (len(plan.arms), growing) == (2, None)
