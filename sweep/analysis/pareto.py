"""Finds what no other is better than in every objective, and measures how far that reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweep.analysis.outcomes import Mode

if TYPE_CHECKING:
    import pandas as pd

COLUMN = "pareto"
"""Column of the leaderboard that says whether an arm is on the front."""

Floats = NDArray[np.float64]


def front(values: Floats, modes: Sequence[Mode]) -> NDArray[np.bool_]:
    """Mark the rows on the Pareto front: no other row is at least as good in all objectives and better in one.

    Args:
        values: (N, M), one column for each objective; a row with a value that is not finite is not on the front.
        modes: whether small or large values of each objective are better.

    Returns:
        (N,); equal rows are on the front together.

    >>> front(np.array([[1.0, 3.0], [2.0, 1.0], [2.0, 2.0], [1.0, 3.0]]), ["min", "min"])
    array([ True,  True, False,  True])
    """
    losses = losses_of(values, modes)
    on_front: NDArray[np.bool_] = np.array(np.isfinite(losses).all(axis=1))
    for row in np.flatnonzero(on_front):
        better = (losses <= losses[row]).all(axis=1) & (losses < losses[row]).any(axis=1)
        on_front[row] = not better.any()
    return on_front


def hypervolume(values: Floats, reference: Sequence[float], modes: Sequence[Mode]) -> float:
    """Measure the area that two objectives dominate, up to a reference point that is worse.

    **Variant.** Exact for two objectives, by the sum of the rectangles under the staircase of the front.

    Args:
        values: (N, 2); rows that are not finite, or no better than the reference in both, count nothing.
        reference: value of each objective beyond which nothing counts.
        modes: whether small or large values of each objective are better.

    Raises:
        ValueError: if there are not two objectives.

    >>> hypervolume(np.array([[1.0, 2.0], [2.0, 1.0]]), [3.0, 3.0], ["min", "min"])
    3.0

    Reference: Zitzler and Thiele (1998), Multiobjective Optimization Using Evolutionary Algorithms.
    """
    if len(modes) != 2:
        raise ValueError(f"the hypervolume needs two objectives. Received: {len(modes)}.")
    losses, (right, top) = losses_of(values, modes), losses_of(np.array([reference]), modes)[0]
    inside = losses[np.isfinite(losses).all(axis=1) & (losses[:, 0] < right) & (losses[:, 1] < top)]
    area, lowest = 0.0, top
    for first, second in sorted(map(tuple, inside)):
        if second < lowest:
            area += (right - first) * (lowest - second)
            lowest = second
    return float(area)


def mean_column(name: str, by: str, table: pd.DataFrame) -> str:
    """Return the column of a leaderboard with the mean of an objective.

    Args:
        name: the objective.
        by: ``final`` or ``best``.
        table: the leaderboard.
    """
    if name == "seconds":
        return "seconds_mean"
    column = f"{by}_{name}_mean"
    return column if column in table else f"final_{name}_mean"


def front_sentence(table: pd.DataFrame, names: Sequence[str], modes: Sequence[Mode], by: str) -> str:
    """Say how many arms are on the front, and between which ends it lies.

    Args:
        table: the leaderboard, with `COLUMN`.
        names: the objectives.
        modes: their directions.
        by: ``final`` or ``best``.
    """
    chosen = table[table[COLUMN].astype(bool)]
    if chosen.empty:
        return f"The Pareto front of {' and '.join(names)} is empty, as no setting has a value of each."
    ends = []
    for name, mode in zip(names, modes, strict=True):
        values = chosen[mean_column(name, by, table)].astype(float)
        numbers = values.to_numpy()
        at = int(numbers.argmin() if mode == "min" else numbers.argmax())
        ends.append(f"{chosen['arm'].iloc[at]} has the best {name}, {numbers[at]:.4g}")
    what = f"{len(chosen):,} of {len(table):,} settings are on the Pareto front of {' and '.join(names)}"
    return f"{what}: {'; '.join(ends)}."


def losses_of(values: Floats, modes: Sequence[Mode]) -> Floats:
    """Return values of objectives so that small ones are better: (N, M), or (M,) for one row."""
    signs = np.array([1.0 if mode == "min" else -1.0 for mode in modes])
    losses: Floats = np.asarray(values, dtype=np.float64) * signs
    return losses
