"""Where the seeds are folds, intervals are wider and tests weaker than of independent seeds."""

import pandas as pd
import pytest

from sweep.analysis.arms import arm_summaries
from sweep.analysis.outcomes import outcomes
from sweep.analysis.pairing import compare
from sweep.analysis.shared_folds import overlap_in


def table(**more):
    arms = ["a"] * 3 + ["b"] * 3
    values = [1.0, 2.0, 3.0, 2.0, 2.5, 4.0]
    rows = {"arm_id": arms, "arm": arms, "seed": [0, 1, 2] * 2, "status": ["COMPLETED"] * 6, "final_val_loss": values}
    return pd.DataFrame({**rows, **more})


def compared(trials):
    return compare(*(outcomes(trials, arm, "final_val_loss") for arm in ("a", "b")), "min", margin=2.0)


# Three folds, each validated on a quarter of what it is trained on: sqrt(1 + 3 / 4).
WIDER = 1.75**0.5


def test_the_interval_of_a_difference_is_wider_and_its_tests_are_weaker():
    plain, folds = compared(table()), compared(table(overlap=[0.25] * 6))
    assert folds.difference.value == plain.difference.value
    half = plain.difference.high - plain.difference.value
    assert folds.difference.high - folds.difference.value == pytest.approx(WIDER * half)
    assert folds.t_p_value > plain.t_p_value
    assert folds.equivalence_p_value > plain.equivalence_p_value
    assert pd.isna(folds.wilcoxon_p_value)


def test_the_interval_of_an_arm_is_wider():
    plain, folds = (arm_summaries(trials, "val_loss")["a"] for trials in (table(), table(overlap=[0.25] * 6)))
    mean = plain["final_val_loss_mean"]
    assert folds["final_val_loss_high"] - mean == pytest.approx(WIDER * (plain["final_val_loss_high"] - mean))


def test_seeds_without_folds_share_nothing():
    folds = table(overlap=[0.5] * 6)
    assert (overlap_in(table()), overlap_in(folds), overlap_in(folds[:0])) == (0, 0.5, 0)
