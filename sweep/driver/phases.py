"""Phases of a sweep: all settings on the selection seeds, then the best of each level on the report seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from sweep.analysis.selection import Selected, select
from sweep.config import SweepConfig
from sweep.driver.proposing import Proposing
from sweep.planning.plan import Plan
from sweep.records import Trial, TrialResult
from sweep.results import ResultsFolder

if TYPE_CHECKING:
    import pandas as pd


class Phases:
    """Determines the trials of each phase; after an interruption it returns the same trials.

    Args:
        config: configuration of the sweep.
        plan: plan of the selection phase, which is the only one without report seeds.
        folder: results folder, extended by what a search proposes and by the report phase once that begins.
        proposing: the search, whose settings are not all known yet; None if they are.
        known: returns the results of those of its trials that need not be trained again.
    """

    def __init__(
        self,
        config: SweepConfig,
        plan: Plan,
        folder: ResultsFolder,
        proposing: Proposing | None = None,
        known: Callable[[Sequence[Trial]], Sequence[TrialResult]] = lambda trials: (),
    ) -> None:
        self._config = config
        self._folder = folder
        self._proposing = proposing
        self._known = known
        self.plan = plan
        self.taken: list[TrialResult] = []
        """Results of proposed trials that were not trained again, since they were known."""
        self.limit = ""
        """Key of the limit at which the selection has ended; empty if it has none."""
        self._has_report = not plan.report_seeds

    @property
    def total(self) -> int:
        """Number of trials in both phases; until selection, one selected setting per level is assumed."""
        expected = self.plan.expected_trials if self._proposing is not None else len(self.plan.trials)
        return expected + (0 if self._has_report else self.plan.report_trials)

    @property
    def cohorts(self) -> Sequence[Sequence[Trial]]:
        """The trials of the selection that were planned together: all at once, or each set of proposals."""
        planned = [self.plan.trials] if self._proposing is None else self._proposing.cohorts
        return [[trial for trial in cohort if trial.seed in self.plan.seeds] for cohort in planned]

    @property
    def ended(self) -> bool:
        """Whether all phases have ended."""
        return self._has_report and self._proposing is None

    @property
    def is_report(self) -> bool:
        """Whether the trials on the report seeds have begun."""
        return self._has_report and bool(self.plan.report_seeds)

    @property
    def has_reported(self) -> bool:
        """Whether all trials on the report seeds have ended, in whatever way."""
        ended = {result.trial.id for result in self._folder.results()}
        return all(trial.id in ended for trial in self.plan.trials if trial.seed in self.plan.report_seeds)

    @property
    def notes(self) -> list[str]:
        """Notes for the user: a warning if the levels were tuned unequally."""
        warning = self.plan.design.warning
        return [f"{warning[0].upper()}{warning[1:]}"] if warning else []

    def selected(self, trials: pd.DataFrame) -> tuple[Selected, ...]:
        """Return the best setting of each level on both kinds of seeds; empty without report seeds.

        Args:
            trials: one row per trial of both phases.
        """
        plan, metric = self.plan, self._config.metric
        if not plan.report_seeds:
            return ()
        return select(
            trials,
            metric.name,
            metric.mode,
            scientific=plan.design.scientific,
            by=metric.by,
            selection_seeds=plan.seeds,
            report_seeds=plan.report_seeds,
        )

    def first(self) -> Sequence[Trial]:
        """Return the remaining trials of the first unfinished phase."""
        return self._remaining() or self.next() or ()

    def end_at(self, limit: str) -> None:
        """End the selection, since a limit is reached: trials that have not begun are not trained."""
        self.limit = limit
        self._proposing = None

    def add(self, results: Iterable[TrialResult]) -> None:
        """Take note of trials that have ended."""
        if self._proposing is not None:
            self._proposing.add(results)

    def next(self, *, workers: int = 1, is_idle: bool = True) -> Sequence[Trial] | None:
        """Return the remaining trials of the next phase; empty after the last, None where there are none yet.

        Args:
            workers: number of workers that are free.
            is_idle: whether no trial is being trained, so that there is nothing to wait for.
        """
        if self._proposing is not None:
            if trials := self._proposed(workers):
                return trials
            if not is_idle:
                return None
            self._proposing = None
        if self._has_report:
            return ()
        self._has_report = True
        config = self._config
        metric = config.metric
        so_far = self._folder.finalise(metric.name, metric.mode, config.trainer.target, metric.by)
        picked = select(so_far.trials, metric.name, metric.mode, scientific=config.scientific, by=metric.by)
        # A level without a finished trial has no best setting.
        self.plan = self.plan.with_report([one.arm_id for one in picked if one.selection.values])
        self._folder.extend(self.plan)
        return self._remaining()

    def _proposed(self, workers: int) -> Sequence[Trial]:
        """Return the trials that a search proposes next and that are not trained yet."""
        proposing = self._proposing
        assert proposing is not None, "the caller has checked it"
        while True:
            trials, record = proposing.next(workers)
            self.plan = proposing.plan
            if record is None:
                return ()
            # Before they are trained, so that a sweep that is started again knows of them.
            self._folder.log.append([record])
            self._folder.extend(self.plan)
            known = self._known(trials)
            self.taken += known
            proposing.add(known)
            ended = {result.trial.id for result in known}
            if remaining := [trial for trial in trials if trial.id not in ended]:
                return remaining

    def _remaining(self) -> list[Trial]:
        finished = self._folder.finished_trial_ids()
        wanted = self.plan.trials
        if self.limit:
            wanted = tuple(trial for trial in wanted if trial.seed in self.plan.report_seeds)
        return [trial for trial in wanted if trial.id not in finished]
