"""Makes a table of the settings of a search in the order in which they were proposed, compared at one epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweep.analysis.comparison_data import Level, Study
from sweep.analysis.outcomes import Floats, Mode
from sweep.analysis.settings import settings_table
from sweep.records import ENDED_WELL

if TYPE_CHECKING:
    import pandas as pd


def common_epoch(trials: pd.DataFrame) -> float | None:
    """Return the last epoch that every training reached which was pruned or ended well; None if nothing was pruned.

    After it all of them can be compared, those that were pruned later included.

    Args:
        trials: one row per trial, ``status epochs_done``.
    """
    if not (trials["status"] == "PRUNED").any():
        return None
    used = trials[trials["status"].isin([*ENDED_WELL, "PRUNED"]) & (trials["epochs_done"] > 0)]
    return float(used["epochs_done"].min()) if len(used) else None


def searched_levels(study: Study, trials: pd.DataFrame, epochs: pd.DataFrame) -> tuple[tuple[Level, pd.DataFrame], ...]:
    """Return the settings of each level in the order of the proposals, without report seeds.

    Args:
        study: comparison of the levels.
        trials: one row per trial.
        epochs: one row per epoch of a trial.
    """
    column, at = f"{study.by}_{study.metric}", common_epoch(trials)
    found = []
    for level in study.levels:
        rows = trials[trials["arm_id"].isin(list(level.selected.tried))]
        rows = rows[rows["seed"].isin(_selection_seeds(level))]
        if len(rows):
            found.append((level, search_settings(rows, epochs, column, study.metric, at)))
    return tuple(found)


def _selection_seeds(level: Level) -> set[int]:
    arms = level.selected.tried.values()
    return {seed for arm in arms for seed in (*arm.seeds, *arm.diverged, *arm.pruned, *arm.missing)}


def search_settings(
    trials: pd.DataFrame, epochs: pd.DataFrame, column: str, metric: str, at: float | None = None
) -> pd.DataFrame:
    """Sum up each setting over its seeds, in the order of the table, which is that of the proposals.

    Args:
        trials: one row per trial.
        epochs: one row per epoch of a trial.
        column: such as ``final_val_loss``.
        metric: such as ``val_loss``.
        at: the `common_epoch` of all compared trials; None if nothing was pruned.

    Returns:
        One row per setting with a trial that was pruned, diverged or ended well: the columns of ``trials`` in its
        first trial, and ``number`` (from 1, in the order of the table), ``value`` (mean over seeds of ``column``; NaN
        if any was pruned or diverged), ``ended``, ``pruned`` and ``diverged`` (numbers of seeds), ``last`` (mean of
        the last value of each seed), ``same`` (mean after the epoch ``at``, NaN if any seed diverged; ``value`` without
        one) and ``reached`` (the most epochs of a seed).
    """
    numbers = {arm_id: number for number, arm_id in enumerate(dict.fromkeys(trials["arm_id"]), 1)}
    known = trials[trials["status"].isin([*ENDED_WELL, "PRUNED", "DIVERGED"])]
    table = _with_pruned(settings_table(known, column), known)
    by_id = table["arm_id"]
    table["number"] = by_id.map(numbers).astype(np.int64)
    told = epochs[epochs[metric].notna()] if metric in epochs else epochs.iloc[:0]
    table["last"] = by_id.map(_after(told, known, np.inf, metric))
    table["same"] = table["value"] if at is None else by_id.map(_after(told, known, at, metric))
    table["same"] = table["same"].where(table["diverged"] == 0)
    table["reached"] = by_id.map(known.groupby("arm_id")["epochs_done"].max()).astype(np.float64)
    return table.sort_values("number", ignore_index=True)


def _with_pruned(table: pd.DataFrame, trials: pd.DataFrame) -> pd.DataFrame:
    """Add the settings of which every seed was pruned, which have no result."""
    import pandas as pd

    rest = trials[~trials["arm_id"].isin(table["arm_id"])].groupby("arm_id", sort=False).first().reset_index()
    counts = trials.loc[trials["status"] == "PRUNED"].groupby("arm_id").size()
    rest = rest.assign(value=np.nan, ended=0, diverged=0, pruned=rest["arm_id"].map(counts).fillna(0).astype(np.int64))
    return pd.concat([table, rest[table.columns]], ignore_index=True) if len(rest) else table


def _after(epochs: pd.DataFrame, trials: pd.DataFrame, epoch: float, metric: str) -> pd.Series[float]:
    """Mean over seeds of the last value of each until an epoch, by arm id."""
    rows = epochs[epochs["trial_id"].isin(trials["trial_id"]) & (epochs["epoch"] <= epoch)]
    last = rows.sort_values("epoch", kind="stable").drop_duplicates("trial_id", keep="last")
    return last.groupby("arm_id")[metric].mean().astype(np.float64)


def best_so_far(values: Floats, mode: Mode) -> Floats:
    """The best of the values up to each place; NaN before the first.

    >>> best_so_far(np.array([np.nan, 3.0, 5.0, np.nan, 2.0]), "min")
    array([nan,  3.,  3.,  3.,  2.])
    """
    accumulate = np.fmin.accumulate if mode == "min" else np.fmax.accumulate
    return np.asarray(accumulate(values))


def distribution(values: Floats) -> tuple[Floats, Floats]:
    """The empirical distribution: ascending values, and the share of all that is no larger.

    >>> distribution(np.array([3.0, np.nan, 1.0, 1.0]))
    (array([1., 3.]), array([0.66666667, 1.        ]))
    """
    found, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    return found, np.cumsum(counts) / max(int(counts.sum()), 1)


def surface(x: Floats, y: Floats, heights: Floats, points: int) -> tuple[Floats, Floats, NDArray[np.float64]] | None:
    """Interpolate heights linearly between points in the plane.

    Args:
        x: (n,) horizontal coordinates, on the scale of the axis.
        y: (n,) vertical coordinates, on the scale of the axis.
        heights: (n,) height of each point; points at the same place are averaged.
        points: number of grid points along each axis.

    Returns:
        The grid's x (points,) and y (points,), and the heights (points, points), NaN outside the convex hull; None
        if the points lie on a line.

    Reference: Barber, Dobkin and Huhdanpaa (1996), The Quickhull Algorithm (Delaunay triangulation).
    """
    from scipy.interpolate import LinearNDInterpolator
    from scipy.spatial import QhullError

    spans = np.array([np.ptp(x), np.ptp(y)])
    if len(x) < 3 or not spans.all():
        return None
    places, inverse = np.unique(np.column_stack([x, y]), axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    means = np.bincount(inverse, heights) / np.bincount(inverse)
    across, up = np.linspace(x.min(), x.max(), points), np.linspace(y.min(), y.max(), points)
    # Coordinates of different units are scaled alike, because the triangles depend on it.
    try:
        fitted = LinearNDInterpolator(places / spans, means)
    except QhullError:
        return None
    grid = np.stack(np.meshgrid(across / spans[0], up / spans[1]), axis=-1)
    return across, up, np.asarray(fitted(grid))
