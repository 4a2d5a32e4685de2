"""Trains a pack with the project's own trainers and yields a report a few times a second."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe
from sweep.running.reports import Report, make_report
from trainers.data import Dataset
from trainers.loop import EpochMetrics, train_session
from trainers.session import TILE_BYTES, Session

REPORT_SECONDS = 0.5


def train_in_reports(
    pack: PlannedPack,
    recipe: Recipe,
    dataset: Dataset,
    report_seconds: float = REPORT_SECONDS,
    *,
    compiled: bool = False,
    tile_bytes: int = TILE_BYTES,
) -> Iterator[Report]:
    """Train a pack, and yield a report every ``report_seconds`` and at the end.

    ``compiled`` and ``tile_bytes`` are as in `trainers.loop.train`, and only affect speed.
    """
    started_seconds = time.time()
    recipe.require_planned_code()
    session = Session(pack.pack(recipe, dataset), compiled=compiled, tile_bytes=tile_bytes)
    given = session.fingerprints()
    number, left = 0, len(pack.trials)
    epochs: list[EpochMetrics] = []
    begin = time.monotonic()
    for metrics in train_session(session):
        epochs.append(metrics)
        left -= len(metrics.ended)
        if not left or time.monotonic() - begin > report_seconds:
            yield make_report(epochs, started_seconds, time.time(), number, not left, {} if number else given)
            number, epochs, begin = number + 1, [], time.monotonic()
