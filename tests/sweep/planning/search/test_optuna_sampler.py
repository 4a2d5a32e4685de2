"""Samplers of Optuna see the space as it is: conditional, in their own distributions, and failures as failures."""

from __future__ import annotations

import optuna
import pytest

from sweep.config.distributions import Distribution
from sweep.planning.search.levels import Level
from sweep.planning.search.method import Outcome, Proposal
from sweep.planning.search.optuna_sampler import OptunaMethod, lacking
from sweep.planning.search.streams import stream_of
from trainers.errors import UserCodeError

RATE = Distribution("log_uniform", 0.001, 1.0)
BETA = Distribution("one_minus_log_uniform", 0.9, 0.999)
TREE = {"kind": ("tree",), "rate": RATE, "depth": Distribution("int_uniform", 1, 8)}
NET = {"kind": ("net",), "rate": RATE, "beta": BETA, "size": (8, True, "8")}


def method(name="tpe", parts=(TREE, NET), modes=("min",), **arguments):
    return OptunaMethod(Level("x", parts), name, arguments, stream_of(0, "test"), modes)


def test_a_level_of_two_parts_is_one_conditional_study_of_tpe():
    made = method()
    (study,) = made._studies
    proposals = [made.propose() for _ in range(12)]
    assert {one.part for one in proposals} == {0, 1}
    for one in proposals:
        assert set(one.setting) == set((TREE, NET)[one.part])
    assert study.trials[0].distributions["rate"] == optuna.distributions.FloatDistribution(0.001, 1.0, log=True)
    assert all(trial.state.name == "RUNNING" for trial in study.trials)


@pytest.mark.parametrize("name", ["cmaes", "gp", "nsga2", "nsga3"])
def test_other_samplers_have_a_study_for_each_part_and_the_parts_take_turns(name):
    made = method(name)
    assert [made.propose().part for _ in range(4)] == [0, 1, 0, 1]


def test_outcomes_have_the_states_of_optuna():
    made = method(parts=(TREE,))
    for outcome in (
        Outcome(state="COMPLETE", values=(0.5,)),
        Outcome(state="PRUNED", values=(0.7,), epoch=3),
        Outcome(state="FAIL"),
    ):
        made.tell(made.propose(), outcome)
    complete, pruned, failed = made._studies[0].trials
    assert (complete.state.name, complete.value) == ("COMPLETE", 0.5)
    assert (pruned.state.name, pruned.intermediate_values, pruned.value) == ("PRUNED", {3: 0.7}, 0.7)
    assert (failed.state.name, failed.value) == ("FAIL", None)


def test_a_setting_from_elsewhere_is_one_of_the_study():
    made = method()
    setting = {"kind": "net", "rate": 0.25, "beta": 0.99, "size": True}
    taken = made.take(Proposal(1, setting))
    made.tell(taken, Outcome(state="COMPLETE", values=(0.1,)))
    (trial,) = made._studies[0].trials
    # 0.99 is a 1 - value of 0.01, and true the second choice although it equals 1.
    assert trial.params["beta"] == pytest.approx(0.01)
    assert (trial.params["rate"], trial.params["size"], trial.value) == (0.25, 1, 0.1)


def test_several_objectives_have_their_directions():
    made = method("nsga2", (TREE,), ("max", "min"))
    made.tell(made.propose(), Outcome(state="COMPLETE", values=(0.9, 3.0)))
    assert [one.name for one in made._studies[0].directions] == ["MAXIMIZE", "MINIMIZE"]
    assert made._studies[0].trials[0].values == [0.9, 3.0]


def test_what_has_no_such_argument_or_package_is_told():
    with pytest.raises(UserCodeError, match="n_startup"):
        method(n_startup=3)
    assert lacking("tpe") == lacking("cmaes") == ""
