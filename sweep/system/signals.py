"""Sets a stop flag on SIGINT, SIGTERM and SIGHUP, so that a sweep can stop cleanly."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Windows has no SIGHUP, which says that the terminal was closed or the connection lost."""

HANG_UP = getattr(signal, "SIGHUP", None)


class Interruption:
    """While active, the first of these signals sets ``requested``; a second one raises KeyboardInterrupt.

    A SIGHUP that is ignored, as under ``nohup``, stays ignored; a second one, which kernel and shell may both send,
    asks for nothing more.
    Outside the main thread, where Python gives no signals, it never asks to stop.
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
    """Let processes that are started meanwhile not notice a lost terminal; this one answers it afterwards.

    A terminal tells all its processes; Ray's would end at once, before the sweep has taken what they trained.
    """
    if HANG_UP is None:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [HANG_UP])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
