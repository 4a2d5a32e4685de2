"""Holds trials that have left their pack with a checkpoint, and forms new packs of trials of equal age."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass

from sweep.planning.packing import SHORTEST_PACK_SECONDS, PlannedPack
from sweep.records import Exploit
from sweep.running.commands import TakeOver

SMALL_PACK = 8
"""A pack of fewer trials costs clearly more per trial and step than a full one (docs/performance.md)."""


@dataclass
class PausedTrial:
    """A trial that has left its pack.

    Args:
        pack: number of the pack.
        index: its place in it.
        part: the pack of this trial alone, going on from its checkpoint.
        is_resumed: whether it may go on.
        may_wait: whether it goes on only with others or when a worker is free, as it was paused to be merged.
        has_state: whether it has a checkpoint; one that has diverged goes on only from that of another.
    """

    pack: int
    index: int
    part: PlannedPack
    is_resumed: bool = False
    may_wait: bool = False
    has_state: bool = True


class PausedTrials:
    """Paused trials by their id."""

    def __init__(self) -> None:
        self._trials: dict[str, PausedTrial] = {}
        self._resumed: set[str] = set()
        self._most: dict[Hashable, int] = {}
        self._exploits: dict[str, Exploit] = {}

    def __len__(self) -> int:
        return len(self._trials)

    def __contains__(self, trial_id: str) -> bool:
        return trial_id in self._trials

    def measure(self, packs: Iterable[PlannedPack]) -> None:
        """Remember how many trials fit into one pack of each kind."""
        for planned in packs:
            kind = planned.kind
            self._most[kind] = max(self._most.get(kind, 1), len(planned.trials))

    def add(self, pack: int, index: int, part: PlannedPack, *, may_wait: bool = False, has_state: bool = True) -> None:
        """Take a trial whose checkpoint is written.

        Args:
            pack: number of the pack that it leaves.
            index: its place in it.
            part: the pack of this trial alone, from its checkpoint on.
            may_wait: whether it was paused only to be merged with others.
            has_state: False if it has diverged, and waits for the checkpoint of another.
        """
        (trial,) = part.trials
        is_resumed = trial.id in self._resumed or may_wait
        self._trials[trial.id] = PausedTrial(pack, index, part, is_resumed, may_wait, has_state)
        self._resumed.discard(trial.id)

    def pop(self, trial_id: str) -> PausedTrial:
        """Take a trial out, which ends."""
        return self._trials.pop(trial_id)

    def pop_all(self) -> list[PausedTrial]:
        """Take all trials out, which end."""
        trials = list(self._trials.values())
        self._trials.clear()
        return trials

    def resume(self, trial_ids: Iterable[str]) -> None:
        """Let trials go on, now or as soon as their checkpoint is written."""
        for trial in trial_ids:
            if trial in self._trials:
                self._trials[trial].is_resumed = True
            else:
                self._resumed.add(trial)

    def exploit(self, found: Iterable[Exploit]) -> None:
        """Let trials take over the state of others, once the checkpoints of both are written."""
        self._exploits |= {one.trial_id: one for one in found}

    def take_over(self) -> list[TakeOver]:
        """Carry out what can be: replace the state of trials by that of their donors, with the setting of each."""
        commands = []
        for one in list(self._exploits.values()):
            if one.trial_id in self._trials and one.donor in self._trials:
                taking, donor = self._trials[one.trial_id], self._trials[one.donor]
                (trial,), (giving,) = taking.part.trials, donor.part.trials
                taking.part, taking.is_resumed, taking.has_state = donor.part.given_to(trial, one.setting), True, True
                commands.append(TakeOver(one, trial, giving, donor.part.resumed_epoch))
                del self._exploits[one.trial_id]
        return commands

    def drop_exploits(self, is_left: Callable[[str], bool]) -> list[Exploit]:
        """Forget what can no longer be carried out, as a trial has ended meanwhile.

        Args:
            is_left: whether a trial that is not here will still come.
        """
        gone = [
            one
            for one in self._exploits.values()
            if not all(trial in self._trials or is_left(trial) for trial in (one.trial_id, one.donor))
        ]
        for one in gone:
            del self._exploits[one.trial_id]
        return gone

    def forget(self, trial_ids: Collection[str]) -> None:
        """Let trials that are not here after all, as they go on in a worker, not be resumed."""
        self._resumed.difference_update(trial_ids)

    def resume_all(self) -> None:
        """Let all trials go on."""
        self.resume(list(self._trials))

    def form(self, workers: int, *, is_hungry: bool) -> list[PlannedPack]:
        """Form packs of the trials that may go on.

        Args:
            workers: number of packs trained at once.
            is_hungry: whether a worker has nothing to train, so that no trial waits to be merged.
        """
        groups: dict[Hashable, list[PausedTrial]] = {}
        bound = {trial for one in self._exploits.values() for trial in (one.trial_id, one.donor)}
        for name, one in self._trials.items():
            if one.is_resumed and one.has_state and name not in bound:
                groups.setdefault((one.part.kind, one.part.resumed_epoch), []).append(one)
        packs: list[PlannedPack] = []
        for members in groups.values():
            if all(one.may_wait for one in members) and len(members) < 2 * SMALL_PACK and not is_hungry:
                continue
            packs += self._portions(members, workers)
        return packs

    def _portions(self, members: list[PausedTrial], workers: int) -> list[PlannedPack]:
        first = members[0].part
        seconds = sum(one.part.seconds for one in members)
        parts = max(
            math.ceil(len(members) / self._most.get(first.kind, 1)),
            min(workers, len(members), int(seconds / SHORTEST_PACK_SECONDS)),
            1,
        )
        found = []
        for part in range(parts):
            chosen = members[part::parts]
            found.append(chosen[0].part.joined([one.part for one in chosen[1:]]))
            for one in chosen:
                del self._trials[one.part.trials[0].id]
        return found
