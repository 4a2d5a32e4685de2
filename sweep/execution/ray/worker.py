"""Ray Tune trainable that trains packs one after another on command."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ray
from ray import tune

from sweep.execution.boundary import has_begun, next_report
from sweep.execution.sources.source import Answer, Reports, Source
from sweep.running.commands import AnswerPack, EndExecution, StopPack, StopTrials, TrainPack
from sweep.running.events import PackFailed, ReportReceived, WorkerJoined
from trainers.imports import make_importable

EVENTS = "events"
"""Key of a Tune result that holds the events for the scheduler."""

HOME = Path(__file__).parents[3]
"""Folder of this project; Tune gives each trial another working folder."""


@dataclass(frozen=True)
class Work:
    """What every worker receives once."""

    source: Source
    threads: int
    folder: str
    """Folder of the user's modules; relative to this project if code was shipped."""
    names_nodes: bool = False
    """Whether the name of the node is recorded for each trial."""


class Worker(tune.Trainable):
    """A worker as a Tune trial; a worker that replaces a lost one is another Tune trial."""

    def setup(self, config: dict[str, Any], work: Work, mailbox: Any) -> None:  # type: ignore[override]
        """Load what training needs, limited to the worker's own CPUs."""
        self.work = work
        self._mailbox = mailbox
        folder = os.fspath(HOME / work.folder)
        make_importable(folder)
        # Several nodes may share a host name, for example on one machine.
        self._node = (
            "" if not work.names_nodes else f"{socket.gethostname()}/{ray.get_runtime_context().get_node_id()[:8]}"
        )
        work.source.load(work.threads, folder)
        self._has_joined = False
        self._training: TrainPack | None = None
        self._reports: Reports | None = None
        self._waits_for: int | None = None
        self._leaving = Answer()
        self._dropped = 0
        self._next = mailbox.take.remote(self.trial_id)

    def step(self) -> dict[str, Any]:
        """Join, or train until the next report; without a pack, wait for a command.

        A failure of a pack is reported as an event: a retry would fail too, and the worker can go on with other packs.

        Returns:
            a list of one event, which the scheduler removes; ``done`` at the end of the worker.
        """
        if not self._has_joined:
            self._has_joined = True
            return {EVENTS: [WorkerJoined(self.trial_id)]}
        while True:
            command = self._command(waits=self._training is None or self._waits_for is not None)
            if isinstance(command, EndExecution):
                return {EVENTS: [], "done": True}
            if isinstance(command, StopPack):
                self._stop(command)
            elif isinstance(command, TrainPack):
                self._begin(command)
            elif isinstance(command, StopTrials):
                if self._is_current(command):
                    self._leaving = self._leaving.joined(Answer(command.trials, command.pause))
            elif self._training is not None:
                answer = self._answer(command)
                if self._waits_for is None and (event := self._report(self._training, answer)) is not None:
                    return {EVENTS: [event]}

    def cleanup(self) -> None:
        """End what the source has started."""
        self._close_reports()
        self.work.source.close()

    def _command(self, *, waits: bool) -> Any:
        """Return the next command, or None if there is none yet."""
        ready, _ = ray.wait([self._next], timeout=None if waits else 0)
        if not ready:
            return None
        command = ray.get(self._next)
        self._next = self._mailbox.take.remote(self.trial_id)
        return command

    def _begin(self, command: TrainPack) -> None:
        self._training = command
        self._waits_for, self._leaving = None, Answer()
        self._reports = self.work.source.train(command.planned)

    def _is_current(self, command: StopPack | AnswerPack | StopTrials) -> bool:
        training = self._training
        return training is not None and (training.pack, training.attempt) == (command.pack, command.attempt)

    @property
    def _has_begun(self) -> bool:
        return self._reports is not None and has_begun(self._reports)

    def _answer(self, command: AnswerPack | None) -> Answer | None:
        """Return which trials leave the training before it goes on; None if none do."""
        answer = self._leaving
        if command is not None and self._is_current(command) and command.number == self._waits_for:
            self._waits_for = None
            answer = answer.joined(Answer(command.stop, command.pause))
        elif self._waits_for is not None or answer == Answer() or not self._has_begun:
            return None
        self._leaving = Answer()
        return answer

    def _stop(self, command: StopPack) -> None:
        if self._is_current(command):
            self._training = self._waits_for = None
            self._close_reports()
        else:
            # The pack had ended before the command arrived.
            self._dropped += 1

    def _close_reports(self) -> None:
        if self._reports is not None:
            self._reports.close()

    def _report(self, training: TrainPack, answer: Answer | None) -> ReportReceived | PackFailed | None:
        assert self._reports is not None, "a pack is trained"
        report = next_report(self._reports, answer)
        if report is None:
            return None
        if not isinstance(report, str) and report.waits:
            self._waits_for = report.number
        dropped, self._dropped = self._dropped, 0
        if isinstance(report, str) or report.last:
            self._training = None
        if isinstance(report, str):
            return PackFailed(
                worker=self.trial_id, pack=training.pack, attempt=training.attempt, error=report, dropped=dropped
            )
        return ReportReceived(
            worker=self.trial_id,
            pack=training.pack,
            attempt=training.attempt,
            report=replace(report, node=self._node),
            dropped=dropped,
        )
