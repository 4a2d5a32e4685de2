"""Refuses to compare trials with different data, splits, initial weights or batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweep.errors import ComparisonError

if TYPE_CHECKING:
    import pandas as pd

SHARED_BY = {
    "data": [],
    "split": ["seed"],
    "init": ["seed"],
    # Trials with other batch sizes or numbers of epochs have other batch orders by design.
    "batches": ["seed", "batch_size", "epochs"],
}
"""Fingerprint -> columns with equal values in trials that must have equal fingerprints."""

VARIED_BY = {
    "data": ("data.",),
    "split": ("data.", "trainer.dtype"),
    "init": ("data.", "network."),
    "batches": ("data.",),
}
"""Fingerprint -> dotted keys of a space, or what they begin with, on which it depends by design."""

MEANING = {"data": "data set", "split": "split", "init": "initial weights", "batches": "order of batches"}


@dataclass(frozen=True)
class Mismatch:
    """Two trials whose conditions should be equal and are not.

    Args:
        part: ``data``, ``split``, ``init`` or ``batches``.
        seed: their seed; for ``data`` that of the deviating trial.
        trial_id: the deviating trial: among trials that should be equal, the one with the rarest fingerprint.
        arm: its label.
        fingerprint: its fingerprint.
        other_trial_id: a trial with the most common fingerprint.
        other_fingerprint: that fingerprint.
    """

    part: str
    seed: int
    trial_id: str
    arm: str
    fingerprint: str
    other_trial_id: str
    other_fingerprint: str

    @property
    def sentence(self) -> str:
        """The error message, with the trial's name."""
        where = "" if self.part == "data" else f" of seed {self.seed}"
        return (
            f"all trials{where} must have the same {MEANING[self.part]}. "
            f"Received: trial `{self.trial_id}` ({self.arm}) with fingerprint {self.fingerprint}, "
            f"where trial `{self.other_trial_id}` has {self.other_fingerprint}."
        )


def mismatches(trials: pd.DataFrame) -> tuple[Mismatch, ...]:
    """Find trials whose conditions differ from those of the trials that they are compared with.

    Args:
        trials: one row per trial, ``trial_id arm seed`` and the columns ``fingerprint_<part>``; empty ones, as of
            trials that have not run, are not compared.
    """
    found = []
    for part, keys in SHARED_BY.items():
        column = f"fingerprint_{part}"
        if column not in trials:
            continue
        rows = trials[trials[column].notna() & (trials[column] != "")]
        shared = [key for key in rows if key in keys or str(key).startswith(VARIED_BY[part])]
        groups = [group for _, group in rows.groupby(shared, dropna=False)] if shared else [rows]
        for group in groups:
            counts = group[column].value_counts()
            if len(counts) < 2:
                continue
            usual = group[group[column] == counts.index[0]].iloc[0]
            for fingerprint in counts.index[1:]:
                odd = group[group[column] == fingerprint].iloc[0]
                found.append(
                    Mismatch(
                        part=part,
                        seed=int(odd["seed"]),
                        trial_id=str(odd["trial_id"]),
                        arm=str(odd["arm"]),
                        fingerprint=str(fingerprint),
                        other_trial_id=str(usual["trial_id"]),
                        other_fingerprint=str(usual[column]),
                    )
                )
    return tuple(found)


def require_equal_conditions(trials: pd.DataFrame) -> None:
    """Refuse trials that were not trained under equal conditions.

    Args:
        trials: as for `mismatches`.

    Raises:
        ComparisonError: naming the first trial that differs.
    """
    if found := mismatches(trials):
        more = f" {len(found) - 1} more differ." if len(found) > 1 else ""
        raise ComparisonError(
            f"{found[0].sentence}{more} "
            "Run the sweep again with `--fresh`, so that all trials are of the same code and data."
        )
