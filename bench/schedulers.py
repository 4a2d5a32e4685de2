"""Time that the coordinator takes for a report of a trial, with each scheduler and 500 trials of one pack each.

Usage: python bench/schedulers.py [--repeat N]
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
from rows import Row, main

from sweep.planning.packing import PlannedPack
from sweep.records import Arm, Trial
from sweep.running.commands import AnswerPack, StopPack, TrainPack
from sweep.running.coordinator import Coordinator
from sweep.running.decisions import Decisions
from sweep.running.events import PacksPlanned, ReportReceived, WorkerJoined
from sweep.running.reports import Report
from sweep.running.schedulers.asha import AsyncSuccessiveHalving
from sweep.running.schedulers.median import MedianStopping
from sweep.running.schedulers.scheduler import Scheduler
from trainers.loop import Ended

TRIALS, EPOCHS, WORKERS = 500, 27, 8


def microseconds(scheduler: Scheduler) -> float:
    """Train all trials epoch by epoch; returns the mean time of a report."""
    trials = [Trial(f"t{number}", Arm(f"a{number}", "", {}), 0) for number in range(TRIALS)]
    scores = np.random.default_rng(0).normal(size=TRIALS)
    coordinator = Coordinator(WORKERS, decisions=Decisions(scheduler, "score", "max"))
    training: dict[str, tuple[TrainPack, int]] = {}
    seconds, reports = 0.0, 0

    def happen(event: object) -> None:
        nonlocal seconds
        start = perf_counter()
        commands = coordinator.handle(event)  # type: ignore[arg-type]
        seconds += perf_counter() - start
        for command in commands:
            if isinstance(command, TrainPack):
                training[command.worker] = command, 0
            elif isinstance(command, StopPack):
                training.pop(command.worker, None)
            elif isinstance(command, AnswerPack):
                assert not command.stop, "a pack of one trial is stopped"

    packs = tuple(PlannedPack((trial,), (), None, EPOCHS, 1.0, decisions=scheduler.points) for trial in trials)
    happen(PacksPlanned(packs))
    for number in range(WORKERS):
        happen(WorkerJoined(f"w{number}"))
    seconds = 0.0
    while training:
        for worker, (command, before) in list(training.items()):
            epoch = before + 1
            last = epoch == EPOCHS
            number = int(command.planned.trials[0].id[1:])
            report = Report(
                ("score",),
                np.array([epoch]),
                np.array([0]),
                np.array([[scores[number] * epoch]]),
                (Ended(0, "COMPLETED", epoch),) if last else (),
                0.0,
                1.0,
                before,
                last,
                waits=not last and scheduler.points.passed(before, epoch) is not None,
            )
            if last:
                del training[worker]
            else:
                training[worker] = command, epoch
            happen(ReportReceived(worker=worker, pack=command.pack, attempt=command.attempt, report=report))
            reports += 1
    return seconds / reports * 1e6


def measure(repeat: int) -> list[Row]:
    """Time the rules whose cost grows with the number of trials."""
    rules = {
        "asha": lambda: AsyncSuccessiveHalving(reduction_factor=3, max_t=EPOCHS),
        "median": lambda: MedianStopping(),
    }
    return [
        Row(
            f"a report in the coordinator, {name}, {TRIALS} trials",
            tuple(microseconds(make()) for _ in range(repeat)),
            "",
            (),
            "us",
            100,
            "at most",
        )
        for name, make in rules.items()
    ]


if __name__ == "__main__":
    main(measure, __doc__)
