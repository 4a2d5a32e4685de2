"""Sets a stop flag on SIGINT, SIGTERM and SIGHUP, so that a sweep can stop cleanly."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that stop a sweep; Windows has no SIGHUP, which is sent when the terminal is closed or disconnected."""

HANG_UP = getattr(signal, "SIGHUP", None)


class Interruption:
    """Context manager in which the first signal sets ``requested``, and a second one raises KeyboardInterrupt.

    A SIGHUP that is ignored, as under ``nohup``, stays ignored; a second SIGHUP has no effect, because kernel and shell
    may both send one.
    Outside the main thread, where Python delivers no signals, ``requested`` stays False.
    """

    def __init__(self) -> None:
        self.requested = False
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in SIGNALS if not _is_ignored(number)}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.requested and number != HANG_UP:
            raise KeyboardInterrupt
        self.requested = True


def _is_ignored(number: signal.Signals) -> bool:
    return number == HANG_UP and signal.getsignal(number) == signal.SIG_IGN


@contextmanager
def sighup_blocked() -> Iterator[None]:
    """Block SIGHUP for processes started meanwhile; this process handles a pending SIGHUP afterwards.

    A closed terminal signals all its processes; Ray's would end before the sweep has collected their results.
    """
    if HANG_UP is None:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [HANG_UP])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
