"""Summarises each arm over its seeds: mean with interval, share of diverged seeds, and time to target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from sweep.analysis.ranking import By
from sweep.analysis.shared_folds import overlap_in, widening
from sweep.analysis.wording import limits
from sweep.records import ENDED_WELL

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.95


def arm_summaries(
    trials: pd.DataFrame, metric: str, confidence: float = CONFIDENCE, by: By = "final"
) -> Mapping[str, Mapping[str, float]]:
    """Summarise the trials of each arm by their final or their best value.

    mean +- t s / sqrt(n), ``t`` the quantile of Student's t with ``n - 1`` degrees of freedom, as in
    `sweep.analysis.aggregate.estimate`; the interval is clipped to the metric's range.

    Args:
        trials: one row per trial.
        metric: such as ``val_loss``.
        confidence: of the interval.
        by: whether the final or the best value of a trial counts.

    Returns:
        arm id -> ``seeds`` (number that ended well), ``diverged_share`` of the seeds that ended, and, if available,
        ``<by>_<metric>_mean``, ``_low`` and ``_high`` (2 seeds or more) and ``target_steps_median`` (if half of the
        seeds that ended reached the target; a miss counts as slower than any time).
    """
    well = trials["status"].isin(ENDED_WELL)
    diverged = trials["status"] == "DIVERGED"
    values = trials[f"{by}_{metric}"].astype(np.float64).where(well)
    arm_ids = trials["arm_id"]
    table = values.groupby(arm_ids, sort=False).agg(["count", "mean", "std"])
    ended = (well | diverged).groupby(arm_ids, sort=False).sum()
    lost = diverged.groupby(arm_ids, sort=False).sum()
    count = table["count"].to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        wider = np.array([widening(int(number), overlap_in(trials)) for number in count])
        error = table["std"].to_numpy() / np.sqrt(count) * wider
        half = stdtrit(np.maximum(count - 1, 1), (1 + confidence) / 2) * error
        share = lost.to_numpy(dtype=np.float64) / ended.to_numpy(dtype=np.float64)
    mean = table["mean"].to_numpy()
    low, high = mean - half, mean + half
    least, most = limits(metric)
    # A mean outside the range belongs to another tool's metric of the same name.
    inside = (least <= mean) & (mean <= most)
    low, high = np.where(inside, np.maximum(low, least), low), np.where(inside, np.minimum(high, most), high)
    columns = {
        "seeds": count,
        "diverged_share": share,
        f"{by}_{metric}_mean": mean,
        f"{by}_{metric}_low": low,
        f"{by}_{metric}_high": high,
    }
    if "target_steps" in trials:
        steps = trials["target_steps"].astype(np.float64).fillna(np.inf)[well | diverged]
        median = steps.groupby(arm_ids, sort=False).median().reindex(table.index)
        columns["target_steps_median"] = median.to_numpy(dtype=np.float64)
    return {
        str(arm_id): {name: float(column[row]) for name, column in columns.items() if np.isfinite(column[row])}
        for row, arm_id in enumerate(table.index)
    }
