"""Learning curves: a metric over epochs, averaged over the seeds of an arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def best_arms(leaderboard: pd.DataFrame) -> pd.DataFrame:
    """Select the best arm of each optimizer: ``arm_id arm optimizer``, best first.

    Args:
        leaderboard: of a sweep, best arm first; optimizers without a ranked arm are omitted.
    """
    ranked = leaderboard[leaderboard["rank"].notna()]
    return ranked.drop_duplicates("optimizer")[["arm_id", "arm", "optimizer"]].reset_index(drop=True)


def learning_curves(epochs: pd.DataFrame, arm_ids: list[str], metric: str) -> pd.DataFrame:
    """Average a metric over seeds, epoch by epoch.

    Args:
        epochs: one row per epoch of a trial, ``arm_id seed epoch`` and the metrics.
        arm_ids: the arms to include.
        metric: a column of ``epochs``.

    Returns:
        ``arm_id epoch mean low high seeds``: the mean and the range over the seeds that reached the epoch.
    """
    chosen = epochs[epochs["arm_id"].isin(arm_ids)]
    grouped = chosen.groupby(["arm_id", "epoch"], sort=True)[metric]
    return grouped.agg(mean="mean", low="min", high="max", seeds="count").reset_index()
