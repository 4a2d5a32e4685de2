"""Keeps which trial of a population took over the state of which other, and how old each is, from the event log."""

from __future__ import annotations

from collections.abc import Iterable

from sweep.records import Exploit, Setting, Trial
from sweep.running.event_log import Record


class Lineage:
    """The exploits of trials, without those that were undone as a trial began again before them."""

    def __init__(self) -> None:
        self._exploits: dict[str, list[tuple[int, Exploit]]] = {}
        self._ages: dict[str, int] = {}

    @classmethod
    def of(cls, records: Iterable[Record]) -> Lineage:
        """Read it from the records of an event log."""
        lineage = cls()
        for record in records:
            facts = record.facts
            if record.kind == "plan":
                ages = facts.get("ages", {})
                for number, members in facts["packs"].items():
                    for trial_id, _ in members:
                        lineage.begin(trial_id, ages.get(number, 0))
            elif record.kind == "take over":
                exploit = Exploit(
                    trial_id=facts["trial"],
                    donor=facts["donor"],
                    at=facts["at"],
                    before=facts["before"],
                    setting=facts["setting"],
                )
                lineage.add(exploit, facts["epoch"])
        return lineage

    def begin(self, trial_id: str, epoch: int) -> None:
        """Take that a trial is trained from an epoch on."""
        self._ages[trial_id] = epoch
        if trial_id in self._exploits:
            self._exploits[trial_id] = [(at, one) for at, one in self._exploits[trial_id] if at <= epoch]

    def add(self, exploit: Exploit, epoch: int) -> None:
        """Take that a trial has taken over the state of another, which was after an epoch."""
        self._ages[exploit.trial_id] = epoch
        self._exploits.setdefault(exploit.trial_id, []).append((epoch, exploit))

    def exploits_of(self, trial_id: str) -> list[Exploit]:
        """Return what a trial has taken over, in order."""
        return [exploit for _, exploit in self._exploits.get(trial_id, ())]

    def age_of(self, trial_id: str) -> int:
        """Return the last epoch from which a trial was trained on."""
        return self._ages.get(trial_id, 0)

    def setting_of(self, trial: Trial) -> Setting:
        """Return the setting with which a trial is trained now."""
        found = self.exploits_of(trial.id)
        return found[-1].setting if found else trial.arm.setting
