"""Failed trials are named with their reasons, and the same command is offered where it can help."""

from __future__ import annotations

import pandas as pd

from sweep.execution.boundary import WORKER_LOST
from sweep.execution.ray.scheduler import death_reason
from sweep.results.failures import failures, unranked


def trials(*errors: str | None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": [f"sgd lr={number}" for number in range(len(errors))],
            "seed": 3,
            "status": ["COMPLETED" if error is None else "FAILED" for error in errors],
            "error": errors,
        }
    )


def test_without_failures_there_is_nothing_to_say():
    assert failures(trials(None, None)) == ""


def test_failed_trials_are_named_with_their_reasons():
    assert failures(trials(None, "ValueError: no.", "The worker died.")) == (
        "2 of 3 trials failed: `sgd lr=1` with seed 3 (ValueError: no); `sgd lr=2` with seed 3 (The worker died). "
        "Run the same command to try them again."
    )


def test_the_same_command_is_offered_only_where_a_worker_was_lost():
    lost = death_reason("The actor is dead because its worker process has died.")
    assert lost.startswith(WORKER_LOST)
    assert failures(trials(lost)).endswith("Run the same command to try them again.")
    assert "same command" not in failures(trials("RuntimeError: shapes cannot be multiplied"))


def test_of_many_failed_trials_the_first_are_named():
    said = failures(trials(*["KeyError: 'x'"] * 12))
    assert said.startswith("12 of 12 trials failed: ")
    assert said.count("with seed") == 3
    # What training raises comes again, so that the same command is not offered.
    assert said.endswith(" and 9 more. They would fail again in the same way: mend what the errors name.")


def test_a_cause_that_several_trials_share_is_named_once():
    said = failures(trials("KeyError: 'x'.", "KeyError: 'x'.", "OSError: no disk."))
    assert said.startswith(
        "3 of 3 trials failed: `sgd lr=0` with seed 3 and `sgd lr=1` with seed 3 (KeyError: 'x'); "
        "`sgd lr=2` with seed 3 (OSError: no disk). They"
    )


def test_a_training_without_a_learning_rate_is_not_told_to_lower_it():
    lost = trials(None, None).assign(status="DIVERGED")
    board = pd.DataFrame({"rank": [None, None]})
    assert unranked(lost, board).endswith(
        "(2 of 2 diverged). See `trials.parquet` for the step at which each diverged."
    )
    assert "Lower the learning rates" in unranked(lost.assign(learning_rate=0.1), board)
