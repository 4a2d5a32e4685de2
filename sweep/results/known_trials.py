"""Finds trials of a sweep that other results folders of the same root hold already."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sweep.errors import ResultsError
from sweep.execution.sources.assignment import TRIALS
from sweep.planning.metric_demand import MetricDemand
from sweep.records import Trial, TrialResult
from sweep.running.event_log import EventLog
from sweep.running.limits import LIMIT_TAG
from sweep.running.replay import replay
from sweep.running.trial_rows import FINISHED
from sweep.system.files import reported

TAKEN_TAG = "taken_from"
"""Tag of a trial that was not trained by this sweep: the results folder that it was taken from."""

NO_DEMAND = MetricDemand()

TRIAL_ID = re.compile(rb'"([0-9a-f]{12})"')


def is_finished(result: TrialResult, demand: MetricDemand) -> bool:
    """Whether a sweep need not train a trial again of which its own folder holds this result.

    A pruned trial has ended if the same scheduler still runs, because which trials it prunes depends on the others. A
    trial that the user has cancelled stays so; one that a limit of the sweep has cut short does not.

    Args:
        result: the result.
        demand: what the sweep asks of its trials.
    """
    if result.status in FINISHED:
        return demand.is_met(result)
    if result.status == "CANCELLED":
        return LIMIT_TAG not in result.tags
    return demand.is_pruned(result)


def find_finished(
    root: Path, own: Path, trials: Sequence[Trial], demand: MetricDemand = NO_DEMAND
) -> list[TrialResult]:
    """Return the results of trials that are finished in another results folder, the newest folder first.

    Those that were pruned or cancelled there are not finished here: another sweep decided on them.

    Args:
        root: folder of all results.
        own: the results folder of the sweep, which is not searched.
        trials: the trials that are wanted.
        demand: the metrics that they must have.
    """
    # Which states a trial of a population took over depends on the others.
    wanted = {} if demand.is_population else {trial.id: trial for trial in trials}
    found: list[TrialResult] = []
    for folder in other_folders(root, own):
        if not wanted:
            break
        try:
            held = _held_ids(folder, wanted)
            records = EventLog(folder / "events").read()[0] if held else []
        except ResultsError:
            # Another version has written it, or another user; its trials are trained again.
            continue
        for result in replay(records, [wanted[trial_id] for trial_id in held]):
            if result.status in FINISHED and demand.is_met(result):
                del wanted[result.trial.id]
                found.append(replace(result, tags={**result.tags, TAKEN_TAG: folder.name}))
    return found


def other_folders(root: Path, own: Path) -> list[Path]:
    """Return the other results folders of a root, the newest first."""
    folders = [path.parent for path in root.glob("*/events") if path.parent != own]
    return sorted(folders, key=lambda folder: folder.stat().st_mtime, reverse=True)


def trial_folders(root: Path, own: Path, name: str) -> dict[str, Path]:
    """Return the folders of trials that have a file called ``name``, by lineage.

    Args:
        root: folder of all results.
        own: the results folder of the sweep, which comes before the newest other one.
        name: name of the file.
    """
    places = (place for folder in (own, *other_folders(root, own)) for place in (folder / TRIALS).glob(f"*/{name}"))
    found: dict[str, Path] = {}
    for place in places:
        found.setdefault(place.parent.name, place.parent)
    return found


def _held_ids(folder: Path, wanted: Mapping[str, Trial]) -> Collection[str]:
    """Ids of the wanted trials that a folder's event log names; its plans are text within it."""
    held: dict[str, None] = {}
    for path in EventLog(folder / "events").files():
        with reported(path):
            content = path.read_bytes()
        for match in TRIAL_ID.finditer(content):
            if (trial_id := match[1].decode()) in wanted:
                held[trial_id] = None
    return held
