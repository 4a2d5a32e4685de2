"""Tests of the table of one row per setting."""

import numpy as np
import pytest

from sweep.analysis.settings import settings_table


def test_a_setting_has_the_mean_of_its_seeds(tables):
    trials, _ = tables({("adam", 0): [0.5], ("adam", 1): [0.7]})
    row = settings_table(trials, "final_val_accuracy").iloc[0]
    assert row["value"] == pytest.approx(0.6)
    assert (row["ended"], row["diverged"], row["optimizer"]) == (2, 0, "adam")


def test_a_setting_that_diverged_on_a_seed_has_no_value(tables):
    trials, _ = tables({("adam", 0): [0.5], ("adam", 1): [0.7]}, statuses={("adam", 1): "DIVERGED"})
    row = settings_table(trials, "final_val_accuracy").iloc[0]
    assert np.isnan(row["value"])
    assert (row["ended"], row["diverged"]) == (2, 1)


def test_a_setting_that_has_not_run_is_not_one_that_diverged(tables):
    trials, _ = tables({("adam", 0): [0.5], ("sgd", 0): []}, statuses={("sgd", 0): "PENDING"})
    assert settings_table(trials, "final_val_accuracy")["arm_id"].tolist() == ["adam"]


def test_only_the_seeds_asked_for_count(tables):
    trials, _ = tables({("adam", 0): [0.5], ("adam", 1): [0.7]})
    assert settings_table(trials, "final_val_accuracy", seeds=[1])["value"].tolist() == [0.7]
