"""Parallel coordinates of all arms, which show which settings lead to which results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.analysis.wording import metric_name
from sweep.reports.collect import Findings
from sweep.reports.graph_records import Dimension, Parallel
from sweep.reports.html_tables import MOST_ROWS, varied
from sweep.reports.svg.scales import Axis, fitted, spelled

if TYPE_CHECKING:
    import pandas as pd

DECADES = 20.0
"""Ratio of the largest to the smallest positive value from which an axis is logarithmic."""

FEWEST_ARMS = 4


def parallel(findings: Findings) -> Parallel | None:
    """One line per arm of the leaderboard, in its order; None if there is too little variation."""
    board, metric = findings.leaderboard.head(MOST_ROWS), findings.study.metric
    first = "optimizer" if "optimizer" in board else findings.study.scientific
    # A hyperparameter with the same value wherever it is used (for example `decay_rate`) does not distinguish arms.
    told = [key for key in varied(board, findings.subject.keys) if key != first and board[key].nunique() > 1]
    keys = [first, *told]
    if len(board) < FEWEST_ARMS or len(keys) < 2:
        return None
    columns = [(key, board[key]) for key in keys if key in board]
    columns.append((metric_name(metric), board[f"{findings.study.by}_{metric}_mean"]))
    made = [_dimension(name, values) for name, values in columns]
    levels = list(dict.fromkeys(board[first].astype(str)))
    known = [level.name for level in findings.study.levels]
    order = [*known, *(level for level in levels if level not in known)]
    looks = tuple(order.index(level) for level in board[first].astype(str))
    places = tuple(zip(*(places for _, places in made), strict=True))
    return Parallel(tuple(one for one, _ in made), tuple(board["arm"].astype(str)), looks, places)


def _dimension(name: str, values: pd.Series[Any]) -> tuple[Dimension, list[float | None]]:
    """The axis of a column, and the position of each of its values."""
    if values.dtype.kind not in "iuf":
        # Text values from the top, in order of appearance.
        kinds = list(dict.fromkeys(values.dropna().astype(str)))
        at = {kind: 1 - (place + 0.5) / len(kinds) for place, kind in enumerate(kinds)}
        ticks = tuple((at[kind], kind) for kind in kinds)
        return Dimension(name, ticks, is_number=False), [None if missing else at[str(value)]
                                        for value, missing in zip(values, values.isna(), strict=True)]  # fmt: skip
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    some = numbers[np.isfinite(numbers)]
    is_log = len(some) > 0 and some.min() > 0 and some.max() / some.min() >= DECADES
    axis = fitted(some.tolist(), "log" if is_log else "linear", 0.0, 1.0)
    exact = Axis(axis.kind, axis.low, axis.high, 0.0, 1000.0)
    distinct = sorted(set(some.tolist()))
    shown = distinct if len(distinct) <= 6 else exact.ticks
    ticks = tuple((exact.place(value) / 1000, spelled(value)) for value in shown)
    return Dimension(name, ticks), [exact.place(number) / 1000 if np.isfinite(number) else None for number in numbers]
