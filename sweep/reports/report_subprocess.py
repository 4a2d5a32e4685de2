"""Writes the report at the end of a sweep in a subprocess, which imports its libraries while the sweep trains."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

from sweep.analysis.health_card import Card
from sweep.system.interpreter import project_folder, python_command, working_folder_last

NICENESS = 10
"""Training has priority; the idle CPU time while Ray starts is enough to import the libraries."""

SERVE = "from sweep.reports.report_subprocess import serve; serve({parent})"

LOOK_SECONDS = 1.0
"""Interval at which the subprocess checks whether the sweep is still running."""

ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}


@dataclass(frozen=True)
class Written:
    """Outcome of writing the report: its files, or the problem that prevented it."""

    html: Path | None = None
    markdown: Path | None = None
    figures: tuple[Path, ...] = ()
    sentence: str = ""
    problem: str = ""
    cards: tuple[Card, ...] = ()


class ReportProcess:
    """Context manager for a subprocess that waits to write one report and is terminated on exit.

    Importing the drawing libraries takes a second. In a subprocess this does not delay the sweep, and an error there
    cannot harm it; a thread would slow the sweep down, and must not compute while Ray forks.
    """

    def __init__(self) -> None:
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  open while the process runs
        self._process = subprocess.Popen(
            python_command(
                SERVE.format(parent=os.getpid()), working_folder_last(sys.path, os.getcwd(), project_folder())
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            # Same session as the sweep: Linux compares niceness only within a session (autogroup).
            env={**os.environ, **ENVIRONMENT},
        )

    def __enter__(self) -> ReportProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Its output has been read; a normal exit would take long because of the loaded libraries.
        with self._errors, self._process:
            self._process.kill()

    def write(self, folder: Path) -> Written:
        """Write the report of a finished sweep and wait for it.

        Args:
            folder: results folder of the sweep.

        Returns:
            The files, or a problem in one sentence; never raises, because the sweep itself is complete.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError), self._process.stdin as order:
            order.write(f"{json.dumps(str(folder.absolute()))}\n".encode())
        if not (output := self._process.stdout.readline()):
            self._process.wait()
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").strip().splitlines() or ["no word"]
            return Written(problem=f"it ended with {lines[-1].rstrip('.')}.")
        answer = json.loads(output)
        if "problem" in answer:
            return Written(problem=answer["problem"])
        # Keeps the caller's spelling of the folder, which may be relative.
        figures = tuple(folder / name for name in answer["figures"])
        cards = tuple(Card(**card) for card in answer["cards"])
        return Written(folder / answer["html"], folder / answer["markdown"], figures, answer["sentence"], cards=cards)


def serve(parent: int) -> None:
    """Run in the subprocess: import, wait for a folder, write its report, and reply with one line of JSON.

    Args:
        parent: process id of the sweep; the subprocess exits when that process does.
    """
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    # Ctrl-C and terminal hang-up are handled by the sweep.
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    os.nice(NICENESS)
    from sweep.analysis import importance
    from sweep.errors import SweepError
    from sweep.reports.html_page import write_report

    importance.load_ahead()
    line = sys.stdin.readline()
    if not line:
        # The sweep ended without requesting a report.
        return
    folder = Path(json.loads(line))
    try:
        report = write_report(folder)
        answer: dict[str, object] = {
            "html": report.html.name,
            "markdown": report.markdown.name,
            "figures": [path.relative_to(folder).as_posix() for path in report.figures],
            "sentence": report.sentence,
            "cards": [asdict(card) for card in report.cards],
        }
    except SweepError as error:
        answer = {"problem": str(error)}
    print(json.dumps(answer), flush=True)


def _end_with(parent: int) -> None:
    """End this process when the sweep's ends; the pipe does not close while another process holds its write end."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(1)
