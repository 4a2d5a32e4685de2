"""Formats durations and amounts of bytes for people, and creates the console that prints them."""

from __future__ import annotations

from rich.console import Console


def plain_console() -> Console:
    """Create a console that prints text as it is."""
    # Names chosen by the user, such as [adam], may look like markup to rich.
    return Console(highlight=False, markup=False, emoji=False)


def duration(seconds: float) -> str:
    """Format a duration for people.

    >>> duration(0.42), duration(6.3), duration(75), duration(7320)
    ('0.4 s', '6.3 s', '1 min 15 s', '2 h 2 min')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size(count: float) -> str:
    """Format a number of bytes for people.

    >>> size(900), size(2_500_000)
    ('900 B', '2.5 MB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
