"""Progress displays of a sweep: live in a terminal, plain lines elsewhere, or none."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from sweep.analysis.ranking import rule
from sweep.analysis.wording import counted
from sweep.driver.display import Best, Progress, Silent
from sweep.terminal.leaderboard import spell

LINE_SECONDS = 5.0
"""Minimum time between two plain lines."""

FRAMES_PER_SECOND = 4


def make_progress(*, quiet: bool = False, console: Console | None = None) -> Progress:
    """Choose a display for the output stream.

    Args:
        quiet: whether to show nothing.
        console: output console; None is the standard output.
    """
    if quiet:
        return Silent()
    console = console or Console(highlight=False)
    if console.is_terminal and not console.is_dumb_terminal:
        return LiveProgress(console)
    return PlainProgress(console)


@dataclass(frozen=True)
class State:
    """Progress of a sweep; immutable, so that the drawing thread always reads a consistent state."""

    total: int
    started_seconds: float
    done_before: int = 0
    done: int = 0
    running: int = 0
    diverged: int = 0
    failed: int = 0
    pruned: int = 0
    best: Best = field(default_factory=dict)

    def facts(self, now_seconds: float) -> list[str]:
        """Format the counts, the speed and the remaining time, in a few words each.

        >>> State(54, started_seconds=0.0, done=18, running=6, diverged=1).facts(now_seconds=9.0)
        ['6 running', '1 diverged', '2.0 trials/s', '18 s left']
        """
        if self.done == self.done_before and not self.running:
            return ["starting"] if self.done < self.total else []
        counts = {"running": self.running, "pruned": self.pruned, "diverged": self.diverged, "failed": self.failed}
        said = [f"{count:,} {name}" for name, count in counts.items() if count]
        elapsed, ended = now_seconds - self.started_seconds, self.done - self.done_before
        if ended and elapsed > 0:
            rate = ended / elapsed
            said.append(f"{rate:,.1f} trials/s" if rate >= 1.0 else f"{60 * rate:,.1f} trials/min")
            if self.done < self.total:
                said.append(f"{_time((self.total - self.done) / rate)} left")
        return said


class PeriodicProgress:
    """Keeps the state of a sweep, and shows it at its start, at its end and in between when the last is old enough.

    Args:
        seconds: minimum time between two states that are shown.
        clock: the time in seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._state = State(0, clock())
        self._shown_seconds = -seconds

    def start(self, total: int, done: int = 0) -> None:
        """Show the first state."""
        self._state = State(total, self._clock(), done, done)
        self._show()

    def update(self, *, done: int, running: int, diverged: int, failed: int, best: Best, pruned: int = 0) -> None:
        """Show the state if the last is old enough."""
        self._state = replace(
            self._state,
            done=done,
            running=running,
            pruned=pruned,
            diverged=diverged,
            failed=failed,
            best=dict(best),
        )
        if self._clock() - self._shown_seconds >= self._seconds:
            self._show()

    def stop(self) -> None:
        """Show the last state."""
        self._show()

    def _show(self) -> None:
        """Show the state, and set ``_shown_seconds``."""
        raise NotImplementedError


class PlainProgress(PeriodicProgress):
    """Writes a line every few seconds, without control characters, for logs and pipes.

    Args:
        console: where to.
        clock: the time in seconds.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(LINE_SECONDS, clock)
        self._console = console
        self._shown = ""

    def message(self, text: str) -> None:
        """Write the text as a line of its own."""
        self._write(text)

    def _show(self) -> None:
        now = self._clock()
        state = self._state
        counts = f"{state.done:,}/{state.total:,} trials"
        best = [f"{one.label}: {spell(one.value)} ({counted(one.seeds, 'seed')})" for one in state.best.values()]
        parts = [", ".join([counts, *state.facts(now)])]
        if best:
            parts.append(f"best by the {ruling(state.best)}: {'; '.join(best)}")
        # The speed changes with time alone, so that a line is only written if something else has changed.
        told = f"{counts} {state.running} {state.pruned} {state.diverged} {state.failed} {best}"
        if told != self._shown:
            self._write(" | ".join(parts))
        self._shown, self._shown_seconds = told, now

    def _write(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)
        self._console.file.flush()


class LiveProgress:
    """Redraws a bar, the counts and the best arm of each level in a terminal.

    Args:
        console: the terminal.
        clock: the time in seconds.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._state = State(0, clock())
        self._live = Live(console=console, get_renderable=self.render, refresh_per_second=FRAMES_PER_SECOND)

    def start(self, total: int, done: int = 0) -> None:
        """Begin to draw."""
        self._state = State(total, self._clock(), done, done)
        self._live.start()

    def update(self, *, done: int, running: int, diverged: int, failed: int, best: Best, pruned: int = 0) -> None:
        """Take the state; it is drawn with the next frame."""
        self._state = replace(
            self._state,
            done=done,
            running=running,
            pruned=pruned,
            diverged=diverged,
            failed=failed,
            best=dict(best),
        )

    def message(self, text: str) -> None:
        """Write the text above the bar."""
        self._console.print(Text(text))

    def stop(self) -> None:
        """Draw the last state and leave it there."""
        self._live.stop()

    def render(self) -> RenderableType:
        """Draw one frame."""
        state = self._state
        bar = Table.grid(expand=True, padding=(0, 1))
        bar.add_column(ratio=1)
        bar.add_column(no_wrap=True)
        bar.add_row(
            ProgressBar(total=max(state.total, 1), completed=state.done),
            Text(f"{state.done:,}/{state.total:,} trials", style="bold"),
        )
        facts = Text("  ".join(state.facts(self._clock())), style="dim")
        best = [
            Text(f"{spell(one.value):>8}  {counted(one.seeds, 'seed'):>7}  {one.label}", no_wrap=True,
                 overflow="ellipsis")
            for _, one in sorted(state.best.items())
        ]  # fmt: skip
        if best:
            best.insert(0, Text(f"best by the {ruling(state.best)}", style="dim"))
        return Group(bar, facts, *best)


def ruling(best: Best) -> str:
    """Describe the value that ranks the arms, which is the same for all.

    >>> from sweep.driver.display import Leader
    >>> ruling({"adam": Leader("adam lr=0.01", 0.98, 2, "final")})
    'mean over seeds of the last epoch so far'
    """
    return f"{rule(next(iter(best.values())).by)} so far"


def _time(seconds: float) -> str:
    """Format an estimated time with low precision.

    >>> _time(8.2), _time(140), _time(9000)
    ('8 s', '2 min', '2 h 30 min')
    """
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
