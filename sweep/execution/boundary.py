"""Turns an exception raised by training into a failure message, so that the sweep continues."""

from __future__ import annotations

from inspect import GEN_CREATED, getgeneratorstate

from sweep.errors.masking import hide_secrets
from sweep.execution.sources.source import Answer, Reports
from sweep.running.reports import Report

WORKER_LOST = "The worker "
"""Prefix of the error of a lost worker; errors raised by training start with the exception's name."""


def has_begun(reports: Reports) -> bool:
    """Whether a training has begun, so that it can be told which trials leave it."""
    return getgeneratorstate(reports) != GEN_CREATED


def next_report(reports: Reports, answer: Answer | None = None) -> Report | str | None:
    """Train until it is time to report, to the end of the pack, or for a while in which nothing was reported.

    Exceptions of the training are returned as text and not raised: a retry would fail in the same way, and the worker
    can go on with other packs.

    Args:
        reports: the training.
        answer: which trials leave it, for a training that waits for that, or has been told meanwhile.

    Returns:
        the next report, None if there is none yet, or one sentence on why the pack has failed.
    """
    try:
        return next(reports) if answer is None else reports.send(answer)
    except Exception as error:
        reason = hide_secrets(" ".join(str(error).split()))
        return f"{type(error).__name__}: {reason}"
