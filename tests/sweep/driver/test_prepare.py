"""What is settled before a sweep starts: data, plan, packs, and what all of it will cost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sweep import load_config
from sweep.config import SweepConfig
from sweep.driver.cost_probe import PROBE_BYTES, measure_rates
from sweep.driver.prepare import prepare
from sweep.errors import DataError
from sweep.planning.memory import pack_bytes
from sweep.planning.recipe import Recipe
from trainers.data import DatasetShape
from trainers.pack import NetworkSpec

CONFIG = {
    "data": {"name": "iris"},
    "network": {"hidden": [8]},
    "trainer": {"epochs": 5},
    "optimizers": {"sgd": {"learning_rate": [0.1, 0.2]}, "adam": {"learning_rate": 0.01}},
    "space": {"batch_size": [16, "full"]},
    "seeds": 2,
    "resources": {"workers": 1},
}


def test_bundled_data_is_read_when_it_is_needed():
    preparation = prepare(SweepConfig.model_validate(CONFIG))
    assert preparation.loaded == {}
    assert preparation.shape == DatasetShape(150, 4, 3, "multiclass")
    assert preparation.data.inputs.shape == (150, 4)


def test_a_file_is_read_and_its_content_decides_the_plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{3 * number},{number % 3},{'ab'[number % 2]}" for number in range(40)]
    config = SweepConfig.model_validate({**CONFIG, "data": {"path": "data.csv", "target": "kind"}})
    hashes = []
    for changed in ("", "7,7,a"):
        Path("data.csv").write_text("\n".join(["x,y,kind", *rows[:-1], changed or rows[-1]]) + "\n")
        preparation = prepare(config)
        assert preparation.shape == DatasetShape(40, 2, 1, "binary")
        hashes.append(preparation.plan.hash)
    assert hashes[0] != hashes[1]


def test_data_that_cannot_be_used_is_refused_with_the_place_in_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("x.yaml").write_text("seeds: 2\ndata: {path: none.csv, target: y}\noptimizers: {sgd: {learning_rate: 1}}\n")
    with pytest.raises(DataError, match=r"^x\.yaml:2:7: the data file must exist\. Received: `none\.csv`\."):
        prepare(load_config("x.yaml"))


@pytest.mark.parametrize("task", ["multiclass", "binary", "regression"])
@pytest.mark.parametrize(("backend", "examples"), [("numpy", 100_000), ("torch", 400)])
def test_the_cost_of_a_step_is_measured_for_every_task_backend_and_batch_size(task, backend, examples):
    pytest.importorskip(backend)
    recipe = Recipe(NetworkSpec((4,)), "float32", 0.0, 0.5, "standard", None, backend)
    shape = DatasetShape(examples, 3, 3 if task == "multiclass" else 1, task)
    rates = measure_rates(recipe, shape, (1, 64, None), budget_seconds=0.0)
    assert set(rates.step_seconds) == {1, 64, None}
    assert all(np.isfinite(cost) and cost > 0 for cost in rates.step_seconds.values())
    assert rates.evaluation_seconds > 0


@pytest.mark.parametrize(
    ("hidden", "rates", "width"),
    [
        ([8], [0.1], 2),  # One arm has two seeds.
        ([8], [0.1 * n for n in range(1, 41)], 8),
        ([3000, 3000], [0.1, 0.2, 0.3], 1),
    ],
)
def test_the_cost_is_measured_on_no_more_trials_than_a_pack_may_hold(hidden, rates, width):
    changes = {"network": {"hidden": hidden}, "optimizers": {"adam": {"learning_rate": rates}}}
    preparation = prepare(SweepConfig.model_validate({**CONFIG, **changes, "space": {"batch_size": 32}}))
    assert len(preparation.probed_of(preparation.workloads[0])) == width
    measured = pack_bytes(preparation.probed_of(preparation.workloads[0]), preparation.recipe, preparation.shape)
    assert width == 1 or measured <= PROBE_BYTES
