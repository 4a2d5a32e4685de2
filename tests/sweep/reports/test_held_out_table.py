"""The test part stands beside what selected and reported each setting, with mean and interval over seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sweep.analysis.comparison_data import make_study
from sweep.reports.held_out_table import held_out_grid
from tests.sweep.analysis.conftest import _tables
from tests.sweep.reports.test_training_graphs import CURVES, findings

# Of Student's t with one degree of freedom 12.706; of 0.5 and 0.6, the standard error is 0.05.
HALF = 12.706 * 0.05


def evaluated(*rows):
    names = ("arm_id", "seed", "test_loss", "test_accuracy")
    frame = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])
    return frame.assign(level=frame["arm_id"], arm=frame["arm_id"], trial_id=frame["arm_id"] + frame["seed"].map(str))


TEST = evaluated(("sgd", 0, 1.25, 0.5), ("sgd", 1, 1.75, 0.5), ("adam", 0, 0.5, 0.5), ("adam", 1, 0.6, 0.7))


def test_each_level_has_the_mean_and_the_interval_of_its_selected_setting():
    grid = held_out_grid(replace(findings(CURVES), test=TEST))
    assert grid.columns == (
        *("optimizer", "val_accuracy, selection", "test_accuracy", "test_loss", "Seeds", "Best setting"),
    )
    adam, sgd = grid.rows
    # Best first, as in the leaderboard; selected by the mean of 0.75 and 0.875.
    assert adam[:2] == ("adam", "81.2 %")
    assert adam[2] == "60.0 % (0.0 % to 100.0 %)"
    assert adam[3] == f"0.55 (0 to {0.55 + HALF:.4g})"
    assert adam[4:] == ("2", "adam")
    assert sgd[2] == "50.0 % (50.0 % to 50.0 %)"
    assert "cut where the range of the metric ends" in grid.note
    assert "on 2 seeds" in grid.note


def test_what_was_reported_on_fresh_seeds_has_a_column_of_its_own():
    trials, epochs = _tables(CURVES)
    rng = np.random.default_rng(0)
    study = make_study(trials, epochs, "val_accuracy", "max", rng, selection_seeds=[0], report_seeds=[1])
    grid = held_out_grid(replace(findings(CURVES), study=study, test=TEST[TEST["seed"] == 1]))
    assert grid.columns[1:4] == ("val_accuracy, selection", "val_accuracy, report", "test_accuracy")
    # One seed has no interval.
    assert grid.rows[0][:4] == ("adam", "75.0 %", "87.5 %", "70.0 %")
    assert "on 1 seed:" in grid.note


@pytest.mark.parametrize("test", [None, TEST.iloc[:0], TEST.assign(arm_id="another"), TEST[["arm_id", "seed"]]])
def test_without_a_test_part_of_a_selected_setting_there_is_no_table(test):
    assert held_out_grid(replace(findings(CURVES), test=test)) is None


def test_a_level_that_was_not_evaluated_has_no_row():
    grid = held_out_grid(replace(findings(CURVES), test=TEST[TEST["arm_id"] == "sgd"]))
    assert [row[0] for row in grid.rows] == ["sgd"]
