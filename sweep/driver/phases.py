"""Phases of a sweep: all settings on the selection seeds, then the best of each level on the report seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweep.analysis.selection import Selected, select
from sweep.config import SweepConfig
from sweep.planning.plan import Plan
from sweep.records import Trial
from sweep.results import ResultsFolder

if TYPE_CHECKING:
    import pandas as pd


class Phases:
    """Determines the trials of each phase; after an interruption it returns the same trials.

    Args:
        config: configuration of the sweep.
        plan: plan of the selection phase, which is the only one without report seeds.
        folder: results folder, extended by the report phase once that begins.
    """

    def __init__(self, config: SweepConfig, plan: Plan, folder: ResultsFolder) -> None:
        self._config = config
        self._folder = folder
        self.plan = plan
        self._has_report = not plan.report_seeds

    @property
    def total(self) -> int:
        """Number of trials in both phases; until selection, one selected setting per level is assumed."""
        return len(self.plan.trials) + (0 if self._has_report else self.plan.report_trials)

    @property
    def ended(self) -> bool:
        """Whether all phases have ended."""
        return self._has_report

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
        return self._remaining() or self.next()

    def next(self) -> Sequence[Trial]:
        """Return the remaining trials of the next phase; empty after the last."""
        if self._has_report:
            return ()
        self._has_report = True
        config = self._config
        metric = config.metric
        so_far = self._folder.finalise(metric.name, metric.mode, config.trainer.target, metric.by, metric.beside)
        picked = select(so_far.trials, metric.name, metric.mode, scientific=config.scientific, by=metric.by)
        # A level without a finished trial has no best setting.
        self.plan = self.plan.with_report([one.arm_id for one in picked if one.selection.values])
        self._folder.extend(self.plan)
        return self._remaining()

    def _remaining(self) -> list[Trial]:
        finished = self._folder.finished_trial_ids()
        return [trial for trial in self.plan.trials if trial.id not in finished]
