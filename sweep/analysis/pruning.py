"""Sums up what a scheduler has pruned: which arms, at which rungs, how much it saved, and whether ranks have held."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from sweep.analysis.outcomes import Floats, Mode
from sweep.records import ENDED_WELL

if TYPE_CHECKING:
    import pandas as pd

FEWEST_RANKED = 4
"""Minimum number of trials for a correlation of ranks."""


@dataclass(frozen=True)
class PrunedArm:
    """An arm with pruned seeds.

    Args:
        arm: its label.
        pruned: number of its seeds that were pruned.
        seeds: number of its seeds that were pruned or ended.
        rungs: lowest and highest rung at which one was pruned.
        share: share of its epochs that were trained, 0 to 1.
    """

    arm: str
    pruned: int
    seeds: int
    rungs: tuple[float, float]
    share: float


@dataclass(frozen=True)
class Rung:
    """A level at which trials were judged.

    Args:
        at: the epoch, or whatever else the scheduler counts; infinity for the end.
        reached: number of trials that reached it.
        pruned: number of those that were pruned there.
    """

    at: float
    reached: int
    pruned: int


@dataclass(frozen=True)
class RankChange:
    """How the order of trials changes from one epoch to a later one.

    Args:
        early: the earlier epoch.
        late: the later epoch.
        trials: number of trials that reached both.
        tau: Kendall's tau-b of their values, 1 for the same order and -1 for the reverse.
        is_half: whether these are half time and the end.
    """

    early: float
    late: float
    trials: int
    tau: float
    is_half: bool


@dataclass(frozen=True)
class Pruning:
    """What a scheduler has done to a sweep.

    Args:
        pruned: number of pruned trials.
        trials: number of trials that were pruned or ended.
        saved_epochs: share of the epochs of these trials, trained to their end, that were saved; 0 to 1.
        saved_examples: the same of examples; NaN if the training counts none.
        arms: the arms with pruned seeds, in the order of the table.
        rungs: from the lowest, and last the end.
    """

    pruned: int
    trials: int
    saved_epochs: float
    saved_examples: float
    arms: tuple[PrunedArm, ...]
    rungs: tuple[Rung, ...]


def pruning(trials: pd.DataFrame) -> Pruning | None:
    """Sum up what was pruned; None if nothing was.

    **Variant.** A trial would have trained the epochs of its setting, or, where it has none, as many as the longest
    trial of the sweep that completed. Examples are those per epoch so far times these epochs. Trials that diverged or
    reached their target count as they are, since a scheduler has saved nothing there.

    Args:
        trials: one row per trial, ``arm_id arm status epochs_done examples pruned_rung``, in any order.
    """
    import pandas as pd

    rows = trials[trials["status"].isin([*ENDED_WELL, "PRUNED", "DIVERGED"])]
    is_pruned = (rows["status"] == "PRUNED").to_numpy()
    if not is_pruned.any():
        return None
    done = rows["epochs_done"].to_numpy(dtype=np.float64)
    planned = np.where(is_pruned, np.maximum(planned_epochs(rows), done), done)
    rungs = rows["pruned_rung"].to_numpy(dtype=np.float64, na_value=np.nan)
    examples = np.full(len(rows), np.nan)
    if "examples" in rows:
        examples = rows["examples"].to_numpy(dtype=np.float64, na_value=np.nan)
    counted = np.isfinite(examples) & (done > 0)
    whole = examples[counted] / done[counted] * planned[counted]
    arms = []
    codes = pd.factorize(rows["arm_id"])[0]
    for own in np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1]):
        lost = own[is_pruned[own]]
        if len(lost):
            at = rungs[lost][np.isfinite(rungs[lost])]
            ends = (float(at.min()), float(at.max())) if len(at) else (float("nan"), float("nan"))
            share = float(done[own].sum() / max(planned[own].sum(), 1.0))
            arms.append(PrunedArm(str(rows["arm"].iloc[own[0]]), len(lost), len(own), ends, share))
    return Pruning(
        pruned=int(is_pruned.sum()),
        trials=len(rows),
        saved_epochs=float(1 - done.sum() / max(planned.sum(), 1.0)),
        saved_examples=float(1 - examples[counted].sum() / whole.sum()) if counted.any() else float("nan"),
        arms=tuple(arms),
        rungs=_rungs(rungs, is_pruned),
    )


def planned_epochs(rows: pd.DataFrame) -> Floats:
    """Return the epochs that each trial would have trained; (n,).

    Args:
        rows: the trials, with ``epochs`` where it is a hyperparameter, ``epochs_done`` and ``status``.
    """
    done = rows["epochs_done"].to_numpy(dtype=np.float64)
    completed = done[(rows["status"] == "COMPLETED").to_numpy()]
    longest = float(completed.max() if len(completed) else done.max(initial=0.0))
    if "epochs" not in rows or rows["epochs"].dtype.kind not in "iuf":
        return np.full(len(rows), longest)
    given = rows["epochs"].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isnan(given), longest, given)


def _rungs(rungs: Floats, is_pruned: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[Rung, ...]:
    """How many reached each rung: those that were pruned there or later, and those that were not pruned."""
    left = len(rungs)
    found = []
    for at in np.unique(rungs[is_pruned & np.isfinite(rungs)]):
        here = int((rungs[is_pruned] == at).sum())
        found.append(Rung(float(at), left, here))
        left -= here
    return (*found, Rung(float("inf"), int((~is_pruned).sum()), 0))


def rank_changes(trials: pd.DataFrame, epochs: pd.DataFrame, metric: str, mode: Mode) -> tuple[RankChange, ...]:
    """Correlate the order of trials at half time with that at the end, and at each rung with that at the next.

    Kendall's tau-b of the metric after two epochs, over the trials that have a value after both.

    **Variant.** Trials that diverged or failed are excluded. At a rung only those that went on have a later value, and
    they are the better ones, so that its tau is lower than among all. Rungs that are not epochs are left out.

    Args:
        trials: one row per trial, ``trial_id status`` and, if any was pruned, ``pruned_rung``.
        epochs: one row per epoch of a trial.
        metric: such as ``val_loss``.
        mode: whether small or large values are better; a tau does not depend on it.

    Returns:
        Half time first, then the rungs from the lowest; without those reached by fewer than 4 trials, or where all
        have the same value.

    Reference: Kendall (1945), The Treatment of Ties in Ranking Problems (tau-b).
    """
    used = trials.loc[trials["status"].isin([*ENDED_WELL, "PRUNED"]), "trial_id"]
    if epochs.empty or metric not in epochs:
        return ()
    wide = epochs[epochs["trial_id"].isin(used)].pivot_table(index="trial_id", columns="epoch", values=metric)
    known = np.array(sorted(wide.columns), dtype=np.float64)
    if len(known) < 2:
        return ()
    end = known[-1]
    pairs = [(float(known[known <= max(end / 2, known[0])][-1]), float(end), True)]
    if "pruned_rung" in trials:
        rungs = sorted(set(trials["pruned_rung"].dropna().astype(float)) & set(known))
        pairs += [(early, late, False) for early, late in pairwise([*rungs, float(end)])]
    found = []
    for early, late, is_half in pairs:
        both = wide[[early, late]].dropna() if early < late else wide.iloc[:0, :2]
        if len(both) >= FEWEST_RANKED:
            tau = float(stats.kendalltau(both[early], both[late]).statistic)
            if np.isfinite(tau):
                found.append(RankChange(early, late, len(both), tau, is_half))
    return tuple(found)
