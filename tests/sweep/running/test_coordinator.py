"""The coordinator gives free workers the packs of a plan, and loses none whatever happens to workers and reports."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.planning.packing import PlannedPack
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
from sweep.running.coordinator import RETRIES, Coordinator
from sweep.running.events import (
    CapacityChanged,
    PackFailed,
    PacksPlanned,
    PlanEnded,
    PlanWaits,
    ReportReceived,
    StopRequested,
    TimePassed,
    WorkerJoined,
    WorkerLost,
)
from sweep.running.reports import Report
from sweep.running.worker_pool import FAILED_STARTS


def packs(count: int, first: int = 0) -> tuple[PlannedPack, ...]:
    arm = Arm("a", "", {})
    return tuple(PlannedPack((Trial(f"t{first + n}", arm, 0),), (), None, 1, 1.0) for n in range(count))


def report(number: int, *, last: bool = False) -> Report:
    nothing = np.empty(0, dtype=np.int64)
    return Report((), nothing, nothing, np.empty((0, 0)), (), 0.0, 1.0, number, last)


def received(worker: str, pack: int, attempt: int, number: int, *, last: bool = False, dropped: int = 0):
    return ReportReceived(worker=worker, pack=pack, attempt=attempt, report=report(number, last=last), dropped=dropped)


def trains(commands) -> list[tuple[str, int, int]]:
    return [(c.worker, c.pack, c.attempt) for c in commands if isinstance(c, TrainPack)]


@pytest.fixture
def two() -> Coordinator:
    """Two workers train packs 0 and 1 of three."""
    coordinator = Coordinator(2)
    coordinator.handle(PacksPlanned(packs(3)))
    assert trains(coordinator.handle(WorkerJoined("a"))) == [("a", 0, 0)]
    assert trains(coordinator.handle(WorkerJoined("b"))) == [("b", 1, 0)]
    return coordinator


def test_a_worker_gets_the_next_pack_as_soon_as_its_pack_has_ended(two):
    first = two.handle(received("a", 0, 0, 0))
    assert [type(command) for command in first] == [AcceptReport]
    last = two.handle(received("a", 0, 0, 1, last=True))
    assert [type(command) for command in last] == [AcceptReport, TrainPack]
    assert trains(last) == [("a", 2, 0)]


def test_more_is_planned_once_all_packs_have_ended_and_the_end_comes_when_there_is_no_more(two):
    two.handle(received("a", 0, 0, 0, last=True))
    two.handle(received("b", 1, 0, 0, last=True))
    asked = two.handle(received("a", 2, 0, 0, last=True))
    assert [type(command) for command in asked] == [AcceptReport, PlanMore]
    # Asked once, however much time passes.
    assert two.handle(TimePassed(1.0)) == []
    assert trains(two.handle(PacksPlanned(packs(1, first=3)))) == [("a", 3, 0)]
    two.handle(received("a", 3, 0, 0, last=True))
    assert two.handle(PlanEnded()) == [EndExecution(at_once=False)]
    assert two.has_ended
    assert two.is_complete


def test_a_planner_that_plans_ahead_is_asked_when_a_worker_is_free_and_again_when_a_trial_has_ended():
    coordinator = Coordinator(2, plans_ahead=True)
    coordinator.handle(PacksPlanned(packs(2)))
    coordinator.handle(WorkerJoined("a"))
    coordinator.handle(WorkerJoined("b"))
    assert coordinator.handle(received("a", 0, 0, 0, last=True))[-1] == PlanMore(1, is_idle=False)
    assert coordinator.handle(PlanWaits()) == []
    # Nothing has ended since.
    assert [type(command) for command in coordinator.handle(received("b", 1, 0, 0))] == [AcceptReport]
    assert coordinator.handle(received("b", 1, 0, 1, last=True))[-1] == PlanMore(2, is_idle=True)
    commands = coordinator.handle(PacksPlanned(packs(1, first=2)))
    assert trains(commands) == [("a", 2, 0)]
    # The other worker is free still.
    assert commands[-1] == PlanMore(1, is_idle=False)
    assert coordinator.handle(TimePassed(1.0)) == []


def test_a_lost_worker_s_pack_goes_first_to_the_next_free_worker_as_a_new_attempt(two):
    assert two.handle(WorkerLost("a", "It died.")) == [RestartPack(0, 1)]
    assert trains(two.handle(WorkerJoined("c"))) == [("c", 0, 1)]
    assert (two.counts.lost, two.counts.started_over, two.counts.joined) == (1, 1, 3)


def test_reports_of_an_attempt_that_was_given_up_are_dropped_and_counted(two):
    two.handle(WorkerLost("a", "It died."))
    two.handle(WorkerJoined("c"))
    assert two.handle(received("a", 0, 0, 0, last=True)) == []
    assert two.handle(received("c", 0, 0, 0, last=True)) == []
    assert two.handle(PackFailed(worker="a", pack=0, attempt=0, error="No.")) == []
    assert two.counts.stale == 3
    assert isinstance(two.handle(received("c", 0, 1, 0))[0], AcceptReport)


def test_a_report_that_comes_twice_counts_once(two):
    two.handle(received("a", 0, 0, 0))
    assert two.handle(received("a", 0, 0, 0)) == []
    assert two.counts.stale == 1


def test_a_pack_of_which_a_report_is_missing_is_trained_again(two):
    commands = two.handle(received("a", 0, 0, 1))
    assert commands[:2] == [StopPack("a", 0, 0), RestartPack(0, 1)]
    assert trains(commands) == [("a", 0, 1)]


def test_a_pack_whose_worker_dies_again_and_again_fails(two):
    worker = "a"
    for attempt in range(RETRIES):
        assert two.handle(WorkerLost(worker, "It died.")) == [RestartPack(0, attempt + 1)]
        worker = f"next {attempt}"
        two.handle(WorkerJoined(worker))
    assert two.handle(WorkerLost(worker, "It died.")) == [FailPack(0, "It died.")]


def test_what_training_raises_fails_the_pack_at_once_and_frees_its_worker(two):
    commands = two.handle(PackFailed(worker="a", pack=0, attempt=0, error="ValueError: no."))
    assert commands[0] == FailPack(0, "ValueError: no.")
    assert trains(commands) == [("a", 2, 0)]


def test_workers_that_cannot_start_end_the_sweep_only_if_none_is_left():
    coordinator = Coordinator(2)
    coordinator.handle(PacksPlanned(packs(2)))
    for number in range(FAILED_STARTS - 1):
        assert coordinator.handle(WorkerLost(f"w{number}", "No module x.")) == []
    assert coordinator.handle(WorkerLost("last", "No module x."))[:2] == [
        FailPack(0, "No module x."),
        FailPack(1, "No module x."),
    ]
    alone = Coordinator(2)
    alone.handle(PacksPlanned(packs(2)))
    alone.handle(WorkerJoined("a"))
    for number in range(FAILED_STARTS):
        given = alone.handle(WorkerLost(f"w{number}", "No module x."))
    assert given == [UseWorkers(1)]


def test_no_more_workers_are_used_than_there_are_packs_and_those_that_came_stay():
    coordinator = Coordinator(8)
    assert coordinator.handle(PacksPlanned(packs(3)))[0] == UseWorkers(3)
    coordinator.handle(WorkerJoined("a"))
    coordinator.handle(received("a", 0, 0, 0, last=True))
    assert UseWorkers(8) in coordinator.handle(PacksPlanned(packs(20, first=3)))


@pytest.mark.parametrize(("follows", "expected"), [(True, [UseWorkers(5)]), (False, [])])
def test_nodes_that_join_bring_workers_where_the_user_has_not_said_how_many(follows, expected):
    coordinator = Coordinator(2, follows_capacity=follows)
    coordinator.handle(PacksPlanned(packs(9)))
    assert coordinator.handle(CapacityChanged(5)) == expected


def test_the_user_is_told_once_that_no_worker_has_come():
    coordinator = Coordinator(1, wait_seconds=10.0)
    coordinator.handle(PacksPlanned(packs(1)))
    assert coordinator.handle(TimePassed(9.0)) == []
    assert coordinator.handle(TimePassed(11.0)) == [NotifyWaiting()]
    assert coordinator.handle(TimePassed(12.0)) == []


def test_a_stop_ends_everything_and_what_arrives_later_is_counted(two):
    assert two.handle(StopRequested("user")) == [EndExecution(at_once=True)]
    assert two.handle(received("a", 0, 0, 1, last=True)) == []
    assert two.counts.stale == 1
    assert not two.is_complete


def test_the_report_that_was_on_its_way_when_the_sweep_was_stopped_is_accepted(two):
    two.handle(received("a", 0, 0, 0))
    two.handle(StopRequested("user"))
    late = received("a", 0, 0, 1)
    (accepted,) = two.handle(late)
    assert isinstance(accepted, AcceptReport)
    assert accepted.report is late.report
    assert two.counts.stale == 0
    # A gap, a repetition and another attempt are not.
    assert two.handle(received("a", 0, 0, 3)) == []
    assert two.handle(received("a", 0, 0, 1)) == []
    assert two.handle(received("a", 0, 1, 2)) == []
    assert two.counts.stale == 3


def test_a_pack_whose_worker_dies_may_go_on_from_what_it_has_reported():
    coordinator = Coordinator(1)
    coordinator.handle(PacksPlanned(packs(1)))
    coordinator.handle(WorkerJoined("a"))
    coordinator.handle(of_epochs("a", 0, 0, 0, [1, 2, 3]))
    coordinator.handle(of_epochs("a", 0, 0, 1, [4, 5]))
    coordinator.handle(WorkerLost("a", ""))
    (again,) = [one for one in coordinator.handle(WorkerJoined("b")) if isinstance(one, TrainPack)]
    assert (again.attempt, again.planned.known_epoch, again.planned.resumed_epoch) == (1, 5, 0)
    # It dies before it has reported: what was known of it still is.
    coordinator.handle(WorkerLost("b", ""))
    (again,) = [one for one in coordinator.handle(WorkerJoined("c")) if isinstance(one, TrainPack)]
    assert (again.attempt, again.planned.known_epoch) == (2, 5)


def of_epochs(worker: str, pack: int, attempt: int, number: int, epochs: list[int]) -> ReportReceived:
    """A report of some epochs of the one trial of a pack."""
    trials = np.zeros(len(epochs), np.int64)
    made = Report(("loss",), np.array(epochs), trials, np.ones((len(epochs), 1)), (), 0.0, 1.0, number, False)
    return ReportReceived(worker=worker, pack=pack, attempt=attempt, report=made)


def test_commands_that_a_worker_dropped_are_counted(two):
    two.handle(received("a", 0, 0, 0, dropped=2))
    two.handle(PackFailed(worker="b", pack=1, attempt=0, error="No.", dropped=1))
    assert two.counts.dropped == 3


class Simulation:
    """Workers that join, report, raise, die, and send reports twice, as a seed decides."""

    def __init__(self, seed: int, workers: int, count: int) -> None:
        self.chance = random.Random(seed)
        self.coordinator = Coordinator(workers)
        self.count = count
        self.wanted = workers
        self.alive: set[str] = set()
        self.training: dict[str, TrainPack] = {}
        self.sent: Counter[tuple[int, int]] = Counter()
        self.ended: list[int] = []
        self.born = self.plans = 0
        self.is_over = False

    def happen(self, event) -> None:
        for command in self.coordinator.handle(event):
            self.carry_out(command)

    def carry_out(self, command) -> None:
        match command:
            case UseWorkers(count):
                self.wanted = count
            case TrainPack(worker):
                assert worker not in self.training, "a worker trains one pack at a time"
                self.training[worker] = command
            case StopPack(worker):
                self.training.pop(worker)
            case FailPack(pack, _):
                self.ended.append(pack)
            case AcceptReport(pack, report):
                self.ended += [pack] if report.last else []
            case PlanMore():
                self.plans += 1
                self.happen(PacksPlanned(packs(self.count, first=self.count)) if self.plans == 1 else PlanEnded())
            case EndExecution(at_once):
                assert not at_once
                self.is_over = True

    def step(self) -> None:
        if len(self.alive) < self.wanted:
            self.born += 1
            self.alive.add(f"w{self.born}")
            self.happen(WorkerJoined(f"w{self.born}"))
            return
        worker = self.chance.choice(sorted(self.alive))
        task, happens = self.training.get(worker), self.chance.random()
        if happens < 0.1:
            self.alive.discard(worker)
            self.training.pop(worker, None)
            self.happen(WorkerLost(worker, "It died."))
        elif task is not None and happens < 0.15:
            self.training.pop(worker)
            self.happen(PackFailed(worker=worker, pack=task.pack, attempt=task.attempt, error="It raised."))
        elif task is not None:
            self.report(worker, task)

    def report(self, worker: str, task: TrainPack) -> None:
        number = self.sent[task.pack, task.attempt]
        self.sent[task.pack, task.attempt] += 1
        event = received(worker, task.pack, task.attempt, number, last=self.chance.random() < 0.4)
        if event.report.last:
            self.training.pop(worker)
        self.happen(event)
        if self.chance.random() < 0.2:
            assert self.coordinator.handle(event) == []


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 12))
def test_every_pack_ends_exactly_once_whatever_dies_and_in_whatever_order(seed, workers, count):
    simulation = Simulation(seed, workers, count)
    simulation.happen(PacksPlanned(packs(count)))
    for _ in range(10_000):
        if simulation.is_over:
            break
        simulation.step()
    assert simulation.is_over
    assert sorted(simulation.ended) == list(range(2 * count))
    assert simulation.coordinator.counts.joined == simulation.born
