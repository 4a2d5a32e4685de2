"""How much care an optimizer needs: how wide its range of good learning rates is, and how often it diverges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.outcomes import Mode
from sweep.analysis.ranking import By
from sweep.analysis.settings import settings_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Robustness:
    """How one level of the scientific factor depends on its learning rate.

    Args:
        level: such as ``adam``.
        decades: ``log10`` of the largest over the smallest learning rate of the good range; 0 for a single one, NaN if
            every setting diverged.
        low: smallest learning rate of the range.
        high: largest.
        best: learning rate of the best setting.
        is_open: whether the range reaches the edge of what was tried, so that it may be wider.
        tried: how many learning rates were tried.
        settings: how many settings ended.
        settings_diverged: how many of them diverged on some seed.
        trials: how many trials ended.
        trials_diverged: how many of them diverged.
    """

    level: str
    decades: float
    low: float
    high: float
    best: float
    is_open: bool
    tried: int
    settings: int
    settings_diverged: int
    trials: int
    trials_diverged: int

    @property
    def share_diverged(self) -> float:
        """Share of settings that diverged on some seed."""
        return self.settings_diverged / self.settings if self.settings else float("nan")


def robustness(
    trials: pd.DataFrame,
    metric: str,
    mode: Mode,
    *,
    within: float = 0.05,
    scientific: str = "optimizer",
    by: By = "final",
) -> tuple[Robustness, ...]:
    """Measure for each level the range of learning rates whose best setting is within a share of the best of all.

    A learning rate is good if ``|v - v*| <= within |v*|``, ``v`` the mean over seeds of its best setting, ``v*`` that
    of the best setting of the level; the range is the run of good learning rates around the best.

    **Variant.** The other hyperparameters are tuned away at each learning rate, and the range ends at the first that is
    not good or diverged, so that a lucky one beyond does not count.

    Args:
        trials: one row per trial.
        metric: such as ``val_loss``.
        mode: whether small or large values are good.
        within: share of the best value, such as 0.05.
        scientific: column of the levels.
        by: which value of a trial counts.

    Reference: Asi and Duchi (2019), The Importance of Better Models in Stochastic Optimization (range of good step
    sizes); the decades are this project's measure.
    """
    table = settings_table(trials, f"{by}_{metric}")
    levels = []
    for level, rows in table[table[scientific].notna()].groupby(scientific, sort=False):
        sign = 1.0 if mode == "min" else -1.0
        losses = (sign * rows["value"]).groupby(rows["learning_rate"]).min().sort_index()
        rates, values = losses.index.to_numpy(dtype=np.float64), losses.to_numpy()
        low = high = best = decades = float("nan")
        is_open = False
        if np.isfinite(values).any():
            centre = int(np.nanargmin(values))
            # A comparison with the NaN of a diverged rate is false.
            good = np.abs(values - values[centre]) <= within * abs(values[centre])
            first = last = centre
            while first > 0 and good[first - 1]:
                first -= 1
            while last + 1 < len(good) and good[last + 1]:
                last += 1
            low, high, best = float(rates[first]), float(rates[last]), float(rates[centre])
            decades = float(np.log10(high / low))
            is_open = first == 0 or last + 1 == len(rates)
        levels.append(
            Robustness(
                str(level),
                decades,
                low,
                high,
                best,
                is_open,
                len(rates),
                len(rows),
                int((rows["diverged"] > 0).sum()),
                int(rows["ended"].sum()),
                int(rows["diverged"].sum()),
            )
        )
    return tuple(levels)
