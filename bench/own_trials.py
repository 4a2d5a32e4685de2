"""Cost of a report of a user's own function, and of a trial of one that does nothing, without Ray.

Usage: python bench/own_trials.py [--repeat N]
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

from rows import Row, main

from sweep.execution.sources.own import OwnSource
from sweep.planning.own_training import OwnTraining
from sweep.planning.packing import PlannedPack
from sweep.records import Arm, Trial

REPORTS, TRIALS = 900, 200
"""Reports are fewer than those of which any is left out."""

CODE = f"""
import time

def report(trial):
    start = time.perf_counter()
    for number in range({REPORTS}):
        trial.report(val_loss=0.5, val_accuracy=0.25)
    seconds = time.perf_counter() - start
    trial.report(val_loss=0.5, report_seconds=seconds / {REPORTS})

def nothing(trial):
    trial.report(val_loss=0.5)

def train(trial):
    globals()[trial.setting["case"]](trial)
"""


def pack(case: str, number: int) -> PlannedPack:
    """A pack of one trial."""
    return PlannedPack(
        (Trial(f"{case}{number}", Arm("a", "", {"case": case}), 0, f"{case}{number}"),), (), None, 1, 0.0
    )


def report_seconds(source: OwnSource, number: int) -> float:
    """Seconds that a report takes in the function, while the worker reads it."""
    last = [report for report in source.train(pack("report", number)) if report is not None][-1]
    return float(last.values[-1, last.names.index("report_seconds")])


def trial_seconds(source: OwnSource, repetition: int) -> float:
    """Seconds per trial of a function that reports once."""
    start = perf_counter()
    for number in range(TRIALS):
        for _ in source.train(pack("nothing", repetition * TRIALS + number)):
            pass
    return (perf_counter() - start) / TRIALS


def measure(repeat: int) -> list[Row]:
    """Time both in one process of the training, after a warm-up."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "own_trials_bench.py").write_text(CODE)
        source = OwnSource(OwnTraining(function="own_trials_bench:train"), f"{folder}/results", folder)
        Path(folder, "results").mkdir()
        source.load(1, folder)
        try:
            report_seconds(source, 0), trial_seconds(source, 0)
            reports = tuple(report_seconds(source, number) * 1e6 for number in range(1, repeat + 1))
            trials = tuple(trial_seconds(source, number) * 1e3 for number in range(1, repeat + 1))
        finally:
            source.close()
    return [
        Row("trial.report in a user's function", reports, "", (), "us", 100, "at most"),
        Row("a trial of an empty function, without Ray", trials, "", (), "ms", 5, "at most"),
    ]


if __name__ == "__main__":
    main(measure, __doc__)
