"""Ranks the arms of a sweep by the results of their trials, and counts pruned, diverged and failed trials."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from sweep.analysis.arms import target_medians
from sweep.analysis.outcomes import Mode, group_of, lowest_rung, rounded
from sweep.analysis.pareto import COLUMN, front, mean_column
from sweep.analysis.ranking import OTHER, By, mean
from sweep.config.metric import SECONDS
from sweep.config.setting_keys import SETTING_KEYS
from sweep.records import ENDED_WELL, UNFINISHED

if TYPE_CHECKING:
    import pandas as pd


Goals: TypeAlias = Sequence[tuple[str, Mode]]
"""Name and direction of further objectives."""


def leaderboard(
    trials: pd.DataFrame,
    metric: str,
    mode: Literal["min", "max"],
    keys: Sequence[str] = SETTING_KEYS,
    report_seeds: Collection[int] = (),
    by: By = "final",
    objectives: Goals = (),
    also: Sequence[str] = (),
) -> pd.DataFrame:
    """Create a table with one row per arm, ranked by the mean metric over seeds, of the last or best epoch.

    **Variant.** Arms are ranked by the final value by default, because the best epoch favours noisy curves. The mean
    of the other value is a column too. Arms of which every seed that ended has a value come first. Then come arms with
    pruned seeds, by the lowest rung at which one was pruned and then by the seeds that completed, because those are
    its better ones; then arms with diverged seeds, by the seeds that completed. Arms without any such seed are last,
    without a rank, those that came further first. Report seeds, which only the selected arms have, are not ranked, so
    that all arms are compared on the same seeds.

    Args:
        trials: one row per trial, as ``trials.parquet`` holds them.
        metric: metric such as ``val_loss``.
        mode: whether smaller or larger values are better.
        keys: names of the hyperparameters.
        report_seeds: report seeds of the selected arms; empty if there are none.
        by: which value of a trial ranks it.
        objectives: name and direction of each further objective; empty if there is none.
        also: further metrics, which rank nothing.

    Returns:
        Columns ``rank arm optimizer`` (if there is one) and ``seeds`` (completed ones), ``pruned diverged failed
        unfinished``; if any was pruned ``pruned_rung``, the lowest rung of the arm, and ``pruned_value``, the mean
        metric there; mean, std (with n - 1), min and max of ``final_<metric>``, ``best_<metric>_mean``,
        ``seconds_mean``; with ``by="best"`` those four of ``best_<metric>`` and ``final_<metric>_mean``; with ``also``
        the mean of each of them, such as ``final_val_f1_mean``, over the completed seeds that have it; with a target
        ``reached`` and ``target_steps_median`` (seeds that missed the target count as infinitely slow, so it is empty
        if half of them or more did, and pruned ones as cut off, by Kaplan and Meier); with report seeds
        ``report_seeds`` (completed ones), ``report_diverged``, and mean and std of ``report_<metric>``; with further
        objectives the mean of each, and ``pareto``, whether no other arm is better in all; then ``arm_id`` and the
        hyperparameters in use.
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
        "pruned": trials["status"] == "PRUNED",
        "diverged": trials["status"] == "DIVERGED",
        "failed": trials["status"] == "FAILED",
        "unfinished": trials["status"].isin([*UNFINISHED, "CANCELLED"]),
    }
    for name, which in counts.items():
        table[name] = which.groupby(trials["arm_id"], sort=False).sum().astype(np.int64)
    if (pruned := trials[trials["status"] == "PRUNED"]).size:
        lowest = {arm_id: lowest_rung(own) for arm_id, own in pruned.groupby("arm_id", sort=False)}
        for place, name in enumerate(("pruned_rung", "pruned_value")):
            table[name] = [lowest[arm_id][place] if arm_id in lowest else np.nan for arm_id in table.index]
    done = trials[well].groupby("arm_id", sort=False)
    table[f"{by}_{metric}_mean"] = _means(trials[well], f"{by}_{metric}")
    for statistic in ("std", "min", "max"):
        table[f"{by}_{metric}_{statistic}"] = done[f"{by}_{metric}"].agg(statistic).astype(np.float64)
    table[f"{OTHER[by]}_{metric}_mean"] = _means(trials[well], f"{OTHER[by]}_{metric}")
    for column in _columns_of(also, by, trials):
        table[f"{column}_mean"] = _means(trials[well], column)
    table["seconds_mean"] = done["seconds"].mean().astype(np.float64)
    if "target_steps" in trials:
        ended = trials[trials["status"].isin([*ENDED_WELL, "DIVERGED", "PRUNED"])]
        reached = ended["target_steps"].notna().groupby(ended["arm_id"], sort=False).sum()
        table["reached"] = reached.reindex(table.index).fillna(0).astype(np.int64)
        table["target_steps_median"] = target_medians(trials).replace(np.inf, np.nan)
    if objectives:
        table = _with_front(table, trials[well], (metric, mode), objectives, by)
    if report_seeds:
        table = table.join(_reported(reported, f"{by}_{metric}", metric))
    used = [key for key in keys if key in trials and trials[key].notna().any()]
    hyperparameters = [key for key in used if key != "optimizer"]
    table = table.join(by_arm[hyperparameters].first())
    return _ranked(table.reset_index(), f"{by}_{metric}_mean", mode, keys)


