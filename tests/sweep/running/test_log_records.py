"""What is written of events, commands and results is read back as it was, through the bytes of a file."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from sweep.records import TrialResult
from sweep.running.commands import AcceptReport, Command, EndExecution, FailPack, RestartPack, TrainPack
from sweep.running.event_log import HEADER, LENGTH, MAGIC, VERSION, decode, encode
from sweep.running.events import CapacityChanged, Event, PacksPlanned, StopRequested, WorkerJoined, WorkerLost
from sweep.running.log_records import (
    EVENT_KINDS,
    command_record,
    event_record,
    report_of,
    report_record,
    results_of,
    results_record,
)

ABOUT = {"start": "s1", "seconds": 5.0}


def through_a_file(record):
    import zlib

    head = HEADER.pack(MAGIC, VERSION, 0)[: -LENGTH.size]
    (read,) = decode(head + LENGTH.pack(zlib.crc32(head)) + encode(record), Path("x.log"))
    return read


def test_a_report_comes_back_with_every_number(make_report):
    report = make_report(2, 7, [0.1, np.nextafter(0.1, 1)], [(0, "DIVERGED", 3, None)], node="host/1")
    back = report_of(through_a_file(report_record(report, "s1", 4)))
    for name in ("names", "ended", "started_seconds", "now_seconds", "number", "last", "fingerprints", "node"):
        assert getattr(back, name) == getattr(report, name)
    for name in ("epochs", "trials", "values"):
        np.testing.assert_array_equal(getattr(back, name), getattr(report, name), strict=True)


def test_results_come_back_with_every_number_and_only_those_that_are_asked_for(trials):
    given = [
        TrialResult(
            trials[0],
            "DIVERGED",
            {"epoch": np.array([1.0, 2.0]), "loss": np.array([0.5, np.nan])},
            {"split": "s"},
            1.5,
            2.5,
            13,
            0.25,
            tags={"node": "n"},
        ),
        TrialResult(
            trials[1], "PRUNED", {"epoch": np.empty(0)}, {}, 3.0, 4.0, error="-", pruned_rung=3.0, pruned_value=0.5
        ),
    ]
    record = through_a_file(results_record(given))
    back = list(results_of(record, {trial.id: trial for trial in trials}))
    for one, other in zip(back, given, strict=True):
        assert (one.trial, one.status, one.fingerprints, one.tags) == (
            other.trial,
            other.status,
            other.fingerprints,
            other.tags,
        )
        assert (one.started_seconds, one.ended_seconds, one.diverged_step, one.last_finite_loss, one.error) == (
            other.started_seconds,
            other.ended_seconds,
            other.diverged_step,
            other.last_finite_loss,
            other.error,
        )
        assert (one.pruned_rung, one.pruned_value) == (other.pruned_rung, other.pruned_value)
        assert one.epochs.keys() == other.epochs.keys()
        for name, values in other.epochs.items():
            np.testing.assert_array_equal(one.epochs[name], values, strict=True)
    assert [one.trial for one in results_of(record, {"t1": trials[1]})] == [trials[1]]


def test_events_keep_what_a_reader_needs_to_know(pack):
    facts = {
        kind: event_record(event, first_pack=7, **ABOUT)
        for kind, event in {
            "plan": PacksPlanned((pack,)),
            "joined": WorkerJoined("w"),
            "lost": WorkerLost("w", "It died."),
            "room": CapacityChanged(3),
            "stop": StopRequested("user"),
        }.items()
    }
    assert {kind: record.kind for kind, record in facts.items()} == {kind: kind for kind in facts}
    assert facts["plan"].facts["packs"] == {"7": [["t0", 3], ["t1", 4]]}
    assert facts["lost"].facts == {**ABOUT, "worker": "w", "reason": "It died."}


def test_commands_keep_pack_and_attempt(pack):
    assert command_record(TrainPack("w", 7, 1, pack), **ABOUT).facts == {
        **ABOUT,
        "worker": "w",
        "pack": 7,
        "attempt": 1,
    }
    assert command_record(RestartPack(7, 2), **ABOUT).facts == {**ABOUT, "pack": 7, "attempt": 2}
    assert command_record(FailPack(7, "No."), **ABOUT).facts == {**ABOUT, "pack": 7, "error": "No."}
    assert command_record(EndExecution(at_once=True), **ABOUT).facts == {**ABOUT, "at_once": True}


@pytest.mark.parametrize("union", [Event, Command])
def test_what_changes_the_state_of_a_trial_or_worker_is_in_the_log(union):
    """Left out are what repeats itself, what only asks, and reports, which are kept once they are accepted."""
    left_out = {
        *("PlanWaits", "PlanEnded", "ReportReceived", "PackFailed", "TimePassed"),
        *("StopPack", "AnswerPack", "StopTrials", "UseWorkers", "NotifyWaiting", "PlanMore"),
    }
    source = Path(event_record.__code__.co_filename).read_text(encoding="utf-8")
    for kind in get_args(union):
        is_logged = f"case {kind.__name__}(" in source or kind in {*EVENT_KINDS, PacksPlanned}
        assert is_logged != (kind.__name__ in left_out), kind


def test_an_accepted_report_is_its_report(make_report):
    report = make_report(0, 1, [0.5, 0.4])
    record = command_record(AcceptReport(3, report), **ABOUT)
    assert (record.kind, record.facts["pack"], record.facts["start"]) == ("report", 3, "s1")


def test_a_log_of_an_earlier_version_knows_neither_rungs_nor_values(make_report, trials):
    results = results_record([TrialResult(trials[0], "COMPLETED", {"epoch": np.empty(0)}, {}, 3.0, 4.0)])
    for name in ("pruned_rung", "pruned_value"):
        del results.facts["trials"][0][name]
    (back,) = results_of(through_a_file(results), {trials[0].id: trials[0]})
    assert (back.pruned_rung, back.pruned_value) == (None, None)
    report = report_record(make_report(0, 1, [0.5, 0.6], [(0, "COMPLETED", 10)]), "s", 0)
    for end in report.facts["ended"]:
        del end["rung"], end["value"]
    (end,) = report_of(through_a_file(report)).ended
    assert (end.rung, end.value) == (None, None)
