"""Writes the checkpoints of a pack of our networks from time to time, and reads those that a pack goes on from."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sweep.errors import ResultsError
from sweep.execution.sources.checkpoint_files import CheckpointPace, find_files, pack_name, write_file
from sweep.execution.sources.checkpoints import CheckpointWriter, Keeping, Kept, Row
from sweep.execution.sources.state import read_facts, snapshot
from sweep.records import Trial
from trainers.checkpoint import Checkpoint, split_state
from trainers.session import Session

UNWRITABLE = (OSError, ResultsError)
"""Exceptions that writing a file can raise; a training goes on without its checkpoint."""


@dataclass
class PackCheckpoints:
    """The checkpoints of a pack in training.

    Args:
        keeping: where they are, and how often they are written; None for none.
        trials: trials of the pack, in order.
        session: their training.
        writer: what keeps their metrics and best states, where that is asked; None where it is not.
        epoch: of the last checkpoint, or the one that the pack has gone on from.
    """

    keeping: Keeping | None
    trials: Sequence[Trial]
    session: Session
    writer: CheckpointWriter | None = None
    epoch: int = 0
    _pace: CheckpointPace = field(init=False)
    _folder: str = field(init=False)
    _is_possible: bool = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is written where the results folder is on another machine."""
        self._pace = CheckpointPace(0.0 if self.keeping is None else self.keeping.every)
        self._folder = self.keeping.folder if self.keeping is not None and self.keeping.every else ""
        self._is_possible = bool(self._folder) and Path(self._folder).is_dir()

    @property
    def is_due(self) -> bool:
        """Whether it is time for a checkpoint, before which all reports must be sent."""
        return self._is_possible and self._pace.is_due

    def write(self, left: Collection[int]) -> None:
        """Write the states of some trials, whose reports have all been sent.

        Args:
            left: the trials that have not ended, as indices into the trials of the pack.
        """
        if not self._is_possible or not left or self.session.epoch <= self.epoch:
            return
        begin = time.monotonic()
        found = split_state(self.session.state(left), self.session.pack)
        if not all(one.is_whole for one in found.values()):
            self._is_possible = False
            return
        ids = {index: self.trials[index].id for index in sorted(found)}
        states = {ids[index]: found[index].as_mapping() for index in ids}
        rows = None if self.writer is None else self.writer.rows
        metrics = None if rows is None else {ids[index]: _packed(rows[index]) for index in ids}
        content = snapshot({"states": states, "rows": metrics}, is_limited=False).content(
            {"epoch": self.session.epoch, "trials": list(states)}
        )
        name = pack_name([trial.id for trial in self.trials])
        # A full disk must not end the training.
        with contextlib.suppress(*UNWRITABLE):
            if self.writer is not None:
                self.writer.write_best()
            write_file(self._folder, name, self.session.epoch, content)
            self.epoch = self.session.epoch
        self._pace.written(time.monotonic() - begin)


def read_pack(keeping: Keeping, trials: Sequence[Trial], most_epoch: int, *, has_rows: bool) -> list[Kept] | None:
    """Return the last checkpoints from which some trials can go on together; None if there are none.

    Args:
        keeping: where they are, and what is kept of the trials.
        trials: the trials.
        most_epoch: the epoch up to which the event log has their reports; 0 for none.
        has_rows: whether the training needs the metrics of the epochs behind it.
    """
    found = _last_states(keeping.folder, [trial.id for trial in trials], most_epoch) if most_epoch else None
    if found is None or (has_rows and not all(one.rows for one in found)):
        return None
    # What is kept may have changed since.
    if keeping.weights == "best" and not all(read_facts(keeping.path(trial)) for trial in trials):
        return None
    return found


def _last_states(results: str, trial_ids: Sequence[str], most_epoch: int) -> list[Kept] | None:
    wanted = frozenset(trial_ids)
    epoch, found = 0, dict[str, Kept]()
    for file in find_files(results, most_epoch):
        if file.epoch != epoch:
            epoch, found = file.epoch, {}
        if wanted.isdisjoint(file.trials) or (content := file.read()) is None:
            continue
        # Another version may have written something else.
        with contextlib.suppress(KeyError, TypeError):
            found |= _kept_of(content[1], wanted)
        if len(found) == len(wanted):
            return [found[trial_id] for trial_id in trial_ids]
    return None


def _kept_of(state: Any, wanted: Collection[str]) -> dict[str, Kept]:
    """Read the checkpoints of some trials, and their metrics if they are there."""
    rows = state["rows"] or {}
    found = {trial_id: Checkpoint.from_mapping(one) for trial_id, one in state["states"].items() if trial_id in wanted}
    return {
        trial_id: Kept(one, _unpacked(rows[trial_id]) if trial_id in rows else ()) for trial_id, one in found.items()
    }


def _packed(rows: Sequence[Row]) -> dict[str, Any]:
    """Put the metrics of a trial's epochs into one array, since there may be very many."""
    names = list(dict.fromkeys(name for _, _, metrics, _ in rows for name in metrics))
    values = [
        [epoch, steps, seconds, *(metrics.get(name, np.nan) for name in names)]
        for epoch, steps, metrics, seconds in rows
    ]
    return {"names": names, "values": np.array(values, dtype=np.float64)}


def _unpacked(packed: Mapping[str, Any]) -> list[Row]:
    names = packed["names"]
    return [
        (int(epoch), int(steps), dict(zip(names, metrics, strict=True)), seconds)
        for epoch, steps, seconds, *metrics in packed["values"].tolist()
    ]
