"""Ranks the arms of a sweep by the results of their trials, and counts diverged and failed trials."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from sweep.analysis.outcomes import ENDED_WELL, rounded
from sweep.analysis.ranking import OTHER, By, mean
from sweep.config.setting_keys import SETTING_KEYS

if TYPE_CHECKING:
    import pandas as pd


def leaderboard(
    trials: pd.DataFrame,
    metric: str,
    mode: Literal["min", "max"],
    keys: Sequence[str] = SETTING_KEYS,
    report_seeds: Collection[int] = (),
    by: By = "final",
    also: Sequence[str] = (),
) -> pd.DataFrame:
    """Create a table with one row per arm, ranked by the mean metric over seeds, of the last or best epoch.

    **Variant.** Arms are ranked by the final value by default, because the best epoch favours noisy curves. The mean
    of the other value is a column too. Arms without a diverged seed come first; arms with some are ranked below all
    of them, by the seeds that completed; arms without any such seed are last, without a rank. Report seeds, which only
    the selected arms have, are not ranked, so that all arms are compared on the same seeds.

    Args:
        trials: one row per trial, as ``trials.parquet`` holds them.
        metric: metric such as ``val_loss``.
        mode: whether smaller or larger values are better.
        keys: names of the hyperparameters.
        report_seeds: report seeds of the selected arms; empty if there are none.
        by: which value of a trial ranks it.
        also: further metrics, which rank nothing.

    Returns:
        Columns ``rank arm optimizer`` (if there is one) and ``seeds`` (completed ones), ``diverged failed unfinished``,
        mean, std (with n - 1), min and max of ``final_<metric>``, ``best_<metric>_mean``, ``seconds_mean``; with
        ``by="best"`` those four of ``best_<metric>`` and ``final_<metric>_mean``; with ``also`` the mean of each of
        them, such as ``final_val_f1_mean``, over the completed seeds that have it; with a target ``reached`` and
        ``target_steps_median`` (seeds that missed the target count as infinitely slow, so it is empty if half of them
        or more did); with report seeds ``report_seeds`` (completed ones), ``report_diverged``, and mean and std of
        ``report_<metric>``; then ``arm_id`` and the hyperparameters in use.
    """
    reported = trials.iloc[:0]
    if report_seeds:
        fresh = trials["seed"].isin(list(report_seeds))
        reported, trials = trials[fresh], trials[~fresh]
    by_arm = trials.groupby("arm_id", sort=False)
    table = by_arm[["arm", *(["optimizer"] if "optimizer" in trials else [])]].first()
    well = trials["status"].isin(ENDED_WELL)
    counts = {
        "seeds": well,
        "diverged": trials["status"] == "DIVERGED",
        "failed": trials["status"] == "FAILED",
        "unfinished": trials["status"].isin(["PENDING", "RUNNING"]),
    }
    for name, which in counts.items():
        table[name] = which.groupby(trials["arm_id"], sort=False).sum().astype(np.int64)
    done = trials[well].groupby("arm_id", sort=False)
    table[f"{by}_{metric}_mean"] = _means(trials[well], f"{by}_{metric}")
    for statistic in ("std", "min", "max"):
        table[f"{by}_{metric}_{statistic}"] = done[f"{by}_{metric}"].agg(statistic).astype(np.float64)
    table[f"{OTHER[by]}_{metric}_mean"] = _means(trials[well], f"{OTHER[by]}_{metric}")
    for name in also:
        # Of a metric whose direction is not known, there is no best value.
        column = next((f"{one}_{name}" for one in (by, "final") if f"{one}_{name}" in trials), None)
        if column is not None:
            table[f"{column}_mean"] = _means(trials[well], column)
    table["seconds_mean"] = done["seconds"].mean().astype(np.float64)
    if "target_steps" in trials:
        ended = trials[well | (trials["status"] == "DIVERGED")]
        steps = ended["target_steps"].astype(np.float64)
        table["reached"] = steps.notna().groupby(ended["arm_id"], sort=False).sum().astype(np.int64)
        median = steps.fillna(np.inf).groupby(ended["arm_id"], sort=False).median()
        table["target_steps_median"] = median.replace(np.inf, np.nan)
        table["reached"] = table["reached"].fillna(0).astype(np.int64)
    if report_seeds:
        table = table.join(_reported(reported, f"{by}_{metric}", metric))
    used = [key for key in keys if key in trials and trials[key].notna().any()]
    hyperparameters = [key for key in used if key != "optimizer"]
    table = table.join(by_arm[hyperparameters].first())
    return _ranked(table.reset_index(), f"{by}_{metric}_mean", mode, keys)


def _means(trials: pd.DataFrame, column: str) -> pd.Series[float]:
    """Return the mean of each arm's finite values by arm id, computed as in `sweep.analysis.outcomes`."""
    import pandas as pd

    values = trials[column].to_numpy(dtype=np.float64, na_value=np.nan)
    finite = np.isfinite(values)
    arms, names = pd.factorize(trials["arm_id"].to_numpy()[finite])
    order = np.argsort(arms, kind="stable")
    parts = np.split(values[finite][order], np.cumsum(np.bincount(arms, minlength=len(names)))[:-1])
    return pd.Series([mean(part) for part in parts][: len(names)], index=names, dtype=np.float64)


def _reported(trials: pd.DataFrame, column: str, metric: str) -> pd.DataFrame:
    """Summarize the selected arms on their report seeds, one row per arm."""
    well = trials["status"].isin(ENDED_WELL)
    values = trials[column].where(well).astype(np.float64).groupby(trials["arm_id"], sort=False)
    table = values.agg(["count", "mean", "std"]).set_axis(
        ["report_seeds", f"report_{metric}_mean", f"report_{metric}_std"], axis=1
    )
    table.insert(1, "report_diverged", (trials["status"] == "DIVERGED").groupby(trials["arm_id"], sort=False).sum())
    return table.astype({"report_seeds": "Int64", "report_diverged": "Int64"})


def _ranked(
    table: pd.DataFrame, value: str, mode: Literal["min", "max"], keys: Sequence[str] = SETTING_KEYS
) -> pd.DataFrame:
    """Sort and rank the arms; equal arms share a rank."""
    import pandas as pd

    loss = (table[value] if mode == "min" else -table[value]).map(rounded)
    # 0: no ended seed diverged; 1: some diverged; 2: there is no value to rank by.
    group = np.where(loss.isna(), 2, np.where(table["diverged"] > 0, 1, 0))
    order = np.lexsort((loss.to_numpy(), group))
    places = pd.DataFrame({"group": group, "loss": loss}).iloc[order]
    is_new = (places != places.shift()).any(axis=1).to_numpy()
    rank = np.maximum.accumulate(np.where(is_new, np.arange(1, len(table) + 1), 0))
    result = table.iloc[order].reset_index(drop=True)
    ranks = pd.Series(rank, dtype="Int64").mask(group[order] == 2)
    result.insert(0, "rank", ranks)
    last = ["arm_id", *(key for key in keys if key in result and key != "optimizer")]
    return result[[column for column in result.columns if column not in last] + last]
