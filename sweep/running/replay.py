"""Reads the results of trials out of an event log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sweep.records import Arm, Trial, TrialResult
from sweep.running.event_log import Record
from sweep.running.log_records import report_of, results_of
from sweep.running.reports import PackCollector


def replay(records: Iterable[Record], trials: Iterable[Trial]) -> list[TrialResult]:
    """The results that a log holds, one for each trial that ended, in the order in which they ended last.

    A pack of which a report is missing gives no more results: its trials are as if they had not been trained.

    Args:
        records: of an event log.
        trials: whose results are asked for.
    """
    wanted = {trial.id: trial for trial in trials}
    packs = _Packs(wanted)
    found: dict[str, TrialResult] = {}
    for record in records:
        results = results_of(record, wanted) if record.kind == "results" else packs.take(record)
        for result in results:
            if result.trial.id in wanted:
                found.pop(result.trial.id, None)
                found[result.trial.id] = result
    return list(found.values())


class _Packs:
    """The packs of all starts of a sweep, each with its number in its start."""

    def __init__(self, trials: Mapping[str, Trial]) -> None:
        self._trials = trials
        self._packs: dict[tuple[str, int], PackCollector] = {}
        self._expected: dict[tuple[str, int], int | None] = {}

    def take(self, record: Record) -> list[TrialResult]:
        """The results of the trials that ended with a record."""
        facts = record.facts
        if record.kind == "plan":
            for number, members in facts["packs"].items():
                self._packs[facts["start"], int(number)] = PackCollector([self._trial(*member) for member in members])
            return []
        key = facts.get("start"), facts.get("pack")
        if record.kind not in ("report", "fail") or key not in self._packs:
            return []
        if record.kind == "fail":
            return self._packs[key].fail(facts["error"], facts["seconds"])
        if facts["number"] not in (0, self._expected.get(key)):
            self._expected[key] = None
            return []
        self._expected[key] = facts["number"] + 1
        return self._packs[key].add(report_of(record))

    def _trial(self, trial_id: str, seed: int) -> Trial:
        """A trial of the plan; one that is not asked for has no arm here."""
        return self._trials.get(trial_id) or Trial(trial_id, Arm("", "", {}), seed)
