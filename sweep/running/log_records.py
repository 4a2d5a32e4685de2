"""Converts events, commands and results to records of the event log and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from sweep.planning.packing import PlannedPack
from sweep.planning.search.method import Outcome
from sweep.records import Trial, TrialResult
from sweep.running.commands import (
    AcceptReport,
    Command,
    EndExecution,
    EndTrials,
    FailPack,
    FormPack,
    RestartPack,
    TakeOver,
    TrainPack,
)
from sweep.running.event_log import Record
from sweep.running.events import (
    CapacityChanged,
    Event,
    LimitReached,
    PacksPlanned,
    PauseRequested,
    ResumeRequested,
    StopRequested,
    TrialsCancelled,
    WorkerJoined,
    WorkerLost,
    WorkersRequested,
)
from sweep.running.reports import Report
from trainers.loop import Ended

EVENT_KINDS: Mapping[type, str] = MappingProxyType(
    {
        WorkerJoined: "joined",
        WorkerLost: "lost",
        CapacityChanged: "room",
        StopRequested: "stop",
        LimitReached: "limit",
        TrialsCancelled: "cancel",
        PauseRequested: "pause",
        ResumeRequested: "resume",
        WorkersRequested: "workers",
    }
)
"""Event -> kind of its record, which holds the fields of the event."""


def start_record(start: str, seconds: float) -> Record:
    """Create the record of a sweep's start or resumption.

    Args:
        start: id of this start; pack numbers are unique within a start.
        seconds: Unix time.
    """
    return Record("start", {"start": start, "seconds": seconds})


def event_record(event: Event, *, start: str, first_pack: int, seconds: float) -> Record | None:
    """Create the record of an event; None if the commands that follow contain the same information.

    Args:
        event: the event.
        start: id of the start, as in `start_record`.
        first_pack: number of the first pack of a `PacksPlanned`.
        seconds: Unix time.
    """
    stamp = {"start": start, "seconds": seconds}
    if isinstance(event, PacksPlanned):
        return _plan_record(dict(enumerate(event.packs, start=first_pack)), stamp)
    kind = EVENT_KINDS.get(type(event))
    return None if kind is None else Record(kind, {**stamp, **asdict(event)})


def _plan_record(packs: Mapping[int, PlannedPack], stamp: Mapping[str, Any]) -> Record:
    members = {str(number): [[trial.id, trial.seed] for trial in pack.trials] for number, pack in packs.items()}
    ages = {str(number): pack.resumed_epoch for number, pack in packs.items() if pack.resumed_epoch}
    return Record("plan", {**stamp, "packs": members, **({"ages": ages} if ages else {})})


def command_record(command: Command, *, start: str, seconds: float) -> Record | None:
    """Create the record of a command, None if it is not logged; arguments as for `event_record`."""
    stamp = {"start": start, "seconds": seconds}
    match command:
        case TrainPack(worker, pack, attempt, _):
            return Record("train", {**stamp, "worker": worker, "pack": pack, "attempt": attempt})
        case AcceptReport(pack, report):
            return report_record(report, start, pack)
        case FormPack(pack, planned):
            return _plan_record({pack: planned}, stamp)
        case TakeOver(exploit, _, _, epoch):
            changed = [list(change) for change in exploit.changed]
            settings = {"before": dict(exploit.before), "setting": dict(exploit.setting)}
            facts = {"trial": exploit.trial_id, "donor": exploit.donor, "at": exploit.at, "epoch": epoch}
            return Record("take over", {**stamp, **facts, "changed": changed, **settings})
        case EndTrials(pack, ended, tags):
            return Record("ended", {**stamp, "pack": pack, "ended": [asdict(end) for end in ended], "tags": dict(tags)})
        case RestartPack(pack, attempt):
            return Record("start over", {**stamp, "pack": pack, "attempt": attempt})
        case FailPack(pack, error):
            return Record("fail", {**stamp, "pack": pack, "error": error})
        case EndExecution(at_once):
            return Record("end", {**stamp, "at_once": at_once})
    return None


def records_of(
    event: Event, commands: Sequence[Command], *, start: str, first_pack: int, seconds: float
) -> list[Record]:
    """Create the records of an event and of the resulting commands; arguments as for `event_record`."""
    happened = event_record(event, start=start, first_pack=first_pack, seconds=seconds)
    decided = [command_record(command, start=start, seconds=seconds) for command in commands]
    return [record for record in (happened, *decided) if record is not None]


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """What a search was told, and what it has proposed then.

    Args:
        search: hash of what decides its proposals, besides the results.
        told: arm id -> outcome of its setting, in this order.
        rounds: how often it was asked.
        arms: ids of the arms that it has proposed.
        settings: their settings, of JSON types.
    """

    search: str
    told: Mapping[str, Outcome]
    rounds: int
    arms: tuple[str, ...]
    settings: tuple[Mapping[str, Any], ...]


def proposed_record(proposed: Proposed, seconds: float) -> Record:
    """Create the record of settings that a search has proposed, at a Unix time."""
    facts = {**asdict(proposed), "told": [[arm, asdict(outcome)] for arm, outcome in proposed.told.items()]}
    return Record("proposed", {**facts, "seconds": seconds})


def proposed_of(record: Record) -> Proposed:
    """Read what a search has proposed from a record."""
    facts = record.facts
    told = {arm: Outcome(**{**outcome, "values": tuple(outcome["values"])}) for arm, outcome in facts["told"]}
    return Proposed(
        search=facts["search"],
        told=told,
        rounds=facts["rounds"],
        arms=tuple(facts["arms"]),
        settings=tuple(facts["settings"]),
    )


REPORTS = ("report", "resumed report")
"""Kinds of records of reports. Earlier versions do not read the second, which holds a part of the epochs only."""


def report_record(report: Report, start: str, pack: int) -> Record:
    """Create the record of a report."""
    facts = {
        "start": start,
        "pack": pack,
        "names": report.names,
        "ended": [asdict(end) for end in report.ended],
        "started_seconds": report.started_seconds,
        "seconds": report.now_seconds,
        "number": report.number,
        "last": report.last,
        "fingerprints": {str(seed): dict(found) for seed, found in report.fingerprints.items()},
        "node": report.node,
        "tags": dict(report.tags),
    }
    arrays = {"epochs": report.epochs, "trials": report.trials, "values": report.values}
    if report.resumed_epoch:
        return Record("resumed report", {**facts, "resumed_epoch": report.resumed_epoch}, arrays)
    return Record("report", facts, arrays)


def report_of(record: Record) -> Report:
    """Read the report from a record."""
    facts, arrays = record.facts, record.arrays
    return Report(
        names=tuple(facts["names"]),
        epochs=arrays["epochs"],
        trials=arrays["trials"],
        values=arrays["values"],
        ended=tuple(Ended(**end) for end in facts["ended"]),
        started_seconds=facts["started_seconds"],
        now_seconds=facts["seconds"],
        number=facts["number"],
        last=facts["last"],
        fingerprints={int(seed): found for seed, found in facts["fingerprints"].items()},
        node=facts["node"],
        tags=facts.get("tags", {}),
        resumed_epoch=facts.get("resumed_epoch", 0),
    )


def results_record(results: Sequence[TrialResult]) -> Record:
    """Create the record of results not trained by this start: from a cache, or from an older format."""
    trials = [
        {
            "id": result.trial.id,
            "status": result.status,
            "fingerprints": dict(result.fingerprints),
            "started_seconds": result.started_seconds,
            "ended_seconds": result.ended_seconds,
            "diverged_step": result.diverged_step,
            "last_finite_loss": result.last_finite_loss,
            "error": result.error,
            "pruned_rung": result.pruned_rung,
            "pruned_value": result.pruned_value,
            "tags": dict(result.tags),
            "epochs": {name: len(values) for name, values in result.epochs.items()},
        }
        for result in results
    ]
    values = [np.asarray(values, dtype=np.float64) for result in results for values in result.epochs.values()]
    return Record("results", {"trials": trials}, {"values": np.concatenate([np.empty(0), *values])})


def results_of(record: Record, trials: Mapping[str, Trial]) -> Iterable[TrialResult]:
    """Yield the results in a record, restricted to the given trials."""
    values, offset = record.arrays["values"], 0
    for found in record.facts["trials"]:
        epochs = {}
        for name, count in found["epochs"].items():
            epochs[name] = values[offset : offset + count]
            offset += count
        if (trial := trials.get(found["id"])) is not None:
            yield TrialResult(
                trial=trial,
                status=found["status"],
                epochs=epochs,
                fingerprints=found["fingerprints"],
                started_seconds=found["started_seconds"],
                ended_seconds=found["ended_seconds"],
                diverged_step=found["diverged_step"],
                last_finite_loss=found["last_finite_loss"],
                error=found["error"],
                tags=found["tags"],
                # Logs of earlier versions lack them.
                pruned_rung=found.get("pruned_rung"),
                pruned_value=found.get("pruned_value"),
            )
