"""What is settled before a sweep starts: data, plan, packs, and what all of it will cost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sweep import load_config
from sweep.config import SweepConfig
from sweep.driver.cost_probe import PROBE_BYTES, measure_rates
from sweep.driver.estimate import (
    END_SECONDS,
    MLFLOW_BYTES_PER_NUMBER,
    REPORT_END_SECONDS,
    REPORT_SECONDS,
    STARTUP_SECONDS,
    estimate,
)
from sweep.driver.prepare import TORCH_SECONDS, NetworkPreparation, prepare
from sweep.errors import DataError
from sweep.planning.cost import Rates
from sweep.planning.memory import WORKER_BYTES, base_bytes, pack_bytes
from sweep.planning.packing import form_packs
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
    assert preparation.dataset is None
    assert preparation.shape == DatasetShape(150, 4, 3, "multiclass")
    assert preparation.data.inputs.shape == (150, 4)


def test_a_file_is_read_and_its_content_decides_the_plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{number},{number % 3},{'ab'[number % 2]}" for number in range(40)]
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


def test_an_estimate_counts_packs_memory_and_disk():
    preparation = prepare(SweepConfig.model_validate(CONFIG))
    found = estimate(preparation)
    assert found.packs == 2  # a batch size each
    # Data in float64, a float32 split a seed with a column more, one of them being made from two passes in float64; 3
    # arms x 2 seeds in a pack of 5 x 8 + 9 x 3 = 67 parameters with gradients, Adam's two of state and two of scratch;
    # 120 + 30 examples of 3 x 8 + 2 x 3 numbers.
    of_pack = 150 * 5 * (2 * 4 + 2 * 8) + 4 * 6 * (67 * 6 + 150 * 30) + 8 * 67 * (2 + 6)
    assert found.worker_bytes == WORKER_BYTES + 600 * 8 + of_pack
    # 12 trials of 5 epochs with ten metrics each.
    assert found.disk_bytes == 12 * 5 * 10 * (8 + MLFLOW_BYTES_PER_NUMBER)
    assert found.total_seconds > found.training_seconds > 0


def test_without_tracking_the_disk_holds_the_tables_alone():
    config = SweepConfig.model_validate({**CONFIG, "tracking": {"enabled": False}})
    assert estimate(prepare(config)).disk_bytes == 12 * 5 * 10 * 8


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
    assert len(preparation.probed) == width
    measured = pack_bytes(preparation.probed, preparation.recipe, preparation.shape)
    assert width == 1 or measured <= PROBE_BYTES


def test_the_memory_of_the_measurement_is_counted_where_it_is_the_largest_pack(monkeypatch):
    preparation = prepare(SweepConfig.model_validate({**CONFIG, "seeds": 20}))
    recipe, shape = preparation.recipe, preparation.shape

    def one_by_one(self, trials, rates, workers):
        return form_packs(trials, recipe, rates, shape, workers, room=1)

    monkeypatch.setattr(NetworkPreparation, "packs", one_by_one)
    found = estimate(preparation)
    assert found.packs == len(preparation.plan.trials)
    assert len(preparation.probed) == 8
    assert found.worker_bytes == base_bytes(recipe, shape) + pack_bytes(preparation.probed, recipe, shape)


def test_a_measurement_counts_the_examples_that_it_takes_of_a_larger_batch(monkeypatch):
    changes = {"data": {"name": "blobs", "examples": 50_000}, "space": {"batch_size": "full"}}
    changes |= {"optimizers": {"sgd": {"learning_rate": [0.1 * n for n in range(1, 9)]}}, "seeds": 1}
    preparation = prepare(SweepConfig.model_validate({**CONFIG, **changes}))
    recipe, shape = preparation.recipe, preparation.shape
    assert len(preparation.probed) == 8

    def one_by_one(self, trials, rates, workers):
        return form_packs(trials, recipe, rates, shape, workers, room=1)

    monkeypatch.setattr(NetworkPreparation, "packs", one_by_one)
    # 8 trials of 8,192 of 40,000 examples are larger than one trial of all of them. Data of 2 features in float64, a
    # float32 split with a column more, made from two passes in float64; 2 x 8 + 8 + 8 x 3 + 3 = 51 parameters (3
    # classes) with gradients and two of scratch; 8,192 training, 40,000 % 8,192 = 7,232 last, 512 and
    # 10,000 % 512 = 272 validation examples of 3 x 8 + 2 x 3 numbers.
    assert (shape.features, shape.outputs) == (2, 3)
    of_pack = 50_000 * 3 * (4 + 2 * 8) + 4 * 8 * (51 * 4 + (8192 + 7232 + 512 + 272) * 30) + 8 * 51 * (1 + 8)
    assert estimate(preparation).worker_bytes == WORKER_BYTES + 8 * 50_000 * 2 + of_pack


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("executor", ["inline", "ray"])
@pytest.mark.parametrize("report", [True, False])
@pytest.mark.parametrize("seconds", [0.0, 100.0])
def test_the_total_counts_all_that_a_run_does_beside_training(monkeypatch, backend, executor, report, seconds):
    pytest.importorskip(backend)
    monkeypatch.setattr(NetworkPreparation, "rates", lambda self: Rates({16: 0.0, None: 0.0}, seconds / 60))
    resources = {"workers": 1, "executor": executor}
    changes = {"trainer": {"epochs": 5, "backend": backend}, "resources": resources, "report": report}
    preparation = prepare(SweepConfig.model_validate({**CONFIG, **changes}))
    found = estimate(preparation)
    # 12 trials of 5 epochs.
    assert found.training_seconds == pytest.approx(seconds)
    libraries = preparation.torch_seconds
    assert libraries >= TORCH_SECONDS if backend == "torch" else libraries < 0.5
    start = 0.0 if executor == "inline" else STARTUP_SECONDS + libraries
    # The libraries of the report load while a sweep starts and trains.
    before_the_end = max(start + seconds, REPORT_SECONDS) if report else start + seconds
    end = END_SECONDS + (REPORT_END_SECONDS if report else 0.0)
    assert found.total_seconds == pytest.approx(libraries + before_the_end + end, abs=0.05)
