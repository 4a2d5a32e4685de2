"""Parallel coordinates of all arms, which show which settings lead to which results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.analysis.hyperparameters import level_of
from sweep.analysis.wording import ALL_SETTINGS, metric_name
from sweep.records import ENDED_WELL
from sweep.reports.collect import Findings
from sweep.reports.graph_records import Dimension, Parallel
from sweep.reports.html_tables import MOST_ROWS, varied
from sweep.reports.svg.scales import Axis, fitted, scale_of, spelled

if TYPE_CHECKING:
    import pandas as pd

FEWEST_ARMS = 4


def parallel(findings: Findings) -> Parallel | None:
    """One line per arm of the leaderboard, in its order; None if there is too little variation."""
    board, metric = findings.leaderboard.head(MOST_ROWS), findings.study.metric
    study = findings.study
    first = study.scientific if study.is_own or "optimizer" not in board else "optimizer"
    # A hyperparameter with the same value wherever it is used (for example `decay_rate`) does not distinguish arms.
    told = [key for key in varied(board, findings.subject.keys) if key != first and board[key].nunique() > 1]
    keys = [first, *told] if first else told
    if len(board) < FEWEST_ARMS or len(keys) < 2:
        return None
    columns: list[tuple[str, pd.Series[Any]]] = [(key, board[key]) for key in keys if key in board]
    reached = _reached(findings, board)
    if reached is not None:
        columns.append(("epochs reached", reached))
    columns.append((metric_name(metric), board[f"{findings.study.by}_{metric}_mean"]))
    made = [_dimension(name, values) for name, values in columns]
    levels = _levels(board, first, is_own=study.is_own)
    known = [level.name for level in study.levels]
    order = [*known, *(level for level in dict.fromkeys(levels) if level not in known)]
    looks = tuple(order.index(level) for level in levels)
    places = tuple(zip(*(places for _, places in made), strict=True))
    absent = (
        "none: the setting lacks it, or has no result"
        if study.is_own
        else "ignored: by an optimizer that does not use it"
    )
    names, legend = tuple(board["arm"].astype(str)), tuple[str, ...]()
    if reached is not None:
        known_epochs = sorted(reached.dropna().unique())
        looks = tuple(len(known_epochs) if value != value else known_epochs.index(value) for value in reached)
        legend = tuple(f"until epoch {value:g}" for value in known_epochs)
        legend += ("diverged or failed",) if reached.isna().any() else ()
        absent = "none: the setting lacks it, or has no final value"
    return Parallel(tuple(one for one, _ in made), names, looks, places, absent, legend)


def _reached(findings: Findings, board: pd.DataFrame) -> pd.Series[float] | None:
    """The most epochs of a seed of each arm that was pruned or ended; None if nothing was pruned."""
    trials = findings.trials
    if not findings.has_pruned:
        return None
    used = trials[trials["status"].isin([*ENDED_WELL, "PRUNED"])]
    return board["arm_id"].map(used.groupby("arm_id")["epochs_done"].max()).astype(np.float64)


def _levels(board: pd.DataFrame, factor: str, *, is_own: bool) -> list[str]:
    """The level of each arm, by which it is coloured."""
    if not factor:
        return [ALL_SETTINGS] * len(board)
    if not is_own:
        return board[factor].astype(str).tolist()
    return [level_of(value, factor) for value in board[factor]]


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
    axis = fitted(some.tolist(), scale_of(some), 0.0, 1.0)
    exact = Axis(axis.kind, axis.low, axis.high, 0.0, 1000.0)
    distinct = sorted(set(some.tolist()))
    shown = distinct if len(distinct) <= 6 else exact.ticks
    ticks = tuple((exact.place(value) / 1000, spelled(value)) for value in shown)
    return Dimension(name, ticks), [exact.place(number) / 1000 if np.isfinite(number) else None for number in numbers]
