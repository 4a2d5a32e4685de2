"""Selects the best setting of each level on some seeds and reports it on others, because of selection bias."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweep.analysis.hyperparameters import level_of
from sweep.analysis.outcomes import Mode, Outcomes, best_first, outcomes, rounded
from sweep.analysis.ranking import By
from sweep.analysis.wording import ALL_SETTINGS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Selected:
    """The best setting of one level of the scientific factor.

    Args:
        level: value of the factor, such as ``adam``.
        arm_id: the selected arm.
        arm: its label.
        by: basis of the selection, the final or the best value.
        settings: number of settings of the level that were tried (its tuning budget), after merging equal ones.
        tried: arm id -> results on the selection seeds, for all settings of the level.
        selection: the selected arm on the selection seeds.
        report: the selected arm on the report seeds, by the value used for selection; without report seeds it is
            ``selection`` itself.
        report_final: on the report seeds, by the value after the last epoch.
        report_best: on the report seeds, by the value of the best epoch.
        is_fresh: whether the report seeds differ from the selection seeds.
    """

    level: str
    arm_id: str
    arm: str
    by: By
    settings: int
    tried: Mapping[str, Outcomes]
    selection: Outcomes
    report: Outcomes
    report_final: Outcomes
    report_best: Outcomes
    is_fresh: bool

    @property
    def tied(self) -> tuple[str, ...]:
        """The settings of the level, by arm id, with the same mean on the selection seeds as the selected one."""
        best = self.selection
        return tuple(
            arm_id
            for arm_id, arm in self.tried.items()
            if arm.values
            and bool(arm.diverged) == bool(best.diverged)
            and (bool(arm.pruned), arm.rung) == (bool(best.pruned), best.rung)
            and len(arm.seeds) == len(best.seeds)
            and rounded(arm.mean) == rounded(best.mean)
        )

    def optimism(self, mode: Mode) -> float:
        """The selection bias: how much better the setting was on the selection seeds; NaN without fresh report seeds.

        Selection mean minus report mean, with a sign such that positive means optimistic.
        """
        if not self.is_fresh:
            return float("nan")
        gain = self.selection.mean - self.report.mean
        return gain if mode == "max" else -gain


def select(
    trials: pd.DataFrame,
    metric: str,
    mode: Mode,
    *,
    scientific: str = "optimizer",
    by: By = "final",
    selection_seeds: Collection[int] | None = None,
    report_seeds: Collection[int] | None = None,
) -> tuple[Selected, ...]:
    """Select the best setting of each level of the scientific factor.

    The best setting has the best mean over the selection seeds; those with a pruned seed come after the others, and
    settings that diverged on any of them after both; see `sweep.analysis.outcomes.best_first`.

    **Variant.** By the final value by default, because the best epoch of a noisy curve is biased. Every column except
    ``scientific`` and the seed is either a nuisance factor, tuned for each level, or constant.

    Args:
        trials: one row per trial.
        metric: such as ``val_loss``.
        mode: whether small or large values are better.
        scientific: column whose levels are compared; trials without a value of it, such as ``beta2`` for gradient
            descent, are excluded. Empty if all settings are one level.
        by: whether the final or the best value of a trial counts.
        selection_seeds: default: all seeds except the report seeds.
        report_seeds: default: the selection seeds, which gives biased results (``is_fresh`` is then False).

    Returns:
        One entry per level, in the order of their first trial; levels without a value are included.

    Reference: Cawley and Talbot (2010), On Over-fitting in Model Selection and Subsequent Selection Bias in Performance
    Evaluation.
    """
    seeds = {int(seed) for seed in trials["seed"].unique()}
    chosen = set(selection_seeds) if selection_seeds is not None else seeds - set(report_seeds or ())
    fresh = set(report_seeds) if report_seeds else chosen
    column = f"{by}_{metric}"
    picked = []
    for level, rows in _levels(trials, scientific):
        tried_rows = rows[rows["seed"].isin(list(chosen))]
        arm_ids = list(dict.fromkeys(tried_rows["arm_id"]))
        if not arm_ids:
            continue
        # Grouped once, since a search of the whole table for each of many arms takes seconds.
        by_arm = {str(arm_id): own for arm_id, own in tried_rows.groupby("arm_id", sort=False)}
        tried = {arm_id: outcomes(by_arm[arm_id], arm_id, column, seeds=chosen) for arm_id in arm_ids}
        best = arm_ids[best_first(list(tried.values()), mode)[0]]
        name = level_of(level, scientific)
        report = {key: outcomes(rows, best, f"{key}_{metric}", name, fresh) for key in ("final", "best")}
        picked.append(
            Selected(
                level=name,
                arm_id=best,
                arm=tried[best].name,
                by=by,
                settings=len(arm_ids),
                tried=tried,
                selection=outcomes(rows, best, column, name, chosen),
                report=report[by],
                report_final=report["final"],
                report_best=report["best"],
                is_fresh=not fresh & chosen,
            )
        )
    return tuple(picked)


def _levels(trials: pd.DataFrame, scientific: str) -> Iterable[tuple[object, pd.DataFrame]]:
    """The trials of each level of the scientific factor; without one, all trials are one level."""
    if not scientific:
        return [(ALL_SETTINGS, trials)]
    return trials[trials[scientific].notna()].groupby(scientific, sort=False)
