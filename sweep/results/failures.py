"""Describes which trials failed and why, and whether any setting can be ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweep.analysis.wording import listing
from sweep.execution.boundary import WORKER_LOST

if TYPE_CHECKING:
    import pandas as pd

NAMED_FAILURES = 3
"""Number of failed trials in the message; all of them are in ``trials.parquet``."""


def failures(trials: pd.DataFrame) -> str:
    """Describe which trials failed and why; empty if none did.

    Args:
        trials: one row per trial.
    """
    failed = trials[trials["status"] == "FAILED"]
    if failed.empty:
        return ""
    first = failed.head(NAMED_FAILURES)
    named: dict[str, list[str]] = {}
    for arm, seed, error in zip(first["arm"], first["seed"], first["error"], strict=True):
        named.setdefault(error.rstrip("."), []).append(f"`{arm}` with seed {seed}")
    said = "; ".join(f"{listing(trials_of)} ({error})" for error, trials_of in named.items())
    more = f" and {len(failed) - NAMED_FAILURES:,} more" if len(failed) > NAMED_FAILURES else ""
    # Errors raised by training recur, but a lost worker may not be lost the next time.
    if failed["error"].str.startswith(WORKER_LOST).any():
        hint = "Run the same command to try them again."
    else:
        hint = "They would fail again in the same way: mend what the errors name."
    return f"{len(failed):,} of {len(trials):,} trials failed: {said}{more}. {hint}"


def unranked(trials: pd.DataFrame, leaderboard: pd.DataFrame) -> str:
    """Explain why no setting can be ranked; empty if one can.

    Args:
        trials: one row per trial.
        leaderboard: one row per arm, with its ``rank``.
    """
    if trials.empty or leaderboard["rank"].notna().any():
        return ""
    counts = trials["status"].value_counts()
    ended = ", ".join(f"{count:,} of {len(trials):,} {str(status).lower()}" for status, count in counts.items())
    # A training of the user's own may have no learning rate.
    advice = "Lower the learning rates, or see" if "learning_rate" in trials else "See"
    return (
        f"no setting can be ranked, as no trial ended with a finite metric ({ended}). "
        f"{advice} `trials.parquet` for the step at which each diverged."
    )
