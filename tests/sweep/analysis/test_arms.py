"""The summary of an arm counts every seed that ended, and its interval is Student's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sweep.analysis.arms import arm_summaries

TRIALS = pd.DataFrame(
    [
        ("a", 0, "COMPLETED", 0.90, 10),
        ("a", 1, "STOPPED", 0.95, 20),
        ("a", 2, "COMPLETED", 1.00, None),
        ("b", 0, "COMPLETED", 0.50, None),
        ("b", 1, "DIVERGED", None, None),
        ("b", 2, "FAILED", None, None),
        ("c", 0, "DIVERGED", None, None),
        ("c", 1, "PENDING", None, None),
        ("c", 2, "PENDING", None, None),
    ],
    columns=["arm_id", "seed", "status", "final_val_accuracy", "target_steps"],
)


def test_the_mean_has_students_interval_which_ends_at_one_for_a_share():
    summary = arm_summaries(TRIALS, "val_accuracy")["a"]
    # s = 0.05 and t with 2 degrees of freedom is 4.3027: 0.95 -+ 0.1242, and a share is at most 1.
    assert summary["final_val_accuracy_mean"] == pytest.approx(0.95)
    assert summary["final_val_accuracy_low"] == pytest.approx(0.95 - 4.302653 * 0.05 / np.sqrt(3), abs=1e-6)
    assert summary["final_val_accuracy_high"] == 1.0
    # 10, 20 and a miss, which is slower than any.
    assert summary["target_steps_median"] == 20


def test_what_is_not_known_is_left_out():
    summaries = arm_summaries(TRIALS, "val_accuracy")
    assert summaries["b"] == {"seeds": 1.0, "diverged_share": 0.5, "final_val_accuracy_mean": 0.5}
    assert summaries["c"] == {"seeds": 0.0, "diverged_share": 1.0}


@pytest.mark.parametrize(("metric", "values", "low", "high"), [
    ("val_loss", (0.01, 0.02, 0.30), 0.0, None),
    ("val_rmse", (0.1, 0.2, 3.0), 0.0, None),
    ("val_r2", (0.99, 0.5, 0.7), None, 1.0),
    ("val_accuracy", (0.99, 0.1, 0.2), 0.0, 1.0),
    # Another tool's loss may be below 0, and is then not cut there.
    ("val_loss", (-3.0, -1.0, -2.0), None, None),
])  # fmt: skip
def test_no_interval_leaves_the_range_of_the_metric(metric, values, low, high):
    trials = TRIALS.head(3).drop(columns="final_val_accuracy").assign(**{f"final_{metric}": values})
    summary = arm_summaries(trials, metric)["a"]
    half = 4.302653 * np.std(values, ddof=1) / np.sqrt(3)
    assert summary[f"final_{metric}_low"] == pytest.approx(np.mean(values) - half if low is None else low, rel=1e-5)
    assert summary[f"final_{metric}_high"] == pytest.approx(np.mean(values) + half if high is None else high, rel=1e-5)


def test_a_loss_has_no_upper_end():
    losses = TRIALS.rename(columns={"final_val_accuracy": "final_val_loss"})
    assert arm_summaries(losses, "val_loss")["a"]["final_val_loss_high"] == pytest.approx(1.0742, abs=1e-4)


def test_a_pruned_seed_is_cut_off_on_its_way_to_the_target():
    trials = pd.DataFrame(
        [("a", 0, "COMPLETED", 0.9, 10, 50), ("a", 1, "COMPLETED", 0.9, 30, 50), ("a", 2, "PRUNED", None, None, 5)],
        columns=["arm_id", "seed", "status", "final_val_accuracy", "target_steps", "steps"],
    )
    summary = arm_summaries(trials, "val_accuracy")["a"]
    # As a miss it would make the median 30.
    assert (summary["target_steps_median"], summary["pruned_share"]) == (20.0, pytest.approx(1 / 3))
    assert "pruned_share" not in arm_summaries(TRIALS, "val_accuracy")["a"]
