"""Collects the results of all packs of a sweep from the commands for the readers of the event log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sweep.planning.packing import PlannedPack
from sweep.records import TrialResult
from sweep.running.commands import AcceptReport, Command, EndTrials, FailPack, FormPack
from sweep.running.reports import PackCollector, Rows

READ = (AcceptReport, EndTrials, FailPack, FormPack)
"""The commands that change what is collected."""


class Collectors:
    """The collectors of packs, by their number."""

    def __init__(self) -> None:
        self._packs: list[PackCollector] = []
        self._known: dict[str, list[Rows]] = {}
        self._of_trial: dict[str, PackCollector] = {}

    def __len__(self) -> int:
        """Number of packs so far, which is the number of the next one."""
        return len(self._packs)

    def __iter__(self) -> Iterator[PackCollector]:
        return iter(self._packs)

    def __getitem__(self, pack: int) -> PackCollector:
        """Return the collector of a pack."""
        return self._packs[pack]

    @property
    def busy_seconds(self) -> float:
        """Training time of all packs."""
        return sum(collector.busy_seconds for collector in self._packs)

    def know(self, rows: Mapping[str, list[Rows]]) -> None:
        """Take the epochs of trials that an earlier start has recorded, by the id of the trial."""
        self._known |= rows

    def add(self, packs: Iterable[PlannedPack]) -> None:
        """Begin to collect packs, which have the next numbers."""
        for planned in packs:
            collector = PackCollector(planned.trials)
            for trial in planned.trials:
                if rows := self._known.pop(trial.id, None):
                    collector.know(trial.id, rows)
            self._packs.append(collector)
            self._of_trial |= {trial.id: collector for trial in planned.trials}

    def rows_of(self, trial_id: str) -> list[tuple[int, int, dict[str, float], float]]:
        """Return the reports of a trial so far, as its checkpoint holds them."""
        return self._of_trial[trial_id].rows_of(trial_id)

    def take(self, command: Command, seconds: float) -> list[TrialResult]:
        """Take one of the commands `READ`, and return the results of the trials that end with it.

        Args:
            command: the command.
            seconds: Unix time.
        """
        match command:
            case AcceptReport(pack, report):
                return self._packs[pack].add(report)
            case EndTrials(pack, ended, tags):
                return self._packs[pack].end(ended, seconds, tags)
            case FailPack(pack, error):
                return self._packs[pack].fail(error, seconds)
            case FormPack(_, planned):
                for trial in planned.trials:
                    self._known[trial.id] = self._of_trial[trial.id].leave(trial.id)
                self.add([planned])
        return []
