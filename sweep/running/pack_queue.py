"""Keeps the packs that have not ended: those that wait for a worker, those in training, and the paused trials."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sweep.planning.packing import PlannedPack
from sweep.running.commands import Command, EndTrials, FailPack, FormPack, StopPack, StopTrials
from sweep.running.packs import Pack
from sweep.running.paused_trials import SMALL_PACK, PausedTrials
from sweep.running.reports import Report
from trainers.loop import Ended


class PackQueue:
    """Packs by their number, in the order in which workers should get them."""

    def __init__(self) -> None:
        self.paused = PausedTrials()
        # Trials that end as soon as they have reached their rung, with it.
        self.doomed: dict[str, float] = {}
        self._packs: dict[int, Pack] = {}
        self._queue: deque[int] = deque()
        self._next = 0
        self._place: dict[str, tuple[int, int]] = {}

    def __len__(self) -> int:
        """Number of packs that have not ended."""
        return len(self._packs)

    def __getitem__(self, number: int) -> Pack:
        """Return a pack that has not ended."""
        return self._packs[number]

    @property
    def waiting(self) -> int:
        """Number of packs that wait for a worker."""
        return len(self._queue)

    @property
    def is_empty(self) -> bool:
        """Whether no trial is left."""
        return not self._packs and not len(self.paused)

    def get(self, number: int) -> Pack | None:
        """Return a pack, None if it has ended."""
        return self._packs.get(number)

    def plan(self, packs: Iterable[PlannedPack]) -> None:
        """Add packs at the end of the queue."""
        packs = tuple(packs)
        self.paused.measure(packs)
        for planned in packs:
            self._queue.append(self._add(Pack(planned)))

    def take(self) -> tuple[int, list[Command]]:
        """Return the number of the next pack; one of whose trials some have ended is a new pack of the others."""
        number = self._queue.popleft()
        pack = self._packs[number]
        if len(pack.left) == len(pack.planned.trials):
            return number, []
        del self._packs[number]
        formed = Pack(pack.planned.only(sorted(pack.left)), attempt=pack.attempt)
        new = self._add(formed)
        return new, [FormPack(new, formed.planned)]

    def form(self, workers: int, free: int) -> Iterator[Command]:
        """Form packs of paused trials that go on; they come first, since they are nearer to their end.

        Args:
            workers: number of workers.
            free: number of those that train nothing.
        """
        if not len(self.paused):
            return
        planned = self.paused.form(max(1, workers), is_hungry=free > len(self._queue))
        if not planned and not self._packs:
            # Nobody is left for whom they could wait.
            self.paused.resume_all()
            planned = self.paused.form(max(1, workers), is_hungry=True)
        for one in planned:
            number = self._add(Pack(one))
            self._queue.appendleft(number)
            yield FormPack(number, one)

    def restart(self, number: int) -> int:
        """Put a pack first in the queue again, and return the number of its attempt."""
        pack = self._packs[number]
        pack.begin_again()
        self._queue.appendleft(number)
        return pack.attempt

    def end(self, number: int) -> Pack:
        """Take out a pack that has ended, and return it."""
        if number in self._queue:
            self._queue.remove(number)
        return self._packs.pop(number)

    def fail_all(self, reason: str) -> list[Command]:
        """Take out all packs and paused trials, which FAILED."""
        commands: list[Command] = [FailPack(number, reason) for number in self._packs]
        for one in self.paused.pop_all():
            commands.append(EndTrials(one.pack, (Ended(one.index, "FAILED", 0, error=reason),)))
        self._packs.clear()
        self._queue.clear()
        return commands

    def take_ends(self, number: int, report: Report) -> list[Ended]:
        """Take the trials that have ended with a report, or have written the checkpoint with which they pause.

        Returns:
            The ends of those that are not paused.
        """
        pack, found = self._packs[number], []
        for end in report.ended:
            if end.trial not in pack.left:
                continue
            pack.left.discard(end.trial)
            if end.status == "PAUSED":
                part = pack.planned.only([end.trial]).going_on(end.step)
                # Of a trial that has diverged there is no checkpoint after any epoch.
                self.paused.add(number, end.trial, part, may_wait=end.trial in pack.merging, has_state=end.step > 0)
            else:
                found.append(end)
        return found

    def is_left(self, trial_id: str) -> bool:
        """Whether a trial is in a pack that has not ended, and has not ended itself."""
        number, index = self._place.get(trial_id, (-1, -1))
        return number in self._packs and index in self._packs[number].left

    def end_trial(self, trial_id: str, how: Ended, tags: Mapping[str, str]) -> list[Command]:
        """End a trial that does not wait for an answer, wherever it is; ``how`` gets its index in its pack."""
        if trial_id not in self._place:
            return []
        number, index = self._place[trial_id]
        ended = EndTrials(number, (replace(how, trial=index),), tags)
        if trial_id in self.paused:
            self.paused.pop(trial_id)
            return [ended]
        pack = self._packs.get(number)
        if pack is None or index not in pack.left:
            return []
        pack.left.discard(index)
        if pack.worker is None:
            if not pack.left:
                self.end(number)
            return [ended]
        if pack.left:
            return [ended, StopTrials(pack.worker, number, pack.attempt, (index,))]
        return [ended, StopPack(pack.worker, number, pack.attempt)]

    def cancel(self, tags: Mapping[str, str]) -> list[Command]:
        """End all trials that have begun as CANCELLED, and forget those that have not."""
        commands: list[Command] = []
        for number in [key for key, pack in self._packs.items() if pack.worker is None]:
            begun = self._packs[number].planned.resumed_epoch
            left = sorted(self._packs[number].left) if begun else []
            if left:
                commands.append(EndTrials(number, tuple(Ended(index, "CANCELLED", 0) for index in left), tags))
            self.end(number)
        for number, pack in self._packs.items():
            assert pack.worker is not None, "packs without a worker are gone"
            ended = tuple(Ended(index, "CANCELLED", 0) for index in sorted(pack.left))
            commands += [EndTrials(number, ended, tags), StopPack(pack.worker, number, pack.attempt)]
        for trial in self.paused.pop_all():
            commands.append(EndTrials(trial.pack, (Ended(trial.index, "CANCELLED", 0),), tags))
        return commands

    def pause(self) -> list[Command]:
        """Let all trials that are trained write a checkpoint and leave their packs."""
        commands: list[Command] = []
        for number, pack in self._packs.items():
            if pack.worker is not None and pack.left:
                pack.merging.update(pack.left)
                commands.append(StopTrials(pack.worker, number, pack.attempt, pause=tuple(sorted(pack.left))))
        return commands

    def merge(self, number: int) -> tuple[int, ...]:
        """Return the trials of a pack that should pause to be merged with others of its kind; often none."""
        pack = self._packs[number]
        if pack.planned.recipe is None or not 0 < len(pack.left) < min(SMALL_PACK, len(pack.planned.trials)):
            return ()
        others = (one for key, one in self._packs.items() if key != number)
        if not any(one.planned.kind == pack.planned.kind and one.planned.decisions is not None for one in others):
            return ()
        pack.merging.update(pack.left)
        return tuple(sorted(pack.left))

    def _add(self, pack: Pack) -> int:
        """Give a pack the next number."""
        number, self._next = self._next, self._next + 1
        self._packs[number] = pack
        self._place |= {trial.id: (number, index) for index, trial in enumerate(pack.planned.trials)}
        return number
