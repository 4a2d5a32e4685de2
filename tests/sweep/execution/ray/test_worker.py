"""A worker trains as its work says."""

from __future__ import annotations

import pytest

from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe, spec_of
from sweep.records import Arm, Trial
from sweep.running.commands import (
    TrainPack,
)
from trainers.data import DataSource, load
from trainers.pack import NetworkSpec

RECIPE = Recipe(NetworkSpec((4,)), "float32", 0.0, 0.2, "standard", None, "numpy")


def planned(count: int, first: int = 0, epochs: int = 2) -> tuple[PlannedPack, ...]:
    setting = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": 16, "decay": "constant", "epochs": epochs}
    trials = [Trial(f"t{number}", Arm("a", "", setting), number) for number in range(first, first + count)]
    return tuple(PlannedPack((trial,), (spec_of(trial),), 16, epochs, 0.1) for trial in trials)


@pytest.mark.parametrize(("compiled", "tile_bytes"), [(False, 2**20), (True, 2**21)])
def test_a_worker_trains_with_the_kernels_and_tiles_that_it_is_given(compiled, tile_bytes, monkeypatch):
    from sweep.execution.ray import worker

    given = {}
    monkeypatch.setattr(worker, "train_in_reports", lambda *work, **how: given.update(how))
    trainer = worker.Worker.__new__(worker.Worker)
    trainer.work = worker.Work(load(DataSource("iris")), RECIPE, 1, compiled, tile_bytes, ".")
    trainer._begin(TrainPack("w", 0, 0, planned(1)[0]))
    assert given == {"compiled": compiled, "tile_bytes": tile_bytes}
