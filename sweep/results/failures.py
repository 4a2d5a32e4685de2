"""Says in a sentence which trials failed and why, and that none can be ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweep.execution.boundary import WORKER_LOST

if TYPE_CHECKING:
    import pandas as pd

NAMED_FAILURES = 3
"""So many failed trials are named; all of them are in ``trials.parquet``."""


def failures(trials: pd.DataFrame) -> str:
    """Say which trials failed and why; empty if none did.

    Args:
        trials: one row per trial.
    """
    failed = trials[trials["status"] == "FAILED"]
    if failed.empty:
        return ""
    named = [
        f"`{arm}` with seed {seed} ({error.rstrip('.')})"
        for arm, seed, error in zip(failed["arm"], failed["seed"], failed["error"], strict=True)
    ]
    more = f" and {len(named) - NAMED_FAILURES:,} more" if len(named) > NAMED_FAILURES else ""
    # What training raises comes again; a worker that is gone may not go the next time.
    if failed["error"].str.startswith(WORKER_LOST).any():
        way_out = "Run the same command to try them again."
    else:
        way_out = "They would fail again in the same way: mend what the errors name."
    return f"{len(failed):,} of {len(trials):,} trials failed: {'; '.join(named[:NAMED_FAILURES])}{more}. {way_out}"


def unranked(trials: pd.DataFrame, leaderboard: pd.DataFrame) -> str:
    """Say that no setting can be ranked, and why; empty if one can.

    Args:
        trials: one row per trial.
        leaderboard: one row per arm, with its ``rank``.
    """
    if trials.empty or leaderboard["rank"].notna().any():
        return ""
    counts = trials["status"].value_counts()
    ended = ", ".join(f"{count:,} of {len(trials):,} {str(status).lower()}" for status, count in counts.items())
    return (
        f"no setting can be ranked, as no trial ended with a finite metric ({ended}). "
        "Lower the learning rates, or see `trials.parquet` for the step at which each diverged."
    )
