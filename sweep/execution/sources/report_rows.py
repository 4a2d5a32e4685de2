"""Collects the reports of a user's own training into reports of a pack of one trial."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sweep.records import Trial
from sweep.running.reports import Report
from trainers.loop import Ended


class ReportRows:
    """The reports of a trial that were not passed on yet.

    Args:
        known: those of the trial up to where it goes on: epoch, step or None, metrics, and seconds of training.
    """

    def __init__(self, known: Sequence[tuple[int, int | None, Mapping[str, float], float]]) -> None:
        self._started_seconds = time.time()
        self._rows: list[tuple[int, dict[str, float]]] = []
        self._number = 0
        for epoch, step, metrics, seconds in known:
            self.add({"epoch": epoch, "step": step, "metrics": metrics, "seconds": seconds})

    def add(self, message: Mapping[str, Any]) -> None:
        """Add a report of the training."""
        epoch, step = message["epoch"], message["step"]
        counts = {"steps": float(epoch if step is None else step), "examples": np.nan, "seconds": message["seconds"]}
        self._rows.append((epoch, {**message["metrics"], **counts}))

    def next(self, *, waits: bool = False) -> Report | None:
        """Return what was added since the last call, and whether the trial waits; None if it is nothing."""
        return replace(self._report(), waits=waits) if self._rows else None

    def last(self, trial: Trial, end: Ended, fingerprints: Mapping[str, str], tags: Mapping[str, str]) -> Report:
        """Return the last report of the trial."""
        return self._report((end,), {trial.seed: fingerprints}, tags)

    def _report(
        self,
        ended: tuple[Ended, ...] = (),
        fingerprints: Mapping[int, Mapping[str, str]] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Report:
        names = tuple(dict.fromkeys(name for _, row in self._rows for name in row))
        values = np.array([[row.get(name, np.nan) for name in names] for _, row in self._rows], dtype=np.float64)
        report = Report(
            names=names,
            epochs=np.array([epoch for epoch, _ in self._rows], dtype=np.int64),
            trials=np.zeros(len(self._rows), dtype=np.int64),
            values=values.reshape(len(self._rows), len(names)),
            ended=ended,
            started_seconds=self._started_seconds,
            now_seconds=time.time(),
            number=self._number,
            last=bool(ended),
            fingerprints=fingerprints or {},
            tags=tags or {},
        )
        self._rows, self._number = [], self._number + 1
        return report
