"""Reads the results of trials from an event log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sweep.records import Arm, Trial, TrialResult
from sweep.running.event_log import Record
from sweep.running.log_records import REPORTS, report_of, results_of
from sweep.running.reports import PackCollector, Rows
from trainers.loop import Ended


def replay(records: Iterable[Record], trials: Iterable[Trial]) -> list[TrialResult]:
    """Return the last result of each trial that ended, in the order in which they ended.

    A pack with a missing report gives no further results; its remaining trials count as not trained.

    Args:
        records: records of an event log.
        trials: trials whose results are wanted.
    """
    wanted = {trial.id: trial for trial in trials}
    packs = _Packs(wanted)
    found: dict[str, TrialResult] = {}
    for record in records:
        results = results_of(record, wanted) if record.kind == "results" else packs.add(record)
        for result in results:
            if result.trial.id in wanted:
                found.pop(result.trial.id, None)
                found[result.trial.id] = result
    return list(found.values())


def known_rows(records: Iterable[Record], trial_ids: Collection[str]) -> dict[str, list[Rows]]:
    """Return the epochs of trials that have begun and not ended, as far as they were reported without a gap.

    Args:
        records: records of an event log.
        trial_ids: the trials.
    """
    packs = _Packs({})
    for record in records:
        packs.add(record)
    found = {trial_id: packs.known(trial_id) for trial_id in trial_ids}
    return {trial_id: rows for trial_id, rows in found.items() if rows}


class _Packs:
    """The packs of all starts of a sweep, by start and number."""

    def __init__(self, trials: Mapping[str, Trial]) -> None:
        self._trials = trials
        self._of_trial: dict[str, PackCollector] = {}
        self._packs: dict[tuple[str, int], PackCollector] = {}
        self._expected: dict[tuple[str, int], int | None] = {}

    def add(self, record: Record) -> list[TrialResult]:
        """Process a record and return the results of the trials that ended with it."""
        facts = record.facts
        if record.kind == "plan":
            for number, members in facts["packs"].items():
                self._plan((facts["start"], int(number)), [self._trial(*member) for member in members])
            return []
        key = facts.get("start"), facts.get("pack")
        if record.kind not in (*REPORTS, "start over", "fail", "ended") or key not in self._packs:
            return []
        if record.kind == "start over":
            # The reports of the attempt before are over.
            self._expected[key] = 0
            return []
        if record.kind == "ended":
            ended = [Ended(**end) for end in facts["ended"]]
            return self._packs[key].end(ended, facts["seconds"], facts["tags"])
        if record.kind == "fail":
            return self._packs[key].fail(facts["error"], facts["seconds"])
        if facts["number"] not in (0, self._expected.get(key)):
            self._expected[key] = None
            return []
        self._expected[key] = facts["number"] + 1
        return self._packs[key].add(report_of(record))

    def known(self, trial_id: str) -> list[Rows]:
        """Return the epochs of a trial that has not ended."""
        return self._of_trial[trial_id].known(trial_id) if trial_id in self._of_trial else []

    def _plan(self, key: tuple[str, int], trials: Sequence[Trial]) -> None:
        """Begin to collect a pack, whose trials may go on from what was reported before, also by an earlier start."""
        self._packs[key] = collector = PackCollector(trials)
        for trial in trials:
            if before := self._of_trial.get(trial.id):
                collector.know(trial.id, before.leave(trial.id))
            self._of_trial[trial.id] = collector

    def _trial(self, trial_id: str, seed: int) -> Trial:
        """Return a trial; if it is not wanted, one with an empty arm."""
        return self._trials.get(trial_id) or Trial(trial_id, Arm("", "", {}), seed)
