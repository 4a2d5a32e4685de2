"""Plain records of several objectives and of a population, as figures show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweep.analysis.outcomes import Mode
from sweep.analysis.pareto import COLUMN, hypervolume, losses_of, mean_column

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Objectives:
    """The settings of a sweep with several objectives.

    Args:
        names: of the objectives.
        modes: whether small or large values of each are better.
        labels: of the settings, in the order proposed; (n,).
        values: (n,) values of each setting, one per objective.
        is_front: (n,) whether no other setting is better in one objective and no worse in all.
        hypervolumes: (n,) hypervolume of the front after each setting; empty if unknown.
    """

    names: tuple[str, ...]
    modes: tuple[Mode, ...]
    labels: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    is_front: tuple[bool, ...]
    hypervolumes: tuple[float, ...] = ()


@dataclass(frozen=True)
class Descent:
    """A stretch of the training of one trial of a population.

    Args:
        trial: id of the trial.
        start: epoch, or whatever is counted, at which the stretch begins.
        end: at which it ends.
        parent: id of the trial whose state it took over at ``start``; empty if it went on from its own.
        changed: hyperparameter -> value from ``start`` on, for those that changed there.
    """

    trial: str
    start: float
    end: float
    parent: str = ""
    changed: tuple[tuple[str, str], ...] = ()


def objectives_of(
    table: pd.DataFrame, order: Iterable[str], names: Sequence[str], modes: Sequence[Mode], by: str
) -> Objectives:
    """Collect the settings of a sweep with several objectives, in the order in which they were proposed.

    The hypervolume of two objectives counts up to the worst value of each among all settings that have both, and is
    that of the settings so far; those with a pruned or diverged seed count nothing, as they are not on the front.

    Args:
        table: the leaderboard, with `sweep.analysis.pareto.COLUMN`.
        order: ids of the arms in that order.
        names: the objectives.
        modes: their directions.
        by: ``final`` or ``best``.
    """
    by_id = table.set_index("arm_id")
    rows = by_id.loc[[arm_id for arm_id in order if arm_id in by_id.index]]
    columns = [mean_column(name, by, table) for name in names]
    values = rows[columns].to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(values).all(axis=1)
    volumes: list[float] = []
    if len(names) == 2 and known.any():
        worst = [
            float(column.max() if mode == "min" else column.min())
            for column, mode in zip(values[known].T, modes, strict=True)
        ]
        lost = ((rows["diverged"] > 0) | (rows["pruned"] > 0)).to_numpy(dtype=bool)
        volumes = _volumes(np.where(lost[:, np.newaxis], np.nan, values), worst, modes)
    return Objectives(
        names=tuple(names),
        modes=tuple(modes),
        labels=tuple(rows["arm"].astype(str)),
        values=tuple(map(tuple, values.tolist())),
        is_front=tuple(rows[COLUMN].astype(bool).tolist()),
        hypervolumes=tuple(volumes),
    )


def _volumes(values: NDArray[np.float64], worst: Sequence[float], modes: Sequence[Mode]) -> list[float]:
    """The hypervolume after each row; it only changes with a row that none before is as good as in all objectives."""
    kept = values[:0]
    volumes: list[float] = []
    for row in values:
        losses, known = losses_of(row, modes), losses_of(kept, modes)
        if np.isfinite(row).all() and not (known <= losses).all(axis=1).any():
            kept = np.vstack([kept[~(losses <= known).all(axis=1)], row])
            volumes.append(hypervolume(kept, worst, modes))
        else:
            volumes.append(volumes[-1] if volumes else 0.0)
    return volumes
