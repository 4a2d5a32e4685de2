"""What runs of another tool cannot tell is said by a card each, and nothing is said where nothing is missing."""

from __future__ import annotations

import pandas as pd
import pytest

from sweep.reports.mlflow_cards import PARTS, run_cards


@pytest.fixture
def trials():
    """Two settings with two seeds each, all finished."""
    return pd.DataFrame(
        {
            "arm_id": ["a", "a", "b", "b"],
            "seed": [0, 1, 0, 1],
            "status": "COMPLETED",
            "final_loss": 0.5,
            "algo": ["x", "x", "y", "y"],
            "lr": [1, 2, 3, 4],
            **{f"fingerprint_{part}": "f" for part in PARTS},
        }
    )


def checks(trials, repeated=0):
    return [card.check for card in run_cards(trials, "loss", ["algo", "lr"], repeated)]


def test_whole_runs_need_no_card(trials):
    assert checks(trials) == []


def test_fingerprints_are_missed_only_if_no_run_has_any(trials):
    without = trials.assign(**{f"fingerprint_{part}": "" for part in PARTS})
    assert checks(without) == ["fingerprints"]
    without.loc[3, "fingerprint_split"] = "s"
    assert checks(without) == []


def test_failed_runs_are_counted_and_are_not_counted_again_as_silent(trials):
    trials.loc[0, ["status", "final_loss"]] = ["FAILED", None]
    trials.loc[1, "final_loss"] = None
    failed, silent = run_cards(trials, "loss", ["algo"], 0)
    assert failed.sentence == "1 run of 4 failed or were killed."
    assert silent.sentence.startswith("1 run that finished have no")


def test_a_parameter_of_its_own_in_each_run_is_named_where_no_setting_has_two_seeds(trials):
    alone = trials.assign(arm_id=["a", "b", "c", "d"])
    (card,) = run_cards(alone, "loss", ["algo", "lr"], 0)
    assert (card.check, card.severity) == ("settings", "serious")
    assert card.sentence.endswith("`lr` has a value of its own in almost every run.")


def test_repeated_runs_are_counted(trials):
    assert checks(trials, repeated=2) == ["repeated"]
