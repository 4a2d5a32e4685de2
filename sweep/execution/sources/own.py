"""Trains a user's own function or command, in a process of its own that trains one trial after another."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from sweep.errors.masking import hide_secrets
from sweep.execution.sources.assignment import CHECKPOINT, PAUSED, TRIALS, Assignment, paused_file
from sweep.execution.sources.child_process import ChildProcess
from sweep.execution.sources.output import LOG, Output
from sweep.execution.sources.report_rows import ReportRows
from sweep.execution.sources.source import Answer, Reports
from sweep.execution.sources.state import StateError, read_facts
from sweep.execution.sources.taking_over import LACKING
from sweep.execution.sources.trial_checkpoints import read_trial
from sweep.planning.own_training import OwnTraining
from sweep.planning.packing import PlannedPack
from sweep.records import Setting, Trial, plain
from trainers.loop import Ended

REPORT_SECONDS = 0.5
"""How often reports are passed on."""

STOP_SECONDS = 2.0
"""How long a function may take to end after it was told to, beyond a command's grace period."""

MOST_SENT_BYTES = 500_000_000
"""How much of a trial's files a machine without the results folder sends there, the small ones first."""

OUTPUT_BYTES = 8000
"""How much of a failed trial's output goes into its MLflow run, whose tags hold no more."""


@dataclass
class OwnSource:
    """A source for a user's function or command.

    Args:
        training: what to run.
        folder: the results folder of the sweep.
        working_folder: where the user's modules and files are.
        device: ``cpu``, ``cuda`` or ``mps``.
    """

    training: OwnTraining
    folder: str
    working_folder: str
    device: str = "cpu"
    _child: ChildProcess | None = field(default=None, repr=False)
    _threads: int = 1
    _own_folder: tempfile.TemporaryDirectory[str] | None = field(default=None, repr=False)

    def load(self, threads: int, folder: str) -> None:
        """Start the process, which imports the user's code while the worker joins."""
        self._threads = threads
        if not os.path.isdir(self.working_folder):
            # This is another machine, to which the code was sent.
            self.working_folder = folder
        if not os.path.isdir(self.folder):
            self._own_folder = tempfile.TemporaryDirectory(prefix="sweep-trials-")
        self._start()

    def close(self) -> None:
        """End the process."""
        self._end_child()
        if self._own_folder is not None:
            self._own_folder.cleanup()
            self._own_folder = None

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None

    def train(self, planned: PlannedPack) -> Reports:
        """Train the one trial of a pack; the process is replaced if it does not survive."""
        (trial,) = planned.trials
        results = Path(self._own_folder.name if self._own_folder else self.folder)
        # Another machine's checkpoints would be lost with it.
        checkpoints = "" if self._own_folder else self.folder
        folder, paused = results / TRIALS / trial.lineage, results / PAUSED
        child = self._child if self._child is not None and self._child.is_alive else self._start()
        output = Output(folder / LOG)
        checkpoint, known = self._known(planned, folder, paused)
        rows = ReportRows(known["rows"] if known else ())
        is_over = False
        try:
            assignment = replace(
                self._assignment(trial, planned.setting_of(trial), folder, known),
                paused=os.fspath(paused),
                results=checkpoints,
                every=self.training.checkpoint_seconds,
                checkpoint=checkpoint,
            )
            if planned.decisions is not None:
                assignment = replace(
                    assignment,
                    decisions=planned.decisions.as_mapping(),
                    is_changed=trial.id in planned.settings,
                )
            child.send("train", [output.handle], trial=asdict(assignment))
            output.close_handle()
            message: Mapping[str, Any] | str | None = None
            while message is None:
                message = self._follow(child, rows)
                if message is None:
                    answer = yield rows.next()
                    if answer is not None and answer.pause:
                        child.send("pause")
                elif not isinstance(message, str) and message["kind"] == "waits":
                    answer = yield rows.next(waits=True)
                    child.send("answer", answer=_spelled(answer))
                    message = None
            is_over = True
            last = rows.last(trial, *_ending(message, output))
            output.close()
            yield replace(last, files=files_of(folder)) if self._own_folder else last
        finally:
            if not is_over and not child.stop(STOP_SECONDS + self.training.grace):
                self._child = None
            output.close()

    def _start(self) -> ChildProcess:
        self._end_child()
        self.training.require_planned_code()
        self._child = ChildProcess(self.training.how(self.working_folder), self.working_folder, self._threads)
        return self._child

    def _known(self, planned: PlannedPack, folder: Path, paused: Path) -> tuple[str, Mapping[str, Any] | None]:
        """Return what was kept of a trial that goes on, after its file if that was written in training."""
        (trial,) = planned.trials
        kept = read_facts(folder / CHECKPOINT) if trial.id in self.training.resumed else None
        found = read_trial(self.folder, trial.id) if planned.known_epoch else None
        if found is not None and (kept is None or kept["epoch"] < found[1]["epoch"]):
            return os.fspath(found[0]), found[1]
        if planned.resumed_epoch:
            facts = read_facts(paused_file(paused, trial.id, planned.resumed_epoch))
            if facts is None and planned.settings:
                raise StateError(LACKING)
            return "", facts
        return "", kept

    def _assignment(self, trial: Trial, setting: Setting, folder: Path, known: Mapping[str, Any] | None) -> Assignment:
        training = self.training
        epochs = setting.get("epochs", training.epochs)
        return Assignment(
            trial_id=trial.id,
            setting=plain(setting),
            seed=trial.seed,
            epochs=None if epochs is None else int(epochs),
            folder=os.fspath(folder),
            device=self.device,
            metric=training.metric,
            mode=training.mode,
            stop_at=training.stop_at,
            weights=training.weights,
            # A trial that has paused goes on from its last state, which may be older than its last report.
            resumed_epoch=known.get("state_epoch", known["epoch"]) if known else 0,
            known_epoch=known["epoch"] if known and "state_epoch" in known else 0,
        )

    def _follow(self, child: ChildProcess, rows: ReportRows) -> Mapping[str, Any] | str | None:
        """Collect reports until it is time to pass them on; returns the message of the end, or why there is none."""
        until = time.monotonic() + REPORT_SECONDS
        while (left := until - time.monotonic()) > 0:
            # What a process has sent before its end is read after it.
            was_alive = child.is_alive
            for message in child.messages(left):
                if message["kind"] in ("report", "waits"):
                    rows.add(message)
                if message["kind"] in ("waits", "ended"):
                    return message
                elif message["kind"] == "refused":
                    self._end_child()
                    return f"the training cannot be loaded: {message['error']}"
            if not was_alive:
                death = child.death
                self._end_child()
                return f"the process of the training {death}"
            waited = self.training.timeout
            if waited is not None and child.silent_seconds > waited:
                self._end_child()
                return f"no report for {waited:g} seconds (`trainer.timeout`)"
        return None


