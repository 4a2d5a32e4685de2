"""Cost of the checkpoints that a pack writes in training, against the same pack without any.

Usage: python bench/checkpoints.py [--repeat N]
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time

from rows import Row, main

from sweep.execution.sources import pack_checkpoints
from sweep.execution.sources.checkpoint_files import CHECKPOINTS
from sweep.execution.sources.checkpoints import Keeping
from sweep.execution.sources.packed import train_in_reports
from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe, spec_of
from sweep.records import Arm, Trial
from trainers.data import DataSource, load
from trainers.pack import NetworkSpec

TRIALS, EPOCHS, EVERY = 64, 60, 2.0
"""A checkpoint every two seconds is thirty times as often as by default."""

RECIPE = Recipe(NetworkSpec((64,)), "float32", 0.0, 0.2, "standard", None, "numpy")


def pack() -> PlannedPack:
    """Trainings of a dense network by Adam, which has the largest state, on the digits."""
    trials = []
    for number in range(TRIALS):
        setting = {
            "optimizer": "adam",
            "learning_rate": 0.001 * (1 + number),
            "batch_size": 64,
            "decay": "constant",
            "epochs": EPOCHS,
        }
        trials.append(Trial(f"t{number}", Arm(f"a{number}", "", setting), 0, f"t{number}"))
    return PlannedPack(tuple(trials), tuple(map(spec_of, trials)), 64, EPOCHS, 1.0)


@contextmanager
def timed_writing() -> Iterator[list[float]]:
    """Collect the seconds of each checkpoint."""
    seconds: list[float] = []
    write = pack_checkpoints.PackCheckpoints.write

    def timed(self: pack_checkpoints.PackCheckpoints, left: set[int]) -> None:
        begin = perf_counter()
        write(self, left)
        seconds.append(perf_counter() - begin)

    pack_checkpoints.PackCheckpoints.write = timed  # type: ignore[method-assign]
    try:
        yield seconds
    finally:
        pack_checkpoints.PackCheckpoints.write = write  # type: ignore[method-assign]


def trained(every: float) -> tuple[float, float, float]:
    """Train the pack; returns its seconds of processor time, the share of its time in checkpoints, and their mean."""
    with tempfile.TemporaryDirectory() as folder, timed_writing() as seconds:
        data = load(DataSource("digits"))
        processor, begin = process_time(), perf_counter()
        for _ in train_in_reports(pack(), RECIPE, data, keeping=Keeping("none", folder, every=every)):
            pass
        whole = perf_counter() - begin
        assert bool(seconds) == bool(every) == (Path(folder) / CHECKPOINTS).is_dir(), "checkpoints are written"
        return process_time() - processor, sum(seconds) / whole, sum(seconds) / max(1, len(seconds))


def measure(repeat: int) -> list[Row]:
    """Train with and without checkpoints in turn, after a warm-up."""
    trained(0.0)
    pairs = [(trained(EVERY), trained(0.0)) for _ in range(repeat)]
    with_them, without = zip(*pairs, strict=True)
    return [
        Row(
            f"a pack of {TRIALS} trials with a checkpoint every 2 s (by default 60 s)",
            tuple(one[0] for one in with_them),
            "without checkpoints",
            tuple(one[0] for one in without),
            "s",
            1.01,
            "at most",
            inverse=False,
        ),
        Row("its time in checkpoints", tuple(100 * one[1] for one in with_them), "", (), "%", 1.0, "at most"),
        Row(
            "the same with the default of a checkpoint a minute",
            tuple(100 * one[2] / 60 for one in with_them),
            "",
            (),
            "%",
            1.0,
            "at most",
        ),
    ]


if __name__ == "__main__":
    main(measure, __doc__)
