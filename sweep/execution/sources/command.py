"""Runs a user's command as the training of a trial, and passes on what it reports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sweep.execution.sources.placeholders import fill
from sweep.execution.sources.trial import Trial, TrialStopped
from sweep.reporting import REPORT_FILE, ReportError
from sweep.system.process_group import group_options, kill_group, signal_group

SETTING_FILE, REPORTS = "setting.json", "reports.jsonl"
OF_A_COMMAND = (SETTING_FILE, REPORTS)
"""Files in a trial's folder through which a command and its worker talk."""

POLL_SECONDS = 0.02
"""How often the report file is read."""


def run_command(how: Mapping[str, Any], trial: Trial, groups: list[int], should_stop: Callable[[], bool]) -> str | None:
    """Run a command to its end and report what it reports.

    Args:
        how: ``command`` with placeholders, ``working_folder``, and ``grace``, the seconds that it has after SIGTERM.
        trial: the trial.
        groups: process groups that must be ended with this process; the command's is one of them while it runs.
        should_stop: whether the trial was told to stop.

    Returns:
        Why the trial has failed; None if it has not.
    """
    reports = _prepare(trial)
    values = {**trial.setting, "seed": trial.seed, "folder": str(trial.folder), "device": trial.device}
    arguments = fill(how["command"], values)
    try:
        process = subprocess.Popen(
            arguments,
            cwd=how["working_folder"],
            env=_environment(trial, reports),
            stdin=subprocess.DEVNULL,
            **group_options(),
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return f"`trainer.command` must be a program that can be started ({reason}). Received: {arguments[0]}."
    groups.append(process.pid)
    try:
        return _follow(process, reports, trial, should_stop, how["grace"])
    finally:
        groups.remove(process.pid)


def _follow(
    process: subprocess.Popen[bytes], reports: Path, trial: Trial, should_stop: Callable[[], bool], grace: float
) -> str | None:
    """Pass reports on until the command has ended, or is to stop."""
    lines = _Lines(reports)
    try:
        has_ended = False
        while not has_ended:
            try:
                process.wait(POLL_SECONDS)
                has_ended = True
            except subprocess.TimeoutExpired:
                if should_stop():
                    trial.ending.status = "STOPPED"
                    return None
            for line in lines.new(has_ended=has_ended):
                _report(line, trial)
    except TrialStopped:
        return None
    except ReportError as error:
        # A command that breaks off may leave half a line.
        return _exit_problem(process.returncode) or str(error)
    finally:
        lines.close()
        _end_group(process, grace)
    return _exit_problem(process.returncode)


def _exit_problem(code: int | None) -> str | None:
    if not code:
        return None
    if code > 0:
        return f"the command ended with exit code {code}"
    return f"the command was ended by {signal.Signals(-code).name}"


def _prepare(trial: Trial) -> Path:
    """Write what the command reads, and return the file that it reports to, which is empty."""
    folder = trial.folder.parent
    (folder / SETTING_FILE).write_text(json.dumps(dict(trial.setting)), encoding="utf-8")
    reports = folder / REPORTS
    reports.write_bytes(b"")
    return reports


def _environment(trial: Trial, reports: Path) -> dict[str, str]:
    return {
        **os.environ,
        "SWEEP_SETTING": json.dumps(dict(trial.setting)),
        "SWEEP_SETTING_FILE": str(reports.with_name(SETTING_FILE)),
        "SWEEP_SEED": str(trial.seed),
        "SWEEP_FOLDER": str(trial.folder),
        "SWEEP_DEVICE": trial.device,
        REPORT_FILE: str(reports),
    }


class _Lines:
    """The lines that are added to a file."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("rb")
        self._rest = b""

    def new(self, *, has_ended: bool) -> list[bytes]:
        """Return the lines since the last call; at the end also one without a line break."""
        *whole, self._rest = (self._rest + self._stream.read()).split(b"\n")
        return [*whole, self._rest] if has_ended else whole

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def _report(line: bytes, trial: Trial) -> None:
    if not line.strip():
        return
    try:
        metrics = json.loads(line)
    except (ValueError, RecursionError):
        shown = line[:80].decode(errors="replace")
        raise ReportError(
            f"each line of SWEEP_REPORT_FILE must be a JSON object. Received: {shown}. Write each report at once, with "
            "a line break at its end."
        ) from None
    if not isinstance(metrics, dict):
        raise ReportError(
            f"each line of SWEEP_REPORT_FILE must be a JSON object. Received: {type(metrics).__name__}. "
            'Write such as {"epoch": 1, "val_loss": 0.3}.'
        )
    trial.report(**metrics)


def _end_group(process: subprocess.Popen[bytes], grace: float) -> None:
    """End the command and all that it has started: SIGTERM, and after the grace period SIGKILL."""
    if process.poll() is None:
        signal_group(process.pid, signal.SIGTERM)
        ends_at = time.monotonic() + grace
        while process.poll() is None and time.monotonic() < ends_at:
            time.sleep(POLL_SECONDS)
    kill_group(process.pid)
    process.wait()
