"""The boundary of a trial: what training raises becomes a sentence, and the sweep goes on."""

from __future__ import annotations

from collections.abc import Iterator

from sweep.running.reports import Report

WORKER_LOST = "The worker "
"""How the account of a worker that is gone begins; what training raises begins with the name of its error."""


def next_report(reports: Iterator[Report]) -> Report | str:
    """Train until it is time to report, or to the end of the pack.

    What the training raises is told and not raised again: it would come again, so that a further try is in vain, and
    the worker is as good as before.

    Returns:
        what was trained, or in one sentence why the pack has failed.
    """
    try:
        return next(reports)
    except Exception as error:
        reason = " ".join(str(error).split())
        return f"{type(error).__name__}: {reason}"
