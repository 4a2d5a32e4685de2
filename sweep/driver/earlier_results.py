"""Reads the results that a search begins with: of an earlier sweep, or of the runs of an MLflow experiment."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sweep.analysis.ranking import mean
from sweep.config import SweepConfig
from sweep.config.free_space import FreeSpace
from sweep.config.metric import SECONDS
from sweep.errors import ResultsError, TrackingError
from sweep.planning.growing import Earlier
from sweep.planning.search.method import Outcome
from sweep.planning.space import subspaces
from sweep.records import ENDED_WELL
from sweep.tracking import resolve_uri
from sweep.tracking.reading import LoggedRun, read_experiment
from sweep.tracking.sources import source_of
from sweep.tracking.trial_runs import IGNORED


def earlier_results(config: SweepConfig) -> Earlier:
    """Return the settings and outcomes of what `search.from` names; none without it.

    Raises:
        ConfigError: if there is neither such a sweep nor such an experiment, or it lacks an objective.
    """
    name = config.search.start_from
    if name is None:
        return ()
    try:
        return list(_of_sweep(config, name))
    except ResultsError as error:
        if not config.tracking.enabled:
            raise config.error("search.from", _unknown(name, str(error))) from error
        uri = resolve_uri(config.tracking.uri, os.environ, Path.cwd())
        try:
            found = read_experiment(uri, name, source=source_of(config.tracking.uri, os.environ))
        except TrackingError:
            raise config.error("search.from", _unknown(name, str(error))) from error
        return list(_of_runs(config, found.runs))


def _unknown(name: str, reason: str) -> str:
    return f"must name a sweep that has run, or an MLflow experiment. Received: {name}; {reason}"


def _of_sweep(config: SweepConfig, name: str) -> Iterator[tuple[Mapping[str, Any], Outcome]]:
    # Reading results takes half a second to import, which a plan without an earlier sweep does not need.
    from sweep.reports.collect import find_folder
    from sweep.results import load_results
    from sweep.results.frames import read_settings

    folder = find_folder(name, config.results, "`search.from`")
    trials, settings, metric = load_results(folder).trials, read_settings(folder), config.metric
    columns = [SECONDS if name == SECONDS else f"{metric.by}_{name}" for name in metric.goals]
    columns = [column if column in trials else column.replace("best_", "final_", 1) for column in columns]
    if lacking := [name for name, column in zip(metric.goals, columns, strict=True) if column not in trials]:
        raise _lacks(config, lacking[0])
    if "purpose" in trials:
        trials = trials[trials["purpose"] == "selection"]
    trials = trials[~trials["status"].isin(["PENDING", "RUNNING", "PAUSED", "CANCELLED"])]
    for arm_id, rows in trials.groupby("arm_id", sort=False):
        if str(arm_id) in settings:
            well = bool(rows["status"].isin(ENDED_WELL).all())
            values = tuple(mean(rows[column].to_numpy(np.float64, na_value=np.nan)) for column in columns)
            yield settings[str(arm_id)], _outcome(values if well else ())


def _of_runs(config: SweepConfig, runs: Sequence[LoggedRun]) -> Iterator[tuple[Mapping[str, Any], Outcome]]:
    """Group the runs of an experiment by their values of the hyperparameters of the space."""
    known = _names(config)
    groups: defaultdict[str, list[LoggedRun]] = defaultdict(list)
    for run in runs:
        # Runs of this project that are no trials hold summaries.
        if run.status in ("FINISHED", "FAILED") and run.tags.get("kind", "trial") == "trial":
            setting = {
                name: _value(text) for name, text in sorted(run.params.items()) if name in known and text != IGNORED
            }
            if setting:
                groups[json.dumps(setting)].append(run)
    metric = config.metric
    for name in metric.goals:
        if groups and not any(name in run.metrics or name == SECONDS for members in groups.values() for run in members):
            raise _lacks(config, name)
    for text, members in groups.items():
        well = all(run.status == "FINISHED" for run in members)
        values = tuple(mean([_measured(run, name) for run in members]) for name in metric.goals)
        yield json.loads(text), _outcome(values if well else ())


def _measured(run: LoggedRun, name: str) -> float:
    if name == SECONDS and name not in run.metrics:
        ended = run.ended_milliseconds or run.started_milliseconds
        return (ended - run.started_milliseconds) / 1000
    return run.metrics.get(name, float("nan"))


def _outcome(values: tuple[float, ...]) -> Outcome:
    is_complete = bool(values) and bool(np.isfinite(values).all())
    return Outcome(state="COMPLETE", values=values) if is_complete else Outcome(state="FAIL")


def _names(config: SweepConfig) -> frozenset[str]:
    if isinstance(config.space, FreeSpace):
        return frozenset(config.space.names)
    return frozenset(name for part in subspaces(config) for name in part)


def _value(text: str) -> Any:
    """Read a parameter of MLflow, which is always text.

    >>> _value("0.01"), _value("True"), _value("adam"), _value("[64, 64]")
    (0.01, True, 'adam', [64, 64])
    """
    words = {"True": True, "False": False, "None": None}
    if text in words:
        return words[text]
    try:
        return json.loads(text)
    except ValueError:
        return text


def _lacks(config: SweepConfig, name: str) -> Exception:
    known = config.search.start_from
    return config.error(
        "search.from", f"must name results with the metric {name}. Received: {known}, which has none. Name others."
    )
