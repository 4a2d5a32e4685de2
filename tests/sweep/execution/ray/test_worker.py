"""A worker trains as its work says."""

from __future__ import annotations

import pytest

from sweep.execution.ray.worker import Work, Worker
from sweep.execution.sources import packed
from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe, spec_of
from sweep.records import Arm, Trial
from sweep.running.commands import TrainPack
from trainers.data import DataSource, load
from trainers.pack import NetworkSpec

RECIPE = Recipe(NetworkSpec((4,)), "float32", 0.0, 0.2, "standard", None, "numpy")


def planned(count: int, first: int = 0, epochs: int = 2) -> tuple[PlannedPack, ...]:
    setting = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": 16, "decay": "constant", "epochs": epochs}
    trials = [Trial(f"t{number}", Arm("a", "", setting), number) for number in range(first, first + count)]
    return tuple(PlannedPack((trial,), (spec_of(trial),), 16, epochs, 0.1) for trial in trials)


@pytest.mark.parametrize(("seconds", "tile_bytes"), [(0.0, 2**20), (100.0, 2**21)])
def test_a_worker_trains_with_the_kernels_and_tiles_of_its_source(seconds, tile_bytes, monkeypatch):
    pytest.importorskip("numba")
    given = {}

    def train(*work, **how):
        given.update(how)
        yield "report"

    monkeypatch.setattr(packed, "train_in_reports", train)
    trainer = Worker.__new__(Worker)
    source = packed.PackedSource(RECIPE, load(DataSource("iris")), tile_bytes, seconds)
    trainer.work = Work(source, 1, ".")
    trainer._begin(TrainPack("w", 0, 0, planned(1)[0]))
    assert next(trainer._reports) == "report"
    assert given == {"compiled": seconds > 10, "tile_bytes": tile_bytes}
