"""The process in which a user's own training runs: trains the trials that it is given, one after another.

It talks with the worker over a socket, one JSON object a line: the worker sends ``load``, ``train`` and ``stop``, the
process sends ``ready``, ``report`` and ``ended``. When the worker dies, the process ends itself.
"""

from __future__ import annotations

import base64
import gc
import importlib
import json
import os
import pickle
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from sweep.execution.sources.assignment import Assignment, Row
from sweep.execution.sources.command import run_command
from sweep.execution.sources.standard_streams import StandardStreams
from sweep.execution.sources.state import StateError
from sweep.execution.sources.trial import Trial, TrialStopped
from sweep.execution.sources.trial_decisions import Answer
from sweep.reporting import ReportError
from sweep.system.process_group import kill_group
from trainers.user_code import attempt, describe

Train = Callable[[Trial], object]


class Channel:
    """The socket to the worker.

    Args:
        connection: one end of a pair of stream sockets.
        on_loss: called when the worker has gone.
    """

    def __init__(self, connection: socket.socket, on_loss: Callable[[], None]) -> None:
        self._connection = connection
        self._on_loss = on_loss
        self._arrived = threading.Condition()
        self._orders: list[tuple[Mapping[str, Any], list[int]]] = []
        self._stops = False
        self._pauses = False
        self._answer: Answer | None = None
        self.on_stop: Callable[[], None] = lambda: None
        """Called, in another thread, before the current trial is stopped."""
        threading.Thread(target=self._listen, daemon=True).start()

    def stops(self) -> bool:
        """Whether the worker has told the current trial to stop."""
        return self._stops

    def pauses(self) -> bool:
        """Whether the worker has told the current trial to pause."""
        return self._pauses

    def send(self, kind: str, **facts: Any) -> None:
        """Send a message."""
        try:
            self._connection.sendall(json.dumps({"kind": kind, **facts}).encode() + b"\n")
        except OSError:
            self._on_loss()

    def report(self, row: Row) -> None:
        """Send a report."""
        self._send_row("report", row)

    def wait(self, row: Row) -> Answer:
        """Send a report at which the trial waits for a decision, and return that."""
        self._answer = None
        self._send_row("waits", row)
        with self._arrived:
            self._arrived.wait_for(lambda: self._stops or self._answer is not None)
        return self._answer or "stop"

    def _send_row(self, kind: str, row: Row) -> None:
        epoch, step, metrics, seconds = row
        self.send(kind, epoch=epoch, step=step, metrics=metrics, seconds=seconds)

    def next_order(self) -> tuple[Mapping[str, Any], list[int]]:
        """Wait for the next trial, and return it with the file descriptors that came with it."""
        with self._arrived:
            self._arrived.wait_for(lambda: bool(self._orders))
            return self._orders.pop(0)

    def _listen(self) -> None:
        rest, handles = b"", list[int]()
        while True:
            try:
                content, arrived, _, _ = socket.recv_fds(self._connection, 65536, 4)
            except OSError:
                content, arrived = b"", []
            if not content:
                self._on_loss()
                return
            handles += arrived
            *lines, rest = (rest + content).split(b"\n")
            for line in lines:
                order = json.loads(line)
                if order["kind"] == "stop":
                    self.on_stop()
                with self._arrived:
                    if order["kind"] == "stop":
                        self._stops = True
                        self._arrived.notify_all()
                    elif order["kind"] == "pause":
                        self._pauses = True
                    elif order["kind"] == "answer":
                        self._answer = order["answer"]
                        self._arrived.notify_all()
                    else:
                        self._stops = self._pauses = False
                        # Several orders may arrive at once, with the descriptors of one of them.
                        count = order["handles"]
                        self._orders.append((order, handles[:count]))
                        handles = handles[count:]
                        self._arrived.notify()


