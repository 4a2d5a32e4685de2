"""Every event has its place in the coordinator, and none can be changed once it has happened."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import get_args

import pytest

from sweep.running.commands import EndExecution
from sweep.running.coordinator import Coordinator
from sweep.running.events import (
    CapacityChanged,
    Event,
    LimitReached,
    PackFailed,
    PacksPlanned,
    PauseRequested,
    PlanEnded,
    PlanWaits,
    ReportReceived,
    ResumeRequested,
    StopRequested,
    TimePassed,
    TrialsCancelled,
    WorkerJoined,
    WorkerLost,
    WorkersRequested,
)


@pytest.fixture
def examples(pack, make_report):
    return [
        PacksPlanned((pack,)),
        PlanWaits(),
        PlanEnded(),
        WorkerJoined("w"),
        WorkerLost("w", "It died."),
        ReportReceived(worker="w", pack=0, attempt=0, report=make_report(0, 1, [0.5, 0.4])),
        PackFailed(worker="w", pack=0, attempt=0, error="It raised."),
        CapacityChanged(3),
        LimitReached("minutes"),
        TrialsCancelled(("t0",)),
        PauseRequested(),
        ResumeRequested(),
        WorkersRequested(1),
        StopRequested("user"),
        TimePassed(1.0),
    ]


def test_the_coordinator_takes_every_event_at_any_time(examples):
    assert {type(event) for event in examples} == set(get_args(Event))
    for event in examples:
        fresh, ended = Coordinator(2), Coordinator(2)
        assert isinstance(fresh.handle(event), list)
        assert ended.handle(StopRequested("user")) == [EndExecution(at_once=True)]
        assert ended.handle(event) == []


def test_what_has_happened_is_not_changed(examples):
    for event in examples:
        assert is_dataclass(event)
        for field in fields(event):
            with pytest.raises(AttributeError):
                setattr(event, field.name, None)
