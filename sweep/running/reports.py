"""Defines the reports that workers send while training a pack, and collects them into results of trials."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sweep.records import Trial, TrialResult
from trainers.loop import Ended, EpochMetrics

Floats = NDArray[np.float64]

NO_EPOCHS: Mapping[str, Floats] = {name: np.empty(0) for name in ("epoch", "steps", "examples", "seconds")}
"""Empty epoch columns, for a trial without epochs."""


NO_TAGS: Mapping[str, str] = MappingProxyType({})

Rows: TypeAlias = tuple[tuple[str, ...], NDArray[np.int64], Floats]
"""Some epochs of one trial: names, (n,) epochs and (n, M) values."""


@dataclass(frozen=True)
class Report:
    """Some epochs of one pack.

    Args:
        names: the metrics, in the order of the columns of ``values``.
        epochs: (n,) epoch of each row, from 1.
        trials: (n,) index into the trials of the pack.
        values: (n, M) float64.
        ended: trials that ended in these epochs.
        started_seconds: Unix time at which training of the pack began.
        now_seconds: Unix time of the report.
        number: number of the report, from 0; a restarted pack counts from 0 again.
        last: True when all trials of the pack have ended.
        fingerprints: fingerprints per seed, in the first report or the last.
        node: name of the cluster node; empty without a cluster.
        tags: tags of the trials that ended.
        waits: whether the trials of its last epoch that have not ended wait for a decision.
        files: files of the trial that ended, by their path in its folder, from a machine that does not share the
            results folder; they are not part of the event log.
        resumed_epoch: first report only: the epoch up to which earlier reports of its trials hold, as they go on from
            there; 0 if this attempt reports all epochs.
    """

    names: tuple[str, ...]
    epochs: NDArray[np.int64]
    trials: NDArray[np.int64]
    values: Floats
    ended: tuple[Ended, ...]
    started_seconds: float
    now_seconds: float
    number: int
    last: bool
    fingerprints: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    node: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    waits: bool = False
    resumed_epoch: int = 0

    @property
    def waiting(self) -> tuple[int, ...]:
        """The trials that wait for a decision, as indices into the trials of the pack."""
        if not self.waits:
            return ()
        ended = {end.trial for end in self.ended}
        here: list[int] = self.trials[self.epochs == self.epochs[-1]].tolist()
        return tuple(trial for trial in here if trial not in ended)

    def column(self, name: str) -> list[float]:
        """Return the values of a metric, one for each row; NaN if it was not reported."""
        if name not in self.names or not len(self.trials):
            return [math.nan] * len(self.trials)
        column: list[float] = self.values[:, self.names.index(name)].tolist()
        return column

    @property
    def first(self) -> bool:
        """Whether this is the first report of an attempt."""
        return self.number == 0


def make_report(
    epochs: Sequence[EpochMetrics],
    started_seconds: float,
    now_seconds: float,
    number: int,
    last: bool,
    fingerprints: Mapping[int, Mapping[str, str]],
) -> Report:
    """Combine epochs of a pack into one report; the other arguments are as in `Report`."""
    if not epochs:
        return replace(_no_report(now_seconds), started_seconds=started_seconds, number=number, last=last)
    return Report(
        names=tuple(epochs[0].values),
        epochs=np.concatenate([np.full(len(e.trials), e.epoch, dtype=np.int64) for e in epochs]),
        trials=np.concatenate([e.trials.astype(np.int64) for e in epochs]),
        values=np.concatenate([np.stack(list(e.values.values()), axis=1) for e in epochs]),
        ended=tuple(end for e in epochs for end in e.ended),
        started_seconds=started_seconds,
        now_seconds=now_seconds,
        number=number,
        last=last,
        fingerprints=fingerprints,
    )


class PackCollector:
    """Collects the reports of one pack and returns the result of each trial as it ends.

    Args:
        trials: trials of the pack, in order.
    """

    def __init__(self, trials: Sequence[Trial]) -> None:
        self.trials = trials
        self._past_seconds = self._current_seconds = 0.0
        self._last: Report | None = None
        self._index = {trial.id: index for index, trial in enumerate(trials)}
        self._paused: set[int] = set()
        self._begin()

    @property
    def busy_seconds(self) -> float:
        """Training time of the pack, including attempts whose worker died."""
        return self._past_seconds + self._current_seconds

    def _begin(self) -> None:
        self._rows: dict[int, list[Rows]] = defaultdict(list)
        self._fingerprints: Mapping[int, Mapping[str, str]] = {}
        self.unfinished = set(range(len(self.trials)))
        self.running: set[int] = set()

    def know(self, trial_id: str, rows: Sequence[Rows]) -> None:
        """Take the epochs of a trial that were reported before, in another pack or by an earlier start."""
        self._rows[self._index[trial_id]] = list(rows)

    def known(self, trial_id: str) -> list[Rows]:
        """Return the epochs of a trial so far; none if it has ended."""
        return list(self._rows.get(self._index[trial_id], ()))

    def add(self, report: Report) -> list[TrialResult]:
        """Add a report and return the results of the trials that ended with it.

        A pack that is restarted because its worker died is collected from the epoch that it goes on from; trials that
        had ended are not returned again, and those whose epochs until there are not known are never returned.
        """
        if report.first:
            unfinished, before = self.unfinished, self._rows
            self._begin()
            self.unfinished = unfinished
            if report.resumed_epoch:
                for trial in sorted(unfinished):
                    self._rows[trial] = rows_until(before.get(trial, ()), report.resumed_epoch)
                self.unfinished = {trial for trial in unfinished if self._rows[trial]}
            self._past_seconds += self._current_seconds
        self._fingerprints = {**self._fingerprints, **report.fingerprints}
        self._current_seconds = report.now_seconds - report.started_seconds
        order = np.argsort(report.trials, kind="stable")
        trials, first = np.unique(report.trials[order], return_index=True)
        # Without epochs, as when all trials diverge in their first, np.split would still return one empty piece.
        pieces = np.split(order, first[1:]) if len(trials) else []
        for trial, piece in zip(trials, pieces, strict=True):
            if int(trial) in self.unfinished:
                self._rows[int(trial)].append((report.names, report.epochs[piece], report.values[piece]))
                self.running.add(int(trial))
        self._last = report
        self._paused |= {end.trial for end in report.ended if end.status == "PAUSED"}
        self.running -= self._paused
        ended = [end for end in report.ended if end.status != "PAUSED"]
        return [self._result(end, report) for end in ended if end.trial in self.unfinished]

    def end(self, ended: Sequence[Ended], now_seconds: float, tags: Mapping[str, str]) -> list[TrialResult]:
        """Return the results of trials that end by a decision: in this pack, or paused since they left it.

        Args:
            ended: how each has ended.
            now_seconds: Unix time of the decision.
            tags: tags of the trials.
        """
        return [
            self._result(end, self._last or _no_report(now_seconds), now_seconds, tags)
            for end in ended
            if end.trial in self.unfinished
        ]

    def rows_of(self, trial_id: str) -> list[tuple[int, int, dict[str, float], float]]:
        """Return the reports of a trial so far: epoch, steps, metrics that it has, and seconds of training."""
        rows = []
        for names, epochs, values in self._rows.get(self._index[trial_id], ()):
            for epoch, row in zip(epochs.tolist(), values.tolist(), strict=True):
                metrics = {name: value for name, value in zip(names, row, strict=True) if value == value}
                seconds, steps = metrics.pop("seconds", 0.0), int(metrics.pop("steps", epoch))
                rows.append((epoch, steps, metrics, seconds))
        return rows

    def leave(self, trial_id: str) -> list[Rows]:
        """Forget a trial that goes on in another pack, and return its epochs so far."""
        trial = self._index[trial_id]
        self.unfinished.discard(trial)
        self.running.discard(trial)
        return self._rows.pop(trial, [])

    def fail(self, error: str, now_seconds: float) -> list[TrialResult]:
        """Return FAILED results for all trials that have neither ended nor paused, as those go on in another pack."""
        results = [
            TrialResult(self.trials[trial], "FAILED", NO_EPOCHS, {}, now_seconds, now_seconds, error=error)
            for trial in sorted(self.unfinished - self._paused)
        ]
        self.unfinished &= self._paused
        self.running.clear()
        return results

    def _result(
        self, end: Ended, report: Report, now_seconds: float | None = None, tags: Mapping[str, str] = NO_TAGS
    ) -> TrialResult:
        assert end.status != "PAUSED", "a paused trial has no result yet"
        self.unfinished.discard(end.trial)
        self.running.discard(end.trial)
        parts = self._rows.pop(end.trial, [])
        trial = self.trials[end.trial]
        return TrialResult(
            trial=trial,
            status=end.status,
            epochs=_columns(parts, report.names),
            fingerprints=self._fingerprints.get(trial.seed, {}),
            started_seconds=report.started_seconds,
            ended_seconds=report.now_seconds if now_seconds is None else now_seconds,
            diverged_step=end.step if end.status == "DIVERGED" else None,
            last_finite_loss=end.last_finite_loss if end.status == "DIVERGED" else None,
            error=end.error,
            pruned_rung=end.rung if end.status == "PRUNED" else None,
            pruned_value=end.value if end.status == "PRUNED" else None,
            tags={**({"node": report.node} if report.node else {}), **report.tags, **tags},
        )


def _no_report(now_seconds: float) -> Report:
    """Stand for the reports of a pack that has made none."""
    return Report(
        names=(),
        epochs=np.empty(0, np.int64),
        trials=np.empty(0, np.int64),
        values=np.empty((0, 0)),
        ended=(),
        started_seconds=now_seconds,
        now_seconds=now_seconds,
        number=0,
        last=False,
    )


def rows_until(parts: Sequence[Rows], last: int) -> list[Rows]:
    """Return the epochs of a trial up to one; none at all if they do not reach it."""
    if not any(last in epochs for _, epochs, _ in parts):
        return []
    return [(names, epochs[epochs <= last], values[epochs <= last]) for names, epochs, values in parts]


def _columns(parts: Sequence[Rows], names: Sequence[str]) -> dict[str, Floats]:
    """Join the rows of one trial; a metric that a part lacks is NaN there.

    Args:
        parts: names, epochs and values of each part.
        names: names for a trial without rows.
    """
    if not parts:
        return {"epoch": np.empty(0), **{name: np.empty(0) for name in names}, **NO_EPOCHS}
    columns = {"epoch": np.concatenate([epochs for _, epochs, _ in parts]).astype(np.float64)}
    if all(part[0] == parts[0][0] for part in parts):
        values = np.concatenate([values for _, _, values in parts])
        columns.update(zip(parts[0][0], values.T, strict=True))
        return columns
    for name in dict.fromkeys(name for known, _, _ in parts for name in known):
        columns[name] = np.concatenate(
            [
                values[:, known.index(name)] if name in known else np.full(len(epochs), np.nan)
                for known, epochs, values in parts
            ]
        )
    return columns