def _with_front(
    table: pd.DataFrame,
    done: pd.DataFrame,
    deciding: tuple[str, Mode],
    objectives: Goals,
    by: By,
) -> pd.DataFrame:
    """Add the means of further objectives, and which arms without pruned or diverged seeds are on the Pareto front."""
    table = table.copy()
    for name, _ in objectives:
        column = f"{by}_{name}" if f"{by}_{name}" in done else f"final_{name}"
        if name != SECONDS:
            table[f"{column}_mean"] = _means(done, column) if column in done else np.nan
    goals = (deciding, *objectives)
    values = table[[mean_column(name, by, table) for name, _ in goals]].to_numpy(
        dtype=np.float64, na_value=np.nan, copy=True
    )
    values[((table["diverged"] > 0) | (table["pruned"] > 0)).to_numpy()] = np.nan
    table[COLUMN] = front(values, [mode for _, mode in goals])
    return table


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

    group = np.array(
        [
            group_of(has_value=bool(has), has_pruned=bool(pruned), has_diverged=bool(diverged))
            for has, pruned, diverged in zip(table[value].notna(), table["pruned"], table["diverged"], strict=True)
        ],
        dtype=np.int64,
    )
    rung = np.zeros(len(table))
    shown = table[value]
    if "pruned_rung" in table:
        rung = np.where(np.isin(group, (1, 3)), table["pruned_rung"].fillna(0.0), 0.0)
        shown = shown.fillna(table["pruned_value"])
    loss = (shown if mode == "min" else -shown).map(rounded)
    order = np.lexsort((loss.to_numpy(), -rung, group))
    places = pd.DataFrame({"group": group, "rung": rung, "loss": loss}).iloc[order]
    is_new = (places != places.shift()).any(axis=1).to_numpy()
    rank = np.maximum.accumulate(np.where(is_new, np.arange(1, len(table) + 1), 0))
    result = table.iloc[order].reset_index(drop=True)
    ranks = pd.Series(rank, dtype="Int64").mask(group[order] == 3)
    result.insert(0, "rank", ranks)
    last = ["arm_id", *(key for key in keys if key in result and key != "optimizer")]
    return result[[column for column in result.columns if column not in last] + last]


def _columns_of(also: Sequence[str], by: By, trials: pd.DataFrame) -> list[str]:
    """The columns of further metrics; of one whose direction is not known, there is no best value."""
    found = (next((f"{one}_{name}" for one in (by, "final") if f"{one}_{name}" in trials), None) for name in also)
    return [column for column in found if column is not None]
