"""Lets a search go on by the results of its trials, and go on in the same way after an interruption."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sweep.config import SweepConfig
from sweep.driver.growth import taken
from sweep.driver.prepare import Preparation
from sweep.driver.search_outcome import outcome_of
from sweep.errors import ConfigError
from sweep.planning.growing import Growing
from sweep.planning.plan import Plan
from sweep.planning.search.method import Outcome
from sweep.records import Trial, TrialResult, plain
from sweep.results import ResultsFolder
from sweep.running.event_log import Record
from sweep.running.log_records import Proposed, proposed_of, proposed_record
from trainers.errors import UserCodeError


class Proposing:
    """Tells a search the results of its settings, in the order in which they were proposed, and asks it for more.

    What is told and proposed is a record of the event log, before it is trained, so that a sweep that is started again
    asks the same questions and gets the same answers.

    Args:
        config: configuration of the sweep.
        growing: its search.
        plan: its plan, with what is known before there are results.
    """

    def __init__(self, config: SweepConfig, growing: Growing, plan: Plan) -> None:
        self._config = config
        self._growing = growing
        self._results: defaultdict[str, dict[str, TrialResult]] = defaultdict(dict)
        self._told: set[str] = set()
        self.plan = plan
        self.cohorts: list[Sequence[Trial]] = [plan.trials]
        """The trials that were planned together, each time."""

    def add(self, results: Iterable[TrialResult]) -> None:
        """Take note of trials that have ended."""
        for result in results:
            self._results[result.trial.arm.id][result.trial.id] = result

    def replay(self, records: Iterable[Record]) -> int:
        """Repeat what earlier starts of the sweep have told and asked; returns the number of settings that differ."""
        for record in records:
            if record.kind != "proposed" or (earlier := proposed_of(record)).search != self._growing.identity:
                continue
            self._tell(earlier.told)
            before, trials = len(self.plan.arms), len(self.plan.trials)
            self.plan = self._grown(earlier.rounds)
            self.cohorts.append(self.plan.trials[trials:])
            found = tuple(arm.id for arm in self.plan.arms[before:])
            if found != earlier.arms:
                return len(earlier.arms)
        return 0

    def next(self, rounds: int) -> tuple[Sequence[Trial], Record | None]:
        """Return the trials of the next settings, and the record to write before they are trained.

        Args:
            rounds: number of workers that want something to train.

        Returns:
            the new trials; none once all budgets are used up.

        Raises:
            ConfigError: if the sampler fails.
        """
        told = self._outcomes()
        self._tell(told)
        before, trials = len(self.plan.arms), len(self.plan.trials)
        self.plan = self._grown(rounds)
        added = self.plan.arms[before:]
        if not added:
            return (), None
        proposed = Proposed(
            search=self._growing.identity,
            told=told,
            rounds=rounds,
            arms=tuple(arm.id for arm in added),
            settings=tuple(plain(arm.setting) for arm in added),
        )
        self.cohorts.append(self.plan.trials[trials:])
        return self.cohorts[-1], proposed_record(proposed, time.time())

    def _outcomes(self) -> dict[str, Outcome]:
        """Outcomes of the arms whose trials have all ended and that the search does not know yet."""
        seeds = len(self.plan.seeds)
        return {
            arm.id: outcome_of(list(self._results[arm.id].values()), self._config.metric)
            for arm in self.plan.arms
            if arm.id not in self._told and len(self._results.get(arm.id, ())) >= seeds
        }

    def _tell(self, outcomes: Mapping[str, Outcome]) -> None:
        settings = {arm.id: arm.setting for arm in self.plan.arms}
        for arm_id, outcome in outcomes.items():
            if arm_id in settings and arm_id not in self._told:
                self._growing.tell(settings[arm_id], outcome)
                self._told.add(arm_id)

    def _grown(self, rounds: int) -> Plan:
        plan = self.plan
        try:
            for _ in range(rounds):
                plan = self._growing.grown(plan)
        except UserCodeError as error:
            raise self._failed(error) from error
        return plan

    def _failed(self, error: UserCodeError) -> ConfigError:
        method = self._config.search.method
        return self._config.error("search.method", f"must propose settings. Received: {method}, which failed: {error}.")


def resumed_search(preparation: Preparation, folder: ResultsFolder) -> tuple[Proposing | None, list[str]]:
    """Return the search of a sweep after what earlier starts have asked it, and notes for the user.

    Args:
        preparation: the sweep.
        folder: its results folder.

    Returns:
        None for a sweep whose settings are all known.
    """
    if preparation.growing is None:
        return None, []
    proposing = Proposing(preparation.config, preparation.growing, preparation.plan)
    records, _ = folder.log.read()
    if differing := proposing.replay(records):
        told = f"{differing:,} settings that were proposed before are not proposed again: another version of a library"
        return proposing, [f"{told} proposes others from the same results. Their trials stay in the event log."]
    return proposing, []


def known_results(root: str, folder: ResultsFolder, fresh: bool, trials: Sequence[Trial]) -> list[TrialResult]:
    """Return the results of proposed trials that this or another sweep has trained already.

    Args:
        root: folder or URL of all results.
        folder: results folder of the sweep.
        fresh: whether everything is trained again.
        trials: the proposed trials.
    """
    if fresh:
        return []
    wanted, finished = {trial.id for trial in trials}, folder.finished_trial_ids()
    here = [one for one in folder.results() if one.trial.id in wanted & finished] if wanted & finished else []
    return [*here, *taken(root, folder, [trial for trial in trials if trial.id not in finished])]
