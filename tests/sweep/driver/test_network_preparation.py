"""A sweep whose plan grows knows the workloads and the data of settings that are proposed later."""

from __future__ import annotations

from sweep import load_config
from sweep.driver.prepare import prepare

SWEEP = """
data: {name: iris}
trainer: {epochs: 2}
optimizers: {sgd: {learning_rate: {log_uniform: [1.0e-3, 1.0]}}}
space: {trainer.weight_decay: {log_uniform: [1.0e-6, 0.1]}, "data.name": [iris, wine]}
search: {method: tpe, trials: 14, arguments: {n_startup_trials: 1}}
seeds: 1
resources: {executor: inline}
"""


def test_a_workload_that_is_proposed_later_can_be_packed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.yaml").write_text(SWEEP)
    begun = prepare(load_config("x.yaml"))
    rates = begun.rates()
    plan = begun.plan
    for _ in range(3):
        plan = begun.growing.grown(plan)
    grown = begun.with_plan(plan)
    assert len(grown.workloads) == len(plan.arms) > len(begun.workloads)
    packs = grown.packs(plan.trials, rates, 1)
    assert sorted(trial.id for pack in packs for trial in pack.trials) == sorted(trial.id for trial in plan.trials)
    decays = {trial.id: trial.arm.setting["trainer.weight_decay"] for trial in plan.trials}
    for pack in packs:
        assert {decays[trial.id] for trial in pack.trials} == {pack.recipe.weight_decay}
    # All data sets that a setting may name are there from the beginning.
    assert len(begun._datasets) == 2
