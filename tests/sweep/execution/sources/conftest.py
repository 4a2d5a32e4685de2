"""A user's own training, in a source that is closed after the test with all processes that it has started."""

from __future__ import annotations

import os
import signal
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweep.execution.sources.own import TRIALS, OwnSource
from sweep.planning.own_training import OwnTraining
from sweep.planning.packing import PlannedPack
from sweep.records import Arm, Trial
from sweep.running.reports import Report


def planned(setting: dict[str, Any], seed: int = 0, name: str = "t") -> PlannedPack:
    """A pack of one trial, as a plan has it."""
    return PlannedPack((Trial(name, Arm("a", "", setting), seed, name),), (), None, 0, 0.0)


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody waits for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def survivors(pids: Sequence[int], seconds: float = 3.0) -> list[int]:
    """The processes that have not ended after some seconds; they are then killed."""
    until = time.monotonic() + seconds
    while any(map(is_running, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    left = [pid for pid in pids if is_running(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return left


def pids_in(path: Path, seconds: float = 20.0) -> list[int]:
    """The process ids in a file, once a training has written it."""
    until = time.monotonic() + seconds
    while not (path.exists() and path.read_text().endswith("\n")) and time.monotonic() < until:
        time.sleep(0.02)
    return [int(word) for word in path.read_text().split()]


@dataclass
class Trained:
    """What came of a trial."""

    reports: list[Report]

    @property
    def end(self) -> Any:
        return self.reports[-1].ended[0]

    @property
    def status(self) -> str:
        return self.end.status

    @property
    def error(self) -> str:
        return self.end.error or ""

    @property
    def tags(self) -> dict[str, str]:
        return dict(self.reports[-1].tags)

    @property
    def epochs(self) -> list[int]:
        return [epoch for report in self.reports for epoch in report.epochs.tolist()]

    def values(self, name: str) -> list[float]:
        """A metric, report by report; NaN where it is missing."""
        return [
            value
            for report in self.reports
            for value in (
                report.values[:, report.names.index(name)].tolist()
                if name in report.names
                else [np.nan] * len(report.epochs)
            )
        ]


@dataclass
class Own:
    """A source that trains one trial after another.

    Args:
        source: the source.
        folder: the working folder.
    """

    source: OwnSource
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    @property
    def pid(self) -> int:
        return self.source._child._process.pid

    def train(self, seed: int = 0, **setting: Any) -> Trained:
        """Train a trial to its end."""
        packs = planned(setting, seed, f"t{next(self.numbers)}")
        return Trained([report for report in self.source.train(packs) if report is not None])

    def begin(self, **setting: Any) -> Iterator[Report | None]:
        """Begin a trial; closing what is returned stops it."""
        return self.source.train(planned(setting, 0, f"t{next(self.numbers)}"))

    def output(self, number: int = -1) -> str:
        """What a trial has printed."""
        logs = sorted((self.folder / "out" / TRIALS).glob("t*/output.log"), key=lambda path: int(path.parent.name[1:]))
        return logs[number].read_text(errors="replace")

    def pids(self, name: str) -> list[int]:
        """The process ids in a file that the training has written, once it is there."""
        return pids_in(self.folder / name)

    def change(self, **facts: Any) -> None:
        """Change what the trials share."""
        self.source.training = replace(self.source.training, **facts)


@dataclass
class Workshop:
    """Makes sources, and closes them."""

    root: Path
    made: list[Own] = field(default_factory=list)

    def function(self, code: str, **facts: Any) -> Own:
        """A source for the function `train` in the code of a module."""
        number = len(self.made)
        folder = self.root / f"{number}"
        folder.mkdir()
        name = f"own_module_{os.getpid()}_{number}"
        (folder / f"{name}.py").write_text(textwrap.dedent(code))
        return self._open(OwnTraining(function=f"{name}:train", **facts), folder)

    def command(self, *command: str, script: str = "", **facts: Any) -> Own:
        """A source for a command, whose working folder has a script `train.sh`."""
        folder = self.root / f"{len(self.made)}"
        folder.mkdir()
        (folder / "train.sh").write_text(textwrap.dedent(script))
        facts.setdefault("grace", 1.0)
        return self._open(OwnTraining(command=command or ("sh", "train.sh"), **facts), folder)

    def _open(self, training: OwnTraining, folder: Path) -> Own:
        own = Own(OwnSource(training, str(folder / "out"), str(folder)), folder)
        (folder / "out").mkdir()
        own.source.load(1, str(folder))
        self.made.append(own)
        return own

    def close(self) -> None:
        """Close all sources; none of their processes may be left."""
        pids = [own.pid for own in self.made if own.source._child is not None]
        for own in self.made:
            own.source.close()
        assert survivors(pids) == []


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Makes the sources of a module of tests, and closes them at its end."""
    made = Workshop(tmp_path_factory.mktemp("own"))
    yield made
    made.close()


@pytest.fixture(name="survivors")
def _survivors() -> Callable[..., list[int]]:
    """Waits for the end of processes; see the function of this name."""
    return survivors


@pytest.fixture(name="pids_in")
def _pids_in() -> Callable[..., list[int]]:
    """Reads process ids; see the function of this name."""
    return pids_in
