"""Cards that report what cannot be determined from runs of another tool, and which of them are excluded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweep.analysis.health_card import Card
from sweep.analysis.wording import capitalised, counted, metric_name
from sweep.records import ENDED_WELL

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("data", "split", "init", "batches")
"""What fingerprints are taken of."""


def run_cards(trials: pd.DataFrame, metric: str, keys: Sequence[str], repeated: int) -> list[Card]:
    """Report what cannot be determined from runs of another tool, and which of them are excluded.

    Args:
        trials: one row per compared run.
        metric: metric that is compared.
        keys: the hyperparameters, the compared one first.
        repeated: number of runs that repeat a setting and seed.
    """
    cards = []
    if all((trials[f"fingerprint_{part}"] == "").all() for part in PARTS):
        cards.append(
            Card(
                "fingerprints",
                "warning",
                "the runs hold no fingerprints, so that nothing shows that those of one seed saw the same data, split, "
                "initial weights and batches; the paired differences assume it.",
                "Log them as tags `fingerprint.data`, `fingerprint.split`, `fingerprint.init` and "
                "`fingerprint.batches`, or check it in the code that trained.",
            )
        )
    failed = int((trials["status"] == "FAILED").sum())
    if failed:
        cards.append(
            Card("failed", "warning", f"{counted(failed, 'run')} of {len(trials):,} failed or were killed.",
                 "If they failed because training diverged, the levels that they belong to look better than they are.")
        )  # fmt: skip
    well = trials["status"].isin(ENDED_WELL)
    silent = int((well & trials[f"final_{metric}"].isna()).sum())
    if silent:
        name = metric_name(metric)
        cards.append(
            Card("metric", "warning", f"{counted(silent, 'run')} that finished have no {name} and are missing.", "")
        )
    if repeated:
        cards.append(
            Card("repeated", "note",
                 f"{counted(repeated, 'run')} repeat a setting and seed of a newer run, which is the one that counts.",
                 "If they are different settings, name what differs by `--setting`.")
        )  # fmt: skip
    seeds = trials["seed"].nunique()
    if seeds > 1 and trials.groupby("arm_id")["seed"].nunique().max() == 1:
        unique = [name for name in keys[1:] if trials[name].nunique() > seeds]
        hint = f" `{unique[0]}` has a value of its own in almost every run." if unique else ""
        cards.append(
            Card("settings", "serious", f"no setting was run with two seeds.{hint}",
                 "Name the hyperparameters by `--setting`, once each, so that what is only noted is not one of them.")
        )  # fmt: skip
    return [Card(card.check, card.severity, capitalised(card.sentence), card.advice) for card in cards]