def main() -> None:
    """Train trials until the worker ends this process; its argument is the socket."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    groups: list[int] = []
    channel = Channel(connection, lambda: _end(groups))
    order, _ = channel.next_order()
    how = order["how"]
    train = _load(how, channel) if "function" in how else None
    if train is None and "function" in how:
        return
    streams, folder, process = StandardStreams(), os.getcwd(), os.getpid()
    # What was imported is not searched for garbage after each trial.
    gc.freeze()
    channel.send("ready")
    while True:
        order, handles = channel.next_order()
        streams.direct(handles)
        os.chdir(folder)
        assignment = Assignment(**order["trial"])
        trial = Trial(
            assignment,
            channel.report,
            channel.stops,
            channel.wait,
            channel.pauses,
            lambda: channel.send("alive"),
        )
        channel.on_stop = trial.write_checkpoint
        error, raised = None, None
        if train is not None:
            error, raised = _train(train, trial)
        else:
            error = run_command(how, trial, groups, channel.stops)
        streams.flush()
        if os.getpid() != process:
            # The function has forked, and returns in both processes.
            streams.write_error(f"{error}\n" if error else "")
            os._exit(0)
        trial.close()
        channel.on_stop = lambda: None
        # The worker waits for the end of what the trial prints.
        streams.direct([os.open(os.devnull, os.O_WRONLY)])
        ending = trial.ending
        channel.send(
            "ended",
            error=error or _missing(trial, assignment),
            traceback="".join(traceback.format_exception(raised)) if raised else "",
            status=ending.status,
            step=ending.step,
            last_finite_loss=ending.last_finite_loss,
            dropped=ending.dropped,
            fingerprints=ending.fingerprints,
        )
        trial = assignment = raised = None  # type: ignore[assignment]
        # What the function leaves behind, such as a network, is freed before the next trial.
        gc.collect()


def _load(how: Mapping[str, Any], channel: Channel) -> Train | None:
    """Import the user's function; tell the worker if that fails."""
    sys.path += [folder for folder in how["path"] if folder not in sys.path]
    function, error = attempt(lambda: _function(how))
    if error is not None:
        channel.send("refused", error=describe(error))
    return function


def _function(how: Mapping[str, Any]) -> Train:
    if "pickled" in how:
        loaded: Train = pickle.loads(base64.b64decode(how["pickled"]))
        return loaded
    module, _, name = how["function"].partition(":")
    named: Train = getattr(importlib.import_module(module), name)
    return named


def _train(train: Train, trial: Trial) -> tuple[str | None, BaseException | None]:
    """Run the function and return why the trial has failed, and what its own code has raised; None if it has not."""
    _, error = attempt(lambda: _run(train, trial))
    if error is None or isinstance(error, TrialStopped) or trial.ending.status != "COMPLETED":
        return None, None
    if isinstance(error, ReportError | StateError):
        return str(error), None
    return describe(error), error


def _run(train: Train, trial: Trial) -> None:
    made = train(trial)
    if hasattr(made, "__next__"):
        _consume(made, trial)


def _consume(made: Any, trial: Trial) -> None:
    """Report what a generator yields; it is closed when the trial ends before it."""
    for metrics in made:
        if not isinstance(metrics, Mapping):
            raise ReportError(
                f"a training that yields must yield its metrics as a mapping. Received: {type(metrics).__name__}. "
                "Yield such as {'val_loss': 0.3}."
            )
        try:
            trial.report(**{str(name): value for name, value in metrics.items()})
        except BaseException:
            if hasattr(made, "close"):
                made.close()
            raise


def _missing(trial: Trial, assignment: Assignment) -> str | None:
    """Return why a trial that has ended by itself counts as failed; None if it does not."""
    if trial.ending.status != "COMPLETED":
        return None
    if not trial.reported and not assignment.resumed_epoch and not assignment.known_epoch:
        return "the training must report a metric or more. Received: no report. Call `trial.report(val_loss=...)`."
    if trial.reported and assignment.metric not in trial.names:
        return (
            f"the training must report `{assignment.metric}`, the metric of the sweep. "
            f"Received: {', '.join(trial.names)}. Report it, or change `metric.name`."
        )
    return None


def _end(groups: list[int]) -> None:
    """End this process at once, with all that it has started."""
    for group in (*groups, os.getpid()):
        kill_group(group)
    os._exit(1)


if __name__ == "__main__":
    main()
