"""Asks a sweep, by its results folder, to end trials, pause, go on, grow, or use other resources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sweep.config import SweepConfig, load_config
from sweep.config.limits import LimitsConfig
from sweep.errors import ResultsError, UsageError
from sweep.reports.collect import find_folder
from sweep.results.frames import CONFIG
from sweep.results.planned_trials import planned_trials, trial_named
from sweep.results.requests import Request, take_requests, write_request
from sweep.system.folder_lock import is_locked
from sweep.system.invocation import command

WORKERS = "resources.workers"
SETTABLE = (WORKERS, *(f"limits.{name}" for name in LimitsConfig.model_fields))
"""Keys that a running sweep takes."""


def cancel(name: str, root: Path, trials: Sequence[str] = (), level: str | None = None) -> str:
    """Ask a sweep to end trials as CANCELLED, some by their ids or all of a level; returns what will happen.

    Args:
        name: results folder, or name of the sweep.
        root: folder of all results.
        trials: ids, or their beginnings.
        level: value of the compared factor.

    Raises:
        ResultsError: if there is no such sweep, trial or level.
    """
    folder = find_folder(name, root, "`sweep stop`")
    ids = [trial_named(folder, trial).id for trial in trials]
    facts: dict[str, Any] = {"trials": ids}
    if level is not None:
        factor = stored_config(folder).scientific
        levels = sorted({str(one.setting[factor]) for one in planned_trials(folder) if factor in one.setting})
        if level not in levels:
            raise ResultsError(
                f"`--level` must be a level of `{factor or 'the compared factor'}`. Received: {level}. "
                f"Give one of {', '.join(levels) or 'none, as all settings are one level'}."
            )
        facts["levels"] = [level]
    write_request(folder, Request("cancel", facts))
    what = ", ".join([*ids, *([f"all of {level}"] if level is not None else [])])
    return f"cancelling {what}" if is_locked(folder) else f"{what} will be cancelled when {folder} is run again"


def pause(name: str, root: Path) -> str:
    """Ask a running sweep to pause; returns what will happen.

    Raises:
        ResultsError: if there is no such sweep, or it does not run.
    """
    folder = _running(name, root, "pause")
    write_request(folder, Request("pause"))
    return f"pausing {folder}: trials write a checkpoint after their epoch"


def resume(name: str, root: Path) -> SweepConfig | str:
    """Let a paused sweep go on; returns what will happen, or the configuration to run if no process runs it."""
    folder = find_folder(name, root, "`sweep resume`")
    if not is_locked(folder):
        # A request that came when the sweep was about to end would pause it at once.
        take_requests(folder, frozenset(("pause",)))
        return stored_config(folder)
    write_request(folder, Request("resume"))
    return f"{folder} goes on"


def set_value(name: str, root: Path, assignment: str) -> str:
    """Ask a running sweep to use another value of a key; returns what will happen.

    Args:
        name: results folder, or name of the sweep.
        root: folder of all results.
        assignment: such as ``resources.workers=4``.

    Raises:
        ResultsError: if there is no such sweep, or it does not run.
        UsageError: if a running sweep does not take the key.
        ConfigError: if the value is not valid.
    """
    folder = _running(name, root, "set")
    key = assignment.partition("=")[0]
    if key not in SETTABLE or "=" not in assignment:
        raise UsageError(
            f"`sweep set` changes one of {', '.join(SETTABLE)} of a running sweep. Received: {assignment}. "
            "Give such as resources.workers=4; for other keys, stop the sweep and run its file with another value."
        )
    config = load_config(folder / CONFIG, [assignment])
    if key == WORKERS:
        workers = config.resources.workers
        if not isinstance(workers, int):
            raise UsageError(
                "`resources.workers` must be a number for a running sweep. Received: auto. Give such as 4."
            )
        write_request(folder, Request("workers", {"workers": workers}))
    else:
        field = key.partition(".")[2]
        write_request(folder, Request("limits", {field: getattr(config.limits, field)}))
    return f"{folder} takes {assignment}"


def extend(name: str, root: Path, trials: str) -> SweepConfig | str:
    """Let the search of a sweep try more settings of each level; returns what will happen, or what to run.

    Args:
        name: results folder, or name of the sweep.
        root: folder of all results.
        trials: such as ``+50``, or the number of all settings of a level.

    Raises:
        ResultsError: if there is no such sweep.
        UsageError: if the number is not one, or the sweep is a grid, which has no number of settings.
    """
    folder = find_folder(name, root, "`sweep extend`")
    config = stored_config(folder)
    is_more, digits = trials.startswith("+"), trials.removeprefix("+")
    if not digits.isdecimal() or int(digits) < 1:
        raise UsageError(f"`--trials` must be a number of settings. Received: {trials}. Give such as +50.")
    if config.search.trials is None:
        raise UsageError(
            "`sweep extend` needs a search with a number of settings, `search.trials`. "
            f"Received: {config.search.method}. Add values to the file and run it again: what is trained is kept."
        )
    request = Request("extend", {"more" if is_more else "trials": int(digits)})
    grown = extended(config, [request])
    if grown.search.trials == config.search.trials:
        raise UsageError(
            f"`--trials` must be more than the {config.search.trials} settings of now. Received: {trials}. "
            "Give such as +50."
        )
    if not is_locked(folder):
        return grown
    write_request(folder, request)
    return f"{folder} goes on to {grown.search.trials} settings of each level once its present ones have ended"


def extended(config: SweepConfig, requests: Sequence[Request]) -> SweepConfig:
    """Return the configuration with the number of settings that requests of the kind ``extend`` ask for."""
    for request in requests:
        search = config.search
        if search.trials is None:
            continue
        more = int(request.facts.get("more", 0))
        count = max(search.trials, int(request.facts.get("trials", search.trials + more)))
        levels = {level: known + more for level, known in search.levels.items()}
        config = config.model_copy(update={"search": search.model_copy(update={"trials": count, "levels": levels})})
    return config


def stored_config(folder: Path) -> SweepConfig:
    """Return the configuration with which a results folder was written last."""
    return load_config(folder / CONFIG)


def _running(name: str, root: Path, verb: str) -> Path:
    folder = find_folder(name, root, f"`sweep {verb}`")
    if not is_locked(folder):
        raise ResultsError(
            f"`sweep {verb}` needs a sweep that runs. Received: `{folder}`, which no process writes now. "
            f"Run it again with `{command('resume', name)}`."
        )
    return folder
