"""What a sweep will cost on this machine: packs, time, memory and disk, counted by hand."""

from __future__ import annotations

import pytest

from sweep.config import SweepConfig
from sweep.driver.estimate import (
    END_SECONDS,
    MLFLOW_BYTES_PER_NUMBER,
    REPORT_END_SECONDS,
    REPORT_SECONDS,
    STARTUP_SECONDS,
    estimate,
)
from sweep.driver.prepare import TORCH_SECONDS, NetworkPreparation, prepare
from sweep.planning.cost import Rates
from sweep.planning.memory import WORKER_BYTES, base_bytes, pack_bytes
from sweep.planning.packing import form_packs

CONFIG = {
    "data": {"name": "iris"},
    "network": {"hidden": [8]},
    "trainer": {"epochs": 5},
    "optimizers": {"sgd": {"learning_rate": [0.1, 0.2]}, "adam": {"learning_rate": 0.01}},
    "space": {"batch_size": [16, "full"]},
    "seeds": 2,
    "resources": {"workers": 1},
}


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


def test_the_memory_of_the_measurement_is_counted_where_it_is_the_largest_pack(monkeypatch):
    preparation = prepare(SweepConfig.model_validate({**CONFIG, "seeds": 20}))
    recipe, shape = preparation.recipe, preparation.shape

    def one_by_one(self, trials, rates, workers):
        return form_packs(trials, recipe, rates, shape, workers, room=1)

    monkeypatch.setattr(NetworkPreparation, "packs", one_by_one)
    found = estimate(preparation)
    assert found.packs == len(preparation.plan.trials)
    assert len(preparation.probed_of(preparation.workloads[0])) == 8
    assert found.worker_bytes == base_bytes(recipe, shape) + pack_bytes(
        preparation.probed_of(preparation.workloads[0]), recipe, shape
    )


def test_a_measurement_counts_the_examples_that_it_takes_of_a_larger_batch(monkeypatch):
    changes = {"data": {"name": "blobs", "examples": 50_000}, "space": {"batch_size": "full"}}
    changes |= {"optimizers": {"sgd": {"learning_rate": [0.1 * n for n in range(1, 9)]}}, "seeds": 1}
    preparation = prepare(SweepConfig.model_validate({**CONFIG, **changes}))
    recipe, shape = preparation.recipe, preparation.shape
    assert len(preparation.probed_of(preparation.workloads[0])) == 8

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


def test_nothing_is_estimated_of_a_user_s_own_training(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = {"trainer": {"command": ["true"]}, "metric": {"name": "val_f1", "mode": "max"}, "space": {"a": [1, 2]}}
    assert estimate(prepare(SweepConfig.model_validate({**own, "resources": {"workers": 1}}))) is None
