"""Reads the results of trials from an event log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sweep.records import Arm, Trial, TrialResult
from sweep.running.event_log import Record
from sweep.running.log_records import report_of, results_of
from sweep.running.reports import PackCollector
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


class _Packs:
    """The packs of all starts of a sweep, by start and number."""

    def __init__(self, trials: Mapping[str, Trial]) -> None:
        self._trials = trials
        self._packs: dict[tuple[str, int], PackCollector] = {}
        self._expected: dict[tuple[str, int], int | None] = {}

    def add(self, record: Record) -> list[TrialResult]:
        """Process a record and return the results of the trials that ended with it."""
        facts = record.facts
        if record.kind == "plan":
            for number, members in facts["packs"].items():
                self._packs[facts["start"], int(number)] = PackCollector([self._trial(*member) for member in members])
            return []
        key = facts.get("start"), facts.get("pack")
        if record.kind not in ("report", "fail", "ended") or key not in self._packs:
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

    def _trial(self, trial_id: str, seed: int) -> Trial:
        """Return a trial; if it is not wanted, one with an empty arm."""
        return self._trials.get(trial_id) or Trial(trial_id, Arm("", "", {}), seed)
