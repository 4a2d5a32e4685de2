"""Makes a table with one row per setting: its hyperparameters, its mean over seeds, and its diverged seeds."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from sweep.records import ENDED_WELL

if TYPE_CHECKING:
    import pandas as pd


def settings_table(trials: pd.DataFrame, column: str, seeds: Collection[int] | None = None) -> pd.DataFrame:
    """Average each arm over its seeds.

    Args:
        trials: one row per trial.
        column: such as ``final_val_loss``.
        seeds: only these, so that all settings are averaged over the same seeds; default: all.

    Returns:
        One row per arm with a trial that ended: the columns of ``trials`` in its first trial, ``value`` (mean of
        the seeds that ended well, NaN if any diverged or was pruned, because the mean would exclude the worst), and
        ``ended``, ``diverged`` and ``pruned``, numbers of seeds; ``ended`` does not include pruned ones.
    """
    rows = trials if seeds is None else trials[trials["seed"].isin(list(seeds))]
    values = rows[column].astype(np.float64).where(rows["status"].isin(ENDED_WELL))
    by = rows["arm_id"]
    table = rows.groupby("arm_id", sort=False).first()
    table["value"] = values.groupby(by, sort=False).mean()
    table["diverged"] = (rows["status"] == "DIVERGED").groupby(by, sort=False).sum().astype(np.int64)
    table["pruned"] = (rows["status"] == "PRUNED").groupby(by, sort=False).sum().astype(np.int64)
    well = values.notna().groupby(by, sort=False).sum().astype(np.int64)
    table["ended"] = well + table["diverged"]
    table["value"] = table["value"].where((table["diverged"] == 0) & (table["pruned"] == 0))
    return table[table["ended"] > 0].reset_index()
