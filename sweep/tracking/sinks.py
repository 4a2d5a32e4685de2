"""Chooses how the runs of trials are written: in bulk into a known database, else through the client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from sweep.tracking.runs import TrialRun

if TYPE_CHECKING:
    from sweep.tracking.parent import ParentRun


class TrialSink(Protocol):
    """Where finished trials go, for one open sweep."""

    def write(self, runs: Sequence[TrialRun]) -> None:
        """Write complete runs; called again with the same runs after an error, it writes none twice."""

    def close(self) -> None:
        """Give the connections back."""


def open_sink(uri: str, parent: ParentRun) -> TrialSink:
    """The fastest sink that is known to work for the store at ``uri``."""
    # These import MLflow, which the caller has prepared.
    from sweep.tracking.client_sink import ClientSink
    from sweep.tracking.database_sink import DIALECTS, DatabaseSink, is_known_schema

    if uri.startswith(DIALECTS) and is_known_schema(uri):
        return DatabaseSink(uri, parent)
    return ClientSink(parent)
