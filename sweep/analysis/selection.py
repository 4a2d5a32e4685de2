"""Picks the best setting of each level on some seeds and reports it on others, because picking flatters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweep.analysis.outcomes import Mode, Outcomes, best_first, outcomes
from sweep.analysis.ranking import By
from sweep.config.setting_keys import SETTING_KEYS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Selected:
    """The best setting of one level of the scientific factor.

    Args:
        level: value of the factor, such as ``adam``.
        arm_id: the arm that was picked.
        arm: its label.
        by: what picked it.
        settings: how many settings of the level were tried: its tuning budget, after equal ones were merged.
        tried: settings of the level, by arm id, on the selection seeds.
        selection: the picked arm on the selection seeds.
        report: the picked arm on the report seeds, by the value that picked it; without report seeds that is
            ``selection`` itself.
        report_final: on the report seeds, by the value after the last epoch.
        report_best: on the report seeds, by the value of the best epoch.
        is_fresh: whether the report seeds are others than those that picked.
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

    def optimism(self, mode: Mode) -> float:
        """How much better the setting looked where it was picked than it is on fresh seeds; NaN without those.

        Selection mean less report mean, turned so that a positive number is flattery.
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
    """Pick the best setting of each level of the scientific factor.

    The best is the setting with the best mean over the selection seeds; settings that diverged on any of them come
    after those that did on none.

    **Variant.** By the final value unless ``by`` says otherwise: the best epoch of a noisy curve flatters it. Every
    column but ``scientific`` and the seed is a nuisance, tuned away, or fixed, and then equal anyway.

    Args:
        trials: one row per trial.
        metric: such as ``val_loss``.
        mode: whether small or large is good.
        scientific: column whose levels are compared; trials without a value of it, as gradient descent has no
            ``beta2``, belong to no level.
        by: which value of a trial counts.
        selection_seeds: default: all seeds but the report seeds.
        report_seeds: default: the selection seeds, which flatters; ``is_fresh`` tells.

    Returns:
        one a level, in the order of their first trial; levels without a number are kept, for failure is a result too.

    Reference: Cawley and Talbot (2010), On Over-fitting in Model Selection and Subsequent Selection Bias in Performance
    Evaluation.
    """
    seeds = {int(seed) for seed in trials["seed"].unique()}
    chosen = set(selection_seeds) if selection_seeds is not None else seeds - set(report_seeds or ())
    fresh = set(report_seeds) if report_seeds else chosen
    column = f"{by}_{metric}"
    picked = []
    for level, rows in trials[trials[scientific].notna()].groupby(scientific, sort=False):
        tried_rows = rows[rows["seed"].isin(list(chosen))]
        arm_ids = list(dict.fromkeys(tried_rows["arm_id"]))
        if not arm_ids:
            continue
        tried = {arm_id: outcomes(rows, arm_id, column, seeds=chosen) for arm_id in arm_ids}
        best = arm_ids[best_first(list(tried.values()), mode)[0]]
        name = _level_name(level, scientific)
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


def _level_name(level: object, scientific: str) -> str:
    if scientific == "optimizer" or (isinstance(level, str) and scientific not in SETTING_KEYS):
        return str(level)
    return f"{scientific} {level:g}" if isinstance(level, float) else f"{scientific} {level}"
