"""Summarises each arm over its seeds: mean with interval, shares of pruned and diverged seeds, and time to target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from sweep.analysis.censored_times import median_time
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
        ``pruned_share`` of all that were pruned or ended,
        ``<by>_<metric>_mean``, ``_low`` and ``_high`` (2 seeds or more) and ``target_steps_median`` (if half of the
        seeds that ended reached the target; a miss counts as slower than any time, and a pruned seed as cut off).
    """
    well = trials["status"].isin(ENDED_WELL)
    diverged = trials["status"] == "DIVERGED"
    values = trials[f"{by}_{metric}"].astype(np.float64).where(well)
    arm_ids = trials["arm_id"]
    table = values.groupby(arm_ids, sort=False).agg(["count", "mean", "std"])
    ended = (well | diverged).groupby(arm_ids, sort=False).sum()
    lost = diverged.groupby(arm_ids, sort=False).sum()
    pruned = (trials["status"] == "PRUNED").groupby(arm_ids, sort=False).sum().to_numpy(dtype=np.float64)
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
        # A sweep without a scheduler has no such share.
        **({"pruned_share": pruned / np.maximum(pruned + ended.to_numpy(dtype=np.float64), 1)} if pruned.any() else {}),
        f"{by}_{metric}_mean": mean,
        f"{by}_{metric}_low": low,
        f"{by}_{metric}_high": high,
    }
    if "target_steps" in trials:
        median = target_medians(trials).reindex(table.index)
        columns["target_steps_median"] = median.to_numpy(dtype=np.float64)
    return {
        str(arm_id): {name: float(column[row]) for name, column in columns.items() if np.isfinite(column[row])}
        for row, arm_id in enumerate(table.index)
    }


def target_medians(trials: pd.DataFrame) -> pd.Series[float]:
    """Return the median steps to the target of each arm by arm id, as `sweep.analysis.censored_times.median_time`.

    Args:
        trials: one row per trial, with ``target_steps``, and with ``steps`` if any was pruned.
    """
    import pandas as pd

    steps = trials["target_steps"].to_numpy(dtype=np.float64, na_value=np.nan)
    pruned = (trials["status"] == "PRUNED").to_numpy() & np.isnan(steps)
    ended = trials["status"].isin([*ENDED_WELL, "DIVERGED", "PRUNED"]).to_numpy() & ~pruned
    times = np.where(np.isnan(steps), np.inf, steps)
    cut = trials["steps"].to_numpy(dtype=np.float64, na_value=np.nan) if pruned.any() else times
    known = pruned & np.isfinite(cut)
    medians = {
        arm_id: median_time(times[rows][ended[rows]], cut[rows][known[rows]])
        for arm_id, rows in trials.groupby("arm_id", sort=False).indices.items()
    }
    return pd.Series(medians, dtype=np.float64)
