"""Ray starts, is joined, and trains packs; what does not fit is refused in one sentence."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

from sweep.execution.ray import Resources, WorkerSettings, ray_executor
from sweep.execution.ray.scheduler import EventScheduler
from sweep.execution.sources.packed import PackedSource
from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe, spec_of
from sweep.records import Arm, Trial
from sweep.running.commands import (
    AcceptReport,
    EndExecution,
    FailPack,
    NotifyWaiting,
    PlanMore,
    RestartPack,
    StopPack,
    TrainPack,
    UseWorkers,
)
from sweep.running.coordinator import RETRIES, Coordinator, Counts
from sweep.running.events import (
    PacksPlanned,
    PlanEnded,
    ReportReceived,
    StopRequested,
    TimePassed,
    WorkerJoined,
)
from trainers.data import DataSource, load
from trainers.pack import NetworkSpec
from trainers.session import TILE_BYTES

RECIPE = Recipe(NetworkSpec((4,)), "float32", 0.0, 0.2, "standard", None, "numpy")


def planned(count: int, first: int = 0, epochs: int = 2) -> tuple[PlannedPack, ...]:
    setting = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": 16, "decay": "constant", "epochs": epochs}
    trials = [Trial(f"t{number}", Arm("a", "", setting), number) for number in range(first, first + count)]
    return tuple(PlannedPack((trial,), (spec_of(trial),), 16, epochs, 0.1) for trial in trials)


class Driver:
    """Passes events and commands between a coordinator and an executor, and keeps both.

    Args:
        phases: packs of each phase; the next is planned when the one before has ended.
        workers: that train at once.
        cpus: of each worker.
        should_stop: asked several times a second.
        on_event: called with each event before the coordinator gets it.
    """

    def __init__(
        self, *phases, workers=1, cpus=1, should_stop=lambda: False, on_event=lambda event: None, wait_seconds=60.0
    ):
        self.phases = list(phases)
        self.should_stop = should_stop
        self.on_event = on_event
        self.coordinator = Coordinator(workers, wait_seconds=wait_seconds)
        self.commands, self.events = [], []
        source = PackedSource(RECIPE, load(DataSource("iris")), TILE_BYTES)
        self.executor = ray_executor(WorkerSettings(source, Resources(cpus_per_worker=cpus)), workers)
        self.plan()
        self.executor.run(self.handle)

    def plan(self):
        self.handle(PacksPlanned(self.phases.pop(0)) if self.phases else PlanEnded())

    def handle(self, event):
        self.on_event(event)
        if isinstance(event, TimePassed) and self.should_stop():
            event = StopRequested("user")
        self.events.append(event)
        for command in self.coordinator.handle(event):
            self.commands.append(command)
            if isinstance(command, PlanMore):
                self.plan()
            elif isinstance(command, TrainPack | StopPack | UseWorkers | EndExecution):
                self.executor.send(command)

    def reports(self):
        found = {}
        for command in self.commands:
            if isinstance(command, AcceptReport):
                found.setdefault(command.pack, []).append(command.report)
        return found

    def of(self, kind):
        return [command for command in self.commands if isinstance(command, kind)]


def test_the_reports_of_each_pack_come_under_its_number_and_nothing_stays_on_the_disk(ray, tmp_path, monkeypatch):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    driver = Driver(planned(3), planned(2, first=3))
    assert driver.of(FailPack) == []
    assert {pack: [set(report.fingerprints) for report in reports] for pack, reports in driver.reports().items()} == {
        number: [{number}] for number in range(5)
    }
    assert os.listdir(tmp_path) == []
    # One worker trained both phases.
    assert driver.coordinator.counts == Counts(joined=1)


class KillOneWorker:
    """Kills the second worker that comes, once both have reported twice."""

    def __init__(self, monkeypatch):
        self.processes, self.reports, self.killed = {}, Counter(), None
        take = EventScheduler.on_trial_result

        def take_process(scheduler, controller, trial, result):
            self.processes[trial.trial_id] = result["pid"]
            return take(scheduler, controller, trial, result)

        monkeypatch.setattr(EventScheduler, "on_trial_result", take_process)

    def __call__(self, event):
        if isinstance(event, ReportReceived):
            self.reports[event.worker] += 1
            if self.killed is None and len(self.reports) == 2 and min(self.reports.values()) >= 2:
                self.killed = event.worker
                os.kill(self.processes[event.worker], signal.SIGKILL)


def test_with_short_packs_and_barriers_every_worker_trains_and_the_restart_of_a_killed_one_is_counted(ray, monkeypatch):
    kill = KillOneWorker(monkeypatch)
    driver = Driver(*(planned(6, first=6 * phase, epochs=100) for phase in range(20)), workers=2, on_event=kill)
    assert kill.killed is not None
    assert driver.of(FailPack) == []
    # Every pack of every phase has ended exactly once.
    ended = [pack for pack, reports in driver.reports().items() for report in reports if report.last]
    assert sorted(ended) == list(range(120))
    counts = driver.coordinator.counts
    assert (counts.lost, counts.failed_starts, counts.joined) == (1, 0, 3)
    assert counts.started_over == len(driver.of(RestartPack)) <= 1
    # Both workers of the beginning have trained, and the one that came in place of the lost one.
    joined = [event.worker for event in driver.events if isinstance(event, WorkerJoined)]
    assert kill.reports.keys() == set(joined)
    assert len(joined) == 3


def test_a_pack_that_kills_each_of_its_workers_fails_and_the_others_end(ray, monkeypatch):
    processes, killed = {}, []
    take = EventScheduler.on_trial_result

    def take_process(scheduler, controller, trial, result):
        processes[trial.trial_id] = result["pid"]
        return take(scheduler, controller, trial, result)

    monkeypatch.setattr(EventScheduler, "on_trial_result", take_process)

    def kill(event):
        # The first report of pack 1, which has many more epochs than the others, comes while it still trains.
        if isinstance(event, ReportReceived) and event.pack == 1 and not event.report.last:
            killed.append(event.attempt)
            os.kill(processes[event.worker], signal.SIGKILL)

    long = planned(1, first=1, epochs=1_000_000)
    driver = Driver((*planned(1), *long, *planned(3, first=2)), on_event=kill)
    (failed,) = driver.of(FailPack)
    assert failed.pack == 1
    assert failed.error.startswith("The worker died again and again")
    assert sorted(set(killed)) == list(range(RETRIES + 1))
    ended = [pack for pack, reports in driver.reports().items() if reports[-1].last]
    assert sorted(ended) == [0, 2, 3, 4]


def test_a_run_that_is_told_to_stop_ends_without_failures(ray):
    driver = Driver(planned(40), should_stop=lambda: True)
    assert len(driver.reports()) < 40
    assert driver.of(FailPack) == []
    assert driver.of(EndExecution) == [EndExecution(at_once=True)]


def test_the_user_is_told_once_that_workers_are_waited_for(ray):
    end = time.monotonic() + 2
    driver = Driver(planned(1), should_stop=lambda: time.monotonic() > end, cpus=1000, wait_seconds=0.2)
    assert driver.of(NotifyWaiting) == [NotifyWaiting()]
    assert Driver(planned(1)).of(NotifyWaiting) == []
