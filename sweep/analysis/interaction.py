"""Measures the interaction of two hyperparameters: their heat map and its deviation from an additive model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from sweep.analysis.deviation import scale_of
from sweep.analysis.outcomes import Floats
from sweep.records import ENDED_WELL

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class HeatMap:
    """Mean results on a grid of two hyperparameters.

    Args:
        rows: name of the hyperparameter of the rows.
        columns: name of the hyperparameter of the columns.
        row_values: ascending; (R,).
        column_values: ascending; (C,).
        means: mean over the trials that ended well; (R, C), NaN where there are none.
        counts: number of such trials; (R, C).
        diverged: number of diverged trials; (R, C).
    """

    rows: str
    columns: str
    row_values: tuple[float, ...]
    column_values: tuple[float, ...]
    means: Floats
    counts: Floats
    diverged: Floats


@dataclass(frozen=True)
class Interaction:
    """The two-way decomposition of a heat map.

    Args:
        rows: share of the variation of the cell means explained by the row hyperparameter.
        columns: share explained by the column hyperparameter.
        interaction: share explained by neither alone. The three add up to 1 for a complete table.
        p_value: F test of no interaction against the spread over seeds; NaN without replicates in the cells.
    """

    rows: float
    columns: float
    interaction: float
    p_value: float


def heat_map(trials: pd.DataFrame, rows: str, columns: str, column: str) -> HeatMap:
    """Average trials over all but two hyperparameters, such as ``beta1 x beta2`` or ``learning_rate x batch_size``.

    **Variant.** A cell is the mean over seeds and all other hyperparameters: pass the trials of one optimizer, and of a
    single value of anything that must not be averaged over.

    Args:
        trials: one row per trial; trials without one of the two hyperparameters are excluded.
        rows: column of the hyperparameter of the rows.
        columns: column of the hyperparameter of the columns.
        column: the averaged result, such as ``final_val_loss``.
    """
    used = trials[trials[rows].notna() & trials[columns].notna()]
    row_values = np.unique(used[rows].to_numpy(dtype=np.float64))
    column_values = np.unique(used[columns].to_numpy(dtype=np.float64))
    i = np.searchsorted(row_values, used[rows].to_numpy(dtype=np.float64))
    j = np.searchsorted(column_values, used[columns].to_numpy(dtype=np.float64))
    values = used[column].to_numpy(dtype=np.float64, na_value=np.nan)
    well = used["status"].isin(ENDED_WELL).to_numpy() & np.isfinite(values)
    diverged = (used["status"] == "DIVERGED").to_numpy()
    shape = (len(row_values), len(column_values))
    sums, counts, lost = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    np.add.at(sums, (i[well], j[well]), values[well])
    np.add.at(counts, (i[well], j[well]), 1.0)
    np.add.at(lost, (i[diverged], j[diverged]), 1.0)
    means = np.full(shape, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return HeatMap(
        rows=rows,
        columns=columns,
        row_values=tuple(row_values.tolist()),
        column_values=tuple(column_values.tolist()),
        means=means,
        counts=counts,
        diverged=lost,
    )


def interaction(trials: pd.DataFrame, rows: str, columns: str, column: str) -> Interaction | None:
    """Decompose a heat map into the main effects of both hyperparameters and their interaction.

    ``m_ij = m + a_i + b_j + (ab)_ij``; the shares are ``SS_a, SS_b, SS_ab`` over ``SS``, the sum of squares of the cell
    means about their mean; ``F = (n SS_ab / df_ab) / (SS_within / df_within)``

    **Variant.** Unweighted cell means; in an incomplete table (all trials of a cell diverged) ``SS_a`` and ``SS_b``
    are what each adds to the other (type II), and the shares need not add up to 1. ``n`` is the harmonic mean of the
    numbers of trials in the cells. Effects of a seed common to all cells count as spread: the test is conservative.

    Args:
        trials: as for `heat_map`; other hyperparameters count as spread.
        rows: column of the first hyperparameter.
        columns: column of the second.
        column: the result.

    Returns:
        The decomposition; None if either has fewer than two values, or if the filled cells are not connected.

    Reference: Fisher (1925), Statistical Methods for Research Workers; Yates (1934), The Analysis of Multiple
    Classifications with Unequal Numbers in the Different Classes (unweighted means).
    """
    numbers = trials[column].to_numpy(dtype=np.float64, na_value=np.nan)
    # The shares and the p value are ratios, which a common factor does not change.
    trials = trials.assign(**{column: numbers / scale_of(numbers[np.isfinite(numbers)])})
    table = heat_map(trials, rows, columns, column)
    i, j = np.nonzero(np.isfinite(table.means))
    means = table.means[i, j]
    rows_count, columns_count = table.means.shape
    if min(rows_count, columns_count) < 2:
        return None
    by_row, by_column = np.eye(rows_count)[i], np.eye(columns_count)[j]
    both = np.hstack([by_row, by_column])
    if np.linalg.matrix_rank(both) < rows_count + columns_count - 1:
        return None
    total = float(((means - means.mean()) ** 2).sum())
    together = _residual(both, means)
    within = _within(trials, table, column)
    degrees = len(means) - rows_count - columns_count + 1
    p_value = float("nan")
    if within is not None and degrees > 0:
        squares, within_degrees = within
        repeats = float(stats.hmean(table.counts[i, j]))
        noise = squares / within_degrees
        if noise > 0:
            p_value = float(stats.f.sf(repeats * together / degrees / noise, degrees, within_degrees))
    if total <= 1e-24 * max(1.0, float((means**2).sum())):
        return Interaction(0.0, 0.0, 0.0, p_value)
    added_by_rows = _residual(by_column, means) - together
    added_by_columns = _residual(by_row, means) - together
    return Interaction(added_by_rows / total, added_by_columns / total, together / total, p_value)


def _residual(design: Floats, values: Floats) -> float:
    """Residual sum of squares of a least-squares fit."""
    fitted = design @ np.linalg.lstsq(design, values, rcond=None)[0]
    return float(((values - fitted) ** 2).sum())


def _within(trials: pd.DataFrame, table: HeatMap, column: str) -> tuple[float, int] | None:
    """Sum of squares of the trials around their cell means, and its degrees of freedom; None without replicates."""
    well = trials[trials["status"].isin(ENDED_WELL) & trials[column].notna()]
    well = well[well[table.rows].notna() & well[table.columns].notna()]
    degrees = int(table.counts.sum() - (table.counts > 0).sum())
    if degrees == 0:
        return None
    values = well[column].astype(np.float64)
    about = values - values.groupby([well[table.rows], well[table.columns]]).transform("mean")
    return float((about**2).sum()), degrees
