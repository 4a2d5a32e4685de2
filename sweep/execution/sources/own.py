"""Trains a user's own function or command, in a process of its own that trains one trial after another."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sweep.execution.sources.output import LOG, Output
from sweep.execution.sources.state import read_facts
from sweep.execution.sources.trial import CHECKPOINT, Assignment
from sweep.planning.own_training import OwnTraining
from sweep.planning.packing import PlannedPack
from sweep.records import Trial, plain
from sweep.running.reports import Report
from sweep.system.interpreter import project_folder, python_command, working_folder_last
from trainers.loop import Ended

REPORT_SECONDS = 0.5
"""How often reports are passed on."""

STOP_SECONDS = 2.0
"""How long a function may take to end after it was told to, beyond a command's grace period."""

KILL_SECONDS = 0.5
"""How long a process may take to end by itself once its connection is closed."""

LOAD_SECONDS = 120.0
"""How long the user's code may take to load before `trainer.timeout` counts."""

OUTPUT_BYTES = 8000
"""How much of a failed trial's output goes into its MLflow run, whose tags hold no more."""

TRIALS = "trials"
"""Folder of the trials in the results folder."""

THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


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
    _child: _Child | None = field(default=None, repr=False)
    _threads: int = 1

    def load(self, threads: int) -> None:
        """Start the process, which imports the user's code while the worker joins."""
        self._threads = threads
        self._start()

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def train(self, planned: PlannedPack) -> Iterator[Report | None]:
        """Train the one trial of a pack; the process is replaced if it does not survive."""
        (trial,) = planned.trials
        folder = Path(self.folder) / TRIALS / trial.lineage
        child = self._child if self._child is not None and self._child.is_alive else self._start()
        output = Output(folder / LOG)
        known = self._known(trial, folder)
        rows = _Rows(known["rows"] if known else ())
        is_over = False
        try:
            assignment = self._assignment(trial, folder, known["epoch"] if known else 0)
            child.send("train", [output.handle], trial=asdict(assignment))
            output.close_handle()
            message: Mapping[str, Any] | str | None = None
            while message is None:
                message = self._follow(child, rows)
                if message is None:
                    yield rows.next()
            is_over = True
            yield rows.last(trial, *_ending(message, output))
        finally:
            if not is_over and not child.stop(STOP_SECONDS + self.training.grace):
                self._child = None
            output.close()

    def _start(self) -> _Child:
        self.training.require_planned_code()
        self._child = _Child(self.training.how(self.working_folder), self.working_folder, self._threads)
        return self._child

    def _known(self, trial: Trial, folder: Path) -> Mapping[str, Any] | None:
        """Return what was kept of a trial that goes on; None if it begins."""
        return read_facts(folder / CHECKPOINT) if trial.id in self.training.resumed else None

    def _assignment(self, trial: Trial, folder: Path, resumed: int) -> Assignment:
        training = self.training
        epochs = trial.arm.setting.get("epochs", training.epochs)
        return Assignment(
            trial_id=trial.id,
            setting=plain(trial.arm.setting),
            seed=trial.seed,
            epochs=None if epochs is None else int(epochs),
            folder=os.fspath(folder),
            device=self.device,
            metric=training.metric,
            mode=training.mode,
            stop_at=training.stop_at,
            weights=training.weights,
            resumed_epoch=resumed,
        )

    def _follow(self, child: _Child, rows: _Rows) -> Mapping[str, Any] | str | None:
        """Collect reports until it is time to pass them on; returns the message of the end, or why there is none."""
        until = time.monotonic() + REPORT_SECONDS
        while (left := until - time.monotonic()) > 0:
            for message in child.messages(left):
                if message["kind"] == "report":
                    rows.add(message)
                elif message["kind"] == "ended":
                    return message
                elif message["kind"] == "refused":
                    self.close()
                    return f"the training cannot be loaded: {message['error']}"
            if not child.is_alive:
                self._child = None
                return f"the process of the training {child.death}"
            waited = self.training.timeout
            if waited is not None and child.silent_seconds > waited:
                self.close()
                return f"no report for {waited:g} seconds (`trainer.timeout`)"
        return None


def _ending(message: Mapping[str, Any] | str, output: Output) -> tuple[Ended, dict[str, str], dict[str, str]]:
    """Return how a trial has ended, its fingerprints and its tags."""
    if not isinstance(message, str) and not message["error"]:
        end = Ended(0, message["status"], message["step"], message["last_finite_loss"])
        dropped = message["dropped"]
        tags = {"thinned_reports": f"{dropped:,} reports came too fast and were left out"} if dropped else {}
        return end, message["fingerprints"], tags
    reason = message if isinstance(message, str) else message["error"]
    return Ended(0, "FAILED", 0, None, _with_output(reason, output)), {}, {"output": output.tail(OUTPUT_BYTES)}


def _with_output(reason: str, output: Output) -> str:
    """Add the last lines that the trial has printed, unless there are none."""
    # The last words arrive after the message.
    time.sleep(0.05)
    last = output.last_lines()
    return f"{reason}; it printed last: {last}" if last and last not in reason else reason


