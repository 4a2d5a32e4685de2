"""Names, finds and drops the checkpoints of trials in training, of which the last two of a pack are kept."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sweep.execution.sources.state import is_whole, read_facts, read_verified, write_state

CHECKPOINTS = "checkpoints"
"""Folder in a results folder that holds the checkpoints of trials in training."""

SUFFIX = ".safetensors"

GENERATIONS = 2
"""So many checkpoints of a pack are kept: the reports up to the last one may not have come to the event log."""

SHARE = 99
"""Training lasts so many times longer than writing a checkpoint, which therefore takes 1 % of the time at most."""


@dataclass(frozen=True)
class CheckpointFile:
    """A file of checkpoints.

    Args:
        path: the file.
        name: of the pack that has written it.
        epoch: epochs that its trials have behind them.
    """

    path: Path
    name: str
    epoch: int

    @cached_property
    def trials(self) -> tuple[str, ...]:
        """Ids of its trials; none if it cannot be read."""
        facts = read_facts(self.path) or {}
        return tuple(facts.get("trials", ()))

    @property
    def is_whole(self) -> bool:
        """Whether it has its checksum."""
        return is_whole(self.path)

    def read(self) -> tuple[dict[str, Any], Any] | None:
        """Return its facts and its state; None if it is missing or damaged."""
        return read_verified(self.path)


def pack_name(trial_ids: Sequence[str]) -> str:
    """Return the name of the checkpoints of a pack: that of its only trial, or a hash of all.

    >>> pack_name(["0123456789ab"])
    '0123456789ab'
    """
    if len(trial_ids) == 1:
        return trial_ids[0]
    return "pack" + hashlib.sha256(" ".join(trial_ids).encode()).hexdigest()[:12]


def find_files(
    results: str | Path, most_epoch: int | None = None, *, of_pack: str | None = None
) -> list[CheckpointFile]:
    """Return the checkpoints in a results folder, those after most epochs first.

    Args:
        results: the results folder.
        most_epoch: the most epochs that they may have behind them; None for any number.
        of_pack: name of the pack that has written them; None for all.
    """
    found = []
    for path in sorted((Path(results) / CHECKPOINTS).glob(f"*-*{SUFFIX}")):
        name, _, epoch = path.name.removesuffix(SUFFIX).rpartition("-")
        is_wanted = of_pack in (None, name)
        if is_wanted and epoch.isdecimal() and (most_epoch is None or int(epoch) <= most_epoch):
            found.append(CheckpointFile(path, name, int(epoch)))
    return sorted(found, key=lambda one: -one.epoch)


def write_file(results: str | Path, name: str, epoch: int, content: bytes, kept: Collection[Path] = ()) -> None:
    """Write a checkpoint durably, and drop those of the same pack but for it and the last before it.

    Args:
        results: the results folder.
        name: of the pack.
        epoch: epochs that its trials have behind them.
        content: of the file.
        kept: files that stay.
    """
    folder = Path(results) / CHECKPOINTS
    folder.mkdir(exist_ok=True)
    write_state(folder / f"{name}-{epoch}{SUFFIX}", content, is_durable=True)
    own = find_files(results, of_pack=name)
    # One of more epochs was of no use, as the pack has gone on from an earlier one.
    staying = [one for one in own if one.epoch <= epoch][:GENERATIONS]
    for one in own:
        if one not in staying and one.path not in kept:
            one.path.unlink(missing_ok=True)


def drop_pack(results: str | Path, trial_ids: Sequence[str]) -> None:
    """Delete the checkpoints of a pack whose trials have all ended."""
    for file in find_files(results, of_pack=pack_name(trial_ids)):
        file.path.unlink(missing_ok=True)


class CheckpointPace:
    """Says when a training writes its next checkpoint.

    Args:
        every: seconds between two checkpoints; 0 for none.
        clock: returns the time in seconds.
    """

    def __init__(self, every: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._every = every
        self._clock = clock
        self._due = clock() + every

    @property
    def is_due(self) -> bool:
        """Whether it is time."""
        return self._every > 0 and self._clock() >= self._due

    def written(self, seconds: float) -> None:
        """Take that a checkpoint was written, in so many seconds."""
        self._due = self._clock() + max(self._every, SHARE * seconds)
