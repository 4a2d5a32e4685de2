"""The process itself trains what it is given, and reports it under the number of its pack and attempt."""

from __future__ import annotations

import numpy as np

from sweep.execution.inline import WORKER, InlineExecutor
from sweep.execution.sources.packed import PackedSource, train_in_reports
from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe, spec_of
from sweep.records import Arm, Trial
from sweep.running.commands import EndExecution, StopPack, TrainPack
from sweep.running.events import PackFailed, ReportReceived, TimePassed, WorkerJoined
from trainers.data import DataSource, load
from trainers.pack import NetworkSpec
from trainers.session import TILE_BYTES

RECIPE = Recipe(NetworkSpec((4,)), "float64", 0.0, 0.2, "standard", None, "numpy")


def planned(batch_size: int = 60) -> PlannedPack:
    setting = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": batch_size, "decay": "constant", "epochs": 3}
    trial = Trial("t", Arm("a", "", setting), 3)
    return PlannedPack((trial,), (spec_of(trial),), batch_size, 3, 1.0)


def events_of(*commands):
    """Events of an executor that is given the next command each time that it is free."""
    executor = InlineExecutor(PackedSource(RECIPE, load(DataSource("iris")), TILE_BYTES), 1)
    left, events = [*commands, EndExecution(at_once=True)], []

    def handle(event):
        if not isinstance(event, TimePassed):
            events.append(event)
        if isinstance(event, WorkerJoined | PackFailed) or (isinstance(event, ReportReceived) and event.report.last):
            executor.send(left.pop(0))

    executor.run(handle)
    return events


def test_packs_are_trained_one_after_the_other_under_their_numbers():
    joined, *reports = events_of(TrainPack(WORKER, 4, 0, planned()), TrainPack(WORKER, 7, 2, planned()))
    assert joined == WorkerJoined(WORKER)
    assert [(event.pack, event.attempt, event.report.last) for event in reports] == [(4, 0, True), (7, 2, True)]
    one, two = (event.report for event in reports)
    np.testing.assert_equal(one.fingerprints, two.fingerprints)


def test_what_training_raises_fails_its_pack_and_the_next_is_trained(monkeypatch):
    def train(pack, *arguments, **options):
        if pack.batch_size == 1:
            raise ValueError("no\n room")
        yield from train_in_reports(pack, *arguments, **options)

    monkeypatch.setattr("sweep.execution.sources.packed.train_in_reports", train)
    _, failed, report = events_of(TrainPack(WORKER, 0, 5, planned(1)), TrainPack(WORKER, 1, 0, planned()))
    assert failed == PackFailed(worker=WORKER, pack=0, attempt=5, error="ValueError: no room")
    assert (report.pack, report.report.last) == (1, True)


def test_a_pack_that_is_stopped_sends_no_report():
    executor = InlineExecutor(PackedSource(RECIPE, load(DataSource("iris")), TILE_BYTES), 1)
    seen = []

    def handle(event):
        seen.append(type(event))
        if isinstance(event, WorkerJoined):
            executor.send(TrainPack(WORKER, 0, 0, planned()))
            executor.send(StopPack(WORKER, 0, 0))
        elif seen.count(TimePassed) == 3:
            executor.send(EndExecution(at_once=True))

    executor.run(handle)
    assert ReportReceived not in seen