def _spelled(answer: Answer | None) -> str:
    """What the process of a trial is told, which waits."""
    if answer is None or not (answer.stop or answer.pause):
        return "continue"
    return "pause" if answer.pause else "stop"


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a trial's folder, by their path in it, as long as they have `MOST_SENT_BYTES` together."""
    found: dict[str, bytes] = {}
    room = MOST_SENT_BYTES
    for path in sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size):
        room -= path.stat().st_size
        if room < 0:
            break
        found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def _ending(message: Mapping[str, Any] | str, output: Output) -> tuple[Ended, dict[str, str], dict[str, str]]:
    """Return how a trial has ended, its fingerprints and its tags."""
    if not isinstance(message, str) and not message["error"]:
        end = Ended(0, message["status"], message["step"], message["last_finite_loss"])
        dropped = message["dropped"]
        tags = {"thinned_reports": f"{dropped:,} reports came too fast and were left out"} if dropped else {}
        return end, message["fingerprints"], tags
    reason, raised = (message, "") if isinstance(message, str) else (message["error"], message["traceback"])
    # Code of the user's own may quote the address of a database; what is kept and shown of it has no password.
    failed = Ended(0, "FAILED", 0, None, hide_secrets(_with_output(reason, output)))
    output.append(raised)
    return failed, {}, {"output": hide_secrets(output.tail(OUTPUT_BYTES))}


def _with_output(reason: str, output: Output) -> str:
    """Add the last lines that the trial has printed, unless there are none."""
    # The last words may arrive after the message.
    output.wait()
    last = output.last_lines()
    return f"{reason}; it printed last: {last}" if last and last not in reason else reason