class _Rows:
    """The reports of a trial that were not passed on yet.

    Args:
        known: those of the trial up to where it goes on: epoch, step or None, metrics, and seconds of training.
    """

    def __init__(self, known: Sequence[tuple[int, int | None, Mapping[str, float], float]]) -> None:
        self._started_seconds = time.time()
        self._rows: list[tuple[int, dict[str, float]]] = []
        self._number = 0
        for epoch, step, metrics, seconds in known:
            self.add({"epoch": epoch, "step": step, "metrics": metrics, "seconds": seconds})

    def add(self, message: Mapping[str, Any]) -> None:
        """Add a report of the training."""
        epoch, step = message["epoch"], message["step"]
        counts = {"steps": float(epoch if step is None else step), "examples": np.nan, "seconds": message["seconds"]}
        self._rows.append((epoch, {**message["metrics"], **counts}))

    def next(self) -> Report | None:
        """Return what was added since the last call; None if it is nothing."""
        return self._report() if self._rows else None

    def last(self, trial: Trial, end: Ended, fingerprints: Mapping[str, str], tags: Mapping[str, str]) -> Report:
        """Return the last report of the trial."""
        return self._report((end,), {trial.seed: fingerprints}, tags)

    def _report(
        self,
        ended: tuple[Ended, ...] = (),
        fingerprints: Mapping[int, Mapping[str, str]] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Report:
        names = tuple(dict.fromkeys(name for _, row in self._rows for name in row))
        values = np.array([[row.get(name, np.nan) for name in names] for _, row in self._rows], dtype=np.float64)
        report = Report(
            names=names,
            epochs=np.array([epoch for epoch, _ in self._rows], dtype=np.int64),
            trials=np.zeros(len(self._rows), dtype=np.int64),
            values=values.reshape(len(self._rows), len(names)),
            ended=ended,
            started_seconds=self._started_seconds,
            now_seconds=time.time(),
            number=self._number,
            last=bool(ended),
            fingerprints=fingerprints or {},
            tags=tags or {},
        )
        self._rows, self._number = [], self._number + 1
        return report


class _Child:
    """The process in which the user's training runs.

    Args:
        how: what `sweep.execution.sources.child` needs to know.
        working_folder: its working folder, which is last on its import path.
        threads: number of threads of numerical libraries.
    """

    def __init__(self, how: Mapping[str, Any], working_folder: str, threads: int) -> None:
        self._connection, theirs = socket.socketpair()
        path = working_folder_last(sys.path, working_folder, project_folder())
        code = "from sweep.execution.sources.child import main; main()"
        command = [*python_command(code, path), str(theirs.fileno()), json.dumps({**how, "path": path})]
        limits = {name: str(threads) for name in THREADS}
        with theirs:
            self._process = subprocess.Popen(
                command,
                cwd=working_folder if os.path.isdir(working_folder) else None,
                env={**os.environ, **limits, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._rest = b""
        self._has_closed = False
        # Until the user's code is loaded, no report can come.
        self._heard_at = time.monotonic() + LOAD_SECONDS

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs and can send messages."""
        return not self._has_closed and self._process.poll() is None

    @property
    def silent_seconds(self) -> float:
        """Seconds since the last message; below 0 while the user's code is loaded."""
        return time.monotonic() - self._heard_at

    @property
    def death(self) -> str:
        """How the process has ended, continuing "the process ..."."""
        try:
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            self.kill()
            return "closed its connection"
        return f"ended with exit code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"

    def send(self, kind: str, handles: list[int] | None = None, **facts: Any) -> None:
        """Send an order, with file descriptors."""
        self._heard_at = max(self._heard_at, time.monotonic())
        content = json.dumps({"kind": kind, **facts}).encode() + b"\n"
        try:
            if handles:
                # The descriptors travel with the first bytes.
                sent = socket.send_fds(self._connection, [content], handles)
                content = content[sent:]
            self._connection.sendall(content)
        except OSError:
            self._has_closed = True

    def messages(self, seconds: float) -> Iterator[Mapping[str, Any]]:
        """Yield the messages that arrive within some seconds, or have arrived."""
        ready, _, _ = select.select([self._connection], [], [], seconds)
        if not ready:
            return
        try:
            content = self._connection.recv(1 << 20)
        except OSError:
            content = b""
        if not content:
            self._has_closed = True
            return
        self._heard_at = time.monotonic()
        *lines, self._rest = (self._rest + content).split(b"\n")
        for line in lines:
            yield json.loads(line)

    def stop(self, seconds: float) -> bool:
        """Tell the training to stop; kill the process if it has not within some seconds. Returns whether it lives."""
        if self.is_alive:
            self.send("stop")
            ends_at = time.monotonic() + seconds
            while self.is_alive and (left := ends_at - time.monotonic()) > 0:
                if any(message["kind"] == "ended" for message in self.messages(left)):
                    return True
        self.kill()
        return False

    def kill(self) -> None:
        """End the process and all that it has started."""
        self._has_closed = True
        # It ends itself, with the command that it runs, when the connection closes.
        self._connection.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(KILL_SECONDS)
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
