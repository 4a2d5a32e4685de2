"""The phases of a sweep: every setting on the selection seeds, then the best of each level on fresh ones."""

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
    """Says what is to be trained next; after an interruption it comes to the same trials again.

    Args:
        config: of the sweep.
        plan: its selection phase, which is all there is without report seeds.
        folder: its results, extended by the report phase once that begins.
    """

    def __init__(self, config: SweepConfig, plan: Plan, folder: ResultsFolder) -> None:
        self._config = config
        self._folder = folder
        self.plan = plan
        self._has_report = not plan.report_seeds

    @property
    def total(self) -> int:
        """How many trials both phases have; until the best settings are known, as many as there are levels."""
        return len(self.plan.trials) + (0 if self._has_report else self.plan.report_trials)

    @property
    def ended(self) -> bool:
        """Whether no phase is left."""
        return self._has_report

    @property
    def notes(self) -> list[str]:
        """What the user should know: that the settings were tuned unequally."""
        warning = self.plan.design.warning
        return [f"{warning[0].upper()}{warning[1:]}"] if warning else []

    def selected(self, trials: pd.DataFrame) -> tuple[Selected, ...]:
        """The best setting of each level on both kinds of seeds; empty without report seeds.

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
        """What an earlier start has left to train of the first phase that is not finished."""
        return self._remaining() or self.next()

    def next(self) -> Sequence[Trial]:
        """What is left to train of the phase after the one that has just ended; empty after the last."""
        if self._has_report:
            return ()
        self._has_report = True
        config = self._config
        metric = config.metric
        so_far = self._folder.finalise(metric.name, metric.mode, config.trainer.target, metric.by)
        picked = select(so_far.trials, metric.name, metric.mode, scientific=config.scientific, by=metric.by)
        # A level that ended nowhere has nothing to report.
        self.plan = self.plan.with_report([one.arm_id for one in picked if one.selection.values])
        self._folder.extend(self.plan)
        return self._remaining()

    def _remaining(self) -> list[Trial]:
        finished = self._folder.finished_trial_ids()
        return [trial for trial in self.plan.trials if trial.id not in finished]
