"""Trials with different networks, data and precision train in one sweep, with the numbers of a sweep of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sweep import load_config
from sweep.config import SweepConfig
from sweep.driver.estimate import estimate
from sweep.driver.power_estimate import probe_spread
from sweep.driver.prepare import NetworkPreparation, prepare
from sweep.driver.run import run
from sweep.driver.workloads import MOST_MEASURED
from sweep.errors import ConfigError, DataError, ResourceError
from sweep.planning.cost import Rates
from sweep.planning.workload import workload_key

BASE = {
    "data": {"name": "iris"},
    "network": {"hidden": [6]},
    "trainer": {"epochs": 3},
    "optimizers": {"sgd": {"learning_rate": [0.1, 0.2]}, "adam": {"learning_rate": 0.01}},
    "seeds": 2,
    "resources": {"executor": "inline"},
    "tracking": {"enabled": False},
    "report": False,
}


def sweep(**changes):
    return SweepConfig.model_validate({**BASE, **changes})


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_packs_hold_trials_of_one_workload_with_its_recipe_and_data():
    space = {"network.hidden": [[4], [8, 8]], "data.name": ["iris", "wine"], "trainer.dtype": ["float32", "float64"]}
    preparation = prepare(sweep(space=space))
    packs = preparation.packs(preparation.plan.trials, Rates({64: 1e-6}, 0.0), 1)
    assert len(packs) == len(preparation.workloads) == 8
    datasets = preparation.source(Path("results"), 0.0).datasets
    assert [data.shape.features for data in datasets] == [4, 13]
    for pack in packs:
        (setting,) = {workload_key(trial.arm.setting): trial.arm.setting for trial in pack.trials}.values()
        assert list(pack.recipe.network.hidden) == setting["network.hidden"].value
        assert pack.recipe.dtype == setting["trainer.dtype"]
        assert datasets[pack.dataset].shape.features == {"iris": 4, "wine": 13}[setting["data.name"]]
    assert sorted(trial.id for pack in packs for trial in pack.trials) == sorted(t.id for t in preparation.plan.trials)


def test_the_numbers_of_a_trial_are_those_of_a_sweep_of_its_own_bit_for_bit():
    space = {"network.hidden": [[4], [6]], "network.activation": ["relu", "tanh"], "data.validation": [0.2, 0.4]}
    many = run(sweep(space={**space, "trainer.weight_decay": [0, 0.1]}, name="many"))
    alone = run(
        sweep(
            network={"hidden": [4], "activation": "tanh"},
            data={"name": "iris", "validation": 0.4},
            trainer={"epochs": 3, "weight_decay": 0.1},
            name="alone",
        )
    )
    assert len(many.trials) == 16 * len(alone.trials) == 16 * 6
    epochs = many.epochs[many.epochs.trial_id.isin(alone.epochs.trial_id)].reset_index(drop=True)
    assert len(epochs) == len(alone.epochs) == 6 * 3
    for name in ("val_loss", "train_loss", "gradient_norm"):
        np.testing.assert_array_equal(epochs[name], alone.epochs[name])


def test_the_table_of_the_trials_has_a_column_for_each_dotted_key():
    trials = run(sweep(space={"network.hidden": [[], [8]], "data.normalise": ["none", "minmax"]})).trials
    assert set(trials["network.hidden"]) == {"[]", "[8]"}
    assert set(trials["data.normalise"]) == {"none", "minmax"}


def test_wider_networks_are_known_to_cost_more():
    preparation = prepare(sweep(data={"name": "digits"}, space={"network.hidden": [[4], [1024, 1024]]}))
    rates = preparation.rates()
    small, large = (rates.of(workload.key).step_seconds[64] for workload in preparation.workloads)
    assert large > 10 * small
    trials = preparation.plan.trials
    few, many = ([t for t in trials if t.arm.setting["network.hidden"].value == [n] * (1 + (n > 4))] for n in (4, 1024))
    assert preparation.seconds(many, rates) > 10 * preparation.seconds(few, rates)
    packs = preparation.packs(trials, rates, 2)
    assert packs[0].recipe.network.hidden == (1024, 1024)


def test_only_what_costs_something_else_is_measured_and_never_too_much(monkeypatch):
    measured = []

    def measure(recipe, shape, sizes, budget, widest):
        measured.append((recipe.network.hidden, sizes, budget))
        return Rates({size: float(len(measured)) for size in sizes}, 0.0)

    monkeypatch.setattr("sweep.driver.workloads.measure_rates", measure)
    space = {"network.hidden": [[4], [8]], "network.init": ["he", "zeros"], "trainer.weight_decay": [0, 0.1]}
    rates = prepare(sweep(space=space)).rates()
    assert measured == [((4,), (64,), 0.025), ((8,), (64,), 0.025)]
    assert len(rates.others) == 7
    measured.clear()
    preparation = prepare(sweep(space={"network.hidden": [[width] for width in range(1, 101)]}))
    rates = preparation.rates()
    assert len(measured) == MOST_MEASURED
    assert [measured[0][0], measured[-1][0]] == [(1,), (100,)]
    # The rates of the others are those of the nearest width that was measured: 1, 10, 19, 28, ...
    assert rates.of(preparation.workloads[4].key).step_seconds[64] == 1.0
    assert rates.of(preparation.workloads[8].key).step_seconds[64] == 2.0


def test_the_memory_of_a_worker_is_that_of_the_largest_trials_and_all_data(monkeypatch):
    monkeypatch.setattr(NetworkPreparation, "rates", lambda self: Rates({64: 1e-9}, 0.0))
    small = estimate(prepare(sweep(data={"name": "wine"}, network={"hidden": [2000]}))).worker_bytes
    union = [{"data.name": "wine", "network.hidden": [[2000]]}, {"data.name": "iris", "network.hidden": [[4]]}]
    both = estimate(prepare(sweep(space=union))).worker_bytes
    assert both == small + 8 * 150 * 4


def test_a_network_of_the_space_that_does_not_fit_is_refused_by_its_key():
    with pytest.raises(ResourceError, match=r"^`space\.network\.hidden` must make trials that fit the memory"):
        prepare(sweep(space={"network.hidden": [[8], [200_000, 30_000]]}))


def test_the_place_of_a_refused_key_of_the_space_is_told():
    Path("x.yaml").write_text(
        "data: {name: iris}\noptimizers: {sgd: {learning_rate: 1}}\nspace: {network.hidden: [[200000, 30000]]}\n"
    )
    with pytest.raises(ResourceError, match=r"^x\.yaml:3:25: `space\.network\.hidden` must"):
        prepare(load_config("x.yaml"))


def test_a_share_of_the_space_that_leaves_too_little_is_refused_by_its_key():
    with pytest.raises(DataError, match=r"^`space\.data\.validation` must leave an example of each of the 3 classes"):
        prepare(sweep(space={"data.validation": [0.2, 0.99]}))


def test_a_data_set_for_another_task_is_refused():
    with pytest.raises(ConfigError, match=r"^`metric\.name` must suit the data, which is for regression"):
        prepare(sweep(space={"data.name": ["iris", "diabetes"]}, metric="val_accuracy"))


def test_a_probe_trains_each_level_in_its_own_network():
    roles = {"scientific": "network.hidden"}
    preparation = prepare(
        sweep(space={"network.hidden": [[1], [16]]}, roles=roles, optimizers={"adam": {"learning_rate": 0.1}})
    )
    spread = probe_spread(preparation)
    assert spread.deviation > 0
    same = prepare(
        sweep(optimizers={"adam": {"learning_rate": [0.1, 0.1 + 1e-12]}}, roles={"scientific": "learning_rate"})
    )
    assert probe_spread(same).deviation < 1e-6 < spread.deviation


def test_each_module_of_the_space_is_looked_over(monkeypatch):
    pytest.importorskip("torch")
    Path("modules_of_the_space.py").write_text(
        "from torch import nn\n\ndef net(width=4, inputs=4):\n"
        "    return nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, 3))\n"
    )
    monkeypatch.syspath_prepend(str(Path.cwd()))
    network = {"module": "modules_of_the_space:net"}
    trainer = {"epochs": 1, "backend": "torch"}
    preparation = prepare(sweep(network=network, trainer=trainer, space={"network.kwargs.width": [4, 8]}))
    sizes = [workload.recipe.module_size for workload in preparation.workloads]
    assert [size.trained for size in sizes] == [4 * 4 + 4 + 4 * 3 + 3, 4 * 8 + 8 + 8 * 3 + 3]
    assert all(size.taken > 0 for size in sizes)
    with pytest.raises(ConfigError, match=r"^`network\.module` must"):
        prepare(sweep(network=network, trainer=trainer, space={"network.kwargs.inputs": [4, 5]}))


def test_trials_that_go_on_are_packed_with_those_of_their_age():
    preparation = prepare(sweep())
    trials = preparation.plan.trials
    resumed = {trials[0].id: 1, trials[1].id: 1, trials[2].id: 2}
    packs = replace(preparation, resumed=resumed).packs(trials, Rates({64: 1e-9}, 0.0), 1)
    assert {pack.resumed_epoch: {trial.id for trial in pack.trials} for pack in packs} == {
        0: {trial.id for trial in trials[3:]},
        1: {trials[0].id, trials[1].id},
        2: {trials[2].id},
    }
