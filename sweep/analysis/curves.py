"""Learning curves: a metric over epochs, averaged over the seeds of an arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def best_arms(leaderboard: pd.DataFrame, factor: str = "optimizer") -> pd.DataFrame:
    """Select the best arm of each level of a factor: ``arm_id arm`` and the factor, best first.

    Args:
        leaderboard: of a sweep, best arm first; levels without a ranked arm are omitted.
        factor: such as ``optimizer``; empty if all arms are one level.
    """
    ranked = leaderboard[leaderboard["rank"].notna()]
    best = ranked[ranked[factor].notna()].drop_duplicates(factor) if factor else ranked.head(1)
    return best[["arm_id", "arm", *([factor] if factor else [])]].reset_index(drop=True)


def learning_curves(epochs: pd.DataFrame, arm_ids: list[str], metric: str) -> pd.DataFrame:
    """Average a metric over seeds, epoch by epoch.

    Args:
        epochs: one row per epoch of a trial, ``arm_id seed epoch`` and the metrics.
        arm_ids: the arms to include.
        metric: a column of ``epochs``.

    Returns:
        ``arm_id epoch mean low high seeds``: the mean and the range over the seeds that have a value after the epoch.
    """
    # A metric need not be computed after every epoch.
    chosen = epochs[epochs["arm_id"].isin(arm_ids) & epochs[metric].notna()]
    grouped = chosen.groupby(["arm_id", "epoch"], sort=True)[metric]
    return grouped.agg(mean="mean", low="min", high="max", seeds="count").reset_index()
