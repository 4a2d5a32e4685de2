"""Tests of picking a setting on some seeds and reporting it on others."""

import numpy as np
import pytest

from sweep.analysis.selection import select


def curves(**arms):
    """Arm -> final value of each seed, with a best epoch that is higher by 0.05."""
    return {
        (name.replace("_", " "), seed): [value + 0.05, value]
        for name, values in arms.items()
        for seed, value in enumerate(values)
    }


def test_the_setting_that_is_best_on_the_selection_seeds_is_reported_on_the_others(tables):
    trials, _ = tables(curves(adam_a=[0.9, 0.9, 0.5, 0.6], adam_b=[0.8, 0.8, 0.9, 0.9], sgd=[0.7, 0.7, 0.7, 0.7]))
    adam, sgd = select(trials, "val_accuracy", "max", selection_seeds=[0, 1], report_seeds=[2, 3])
    assert (adam.level, adam.arm_id, adam.settings) == ("adam", "adam a", 2)
    assert adam.selection.mean == pytest.approx(0.9)
    assert adam.report.mean == pytest.approx(0.55)
    assert adam.optimism("max") == pytest.approx(0.35)
    assert sgd.optimism("max") == pytest.approx(0.0)


def test_optimism_is_positive_when_a_loss_looked_smaller(tables):
    trials, _ = tables(curves(adam=[0.1, 0.3]))
    (adam,) = select(trials, "val_accuracy", "min", selection_seeds=[0], report_seeds=[1])
    assert adam.optimism("min") == pytest.approx(0.2)


def test_report_seeds_that_only_the_best_arm_has_run_are_not_used_to_pick(tables):
    data = curves(adam_a=[0.9, 0.9, 0.1], adam_b=[0.8, 0.8])
    trials, _ = tables(data)
    (adam,) = select(trials, "val_accuracy", "max", report_seeds=[2])
    assert adam.arm_id == "adam a"
    assert (adam.selection.seeds, adam.report.seeds) == ((0, 1), (2,))


def test_without_report_seeds_the_same_ones_are_shown_and_that_is_told(tables):
    trials, _ = tables(curves(adam=[0.9, 0.8]))
    (adam,) = select(trials, "val_accuracy", "max")
    assert not adam.is_fresh
    assert adam.report.values == adam.selection.values
    assert np.isnan(adam.optimism("max"))


def test_final_and_best_values_are_both_at_hand_and_either_can_pick(tables):
    data = {("adam a", 0): [0.99, 0.5], ("adam b", 0): [0.6, 0.7]}
    trials, _ = tables(data)
    (final,) = select(trials, "val_accuracy", "max")
    (best,) = select(trials, "val_accuracy", "max", by="best")
    assert (final.arm_id, final.report_final.mean, final.report_best.mean) == ("adam b", 0.7, 0.7)
    assert (best.arm_id, best.report_final.mean, best.report_best.mean) == ("adam a", 0.5, 0.99)
    assert (final.by, best.by, best.report.mean) == ("final", "best", 0.99)


def test_a_setting_that_diverged_is_picked_only_if_all_did(tables):
    data = curves(adam_a=[0.99, 0.0], adam_b=[0.5, 0.5])
    trials, _ = tables(data, statuses={("adam a", 1): "DIVERGED"})
    assert select(trials, "val_accuracy", "max")[0].arm_id == "adam b"


def test_a_level_that_never_trained_is_kept(tables):
    data = {("adam", 0): [0.9], ("sgd", 0): []}
    trials, _ = tables(data, statuses={("sgd", 0): "DIVERGED"})
    sgd = select(trials, "val_accuracy", "max")[1]
    assert (sgd.level, sgd.report.values, sgd.report.diverged) == ("sgd", (), (0,))


def test_another_factor_can_be_the_scientific_one(tables):
    data = curves(adam_a=[0.9], adam_b=[0.8], sgd=[0.7])
    betas = {"adam a": {"beta2": 0.9}, "adam b": {"beta2": 0.99}, "sgd": {"beta2": np.nan}}
    trials, _ = tables(data, settings=betas)
    assert [each.level for each in select(trials, "val_accuracy", "max", scientific="beta2")] == [
        "beta2 0.9",
        "beta2 0.99",
    ]


def test_the_best_of_many_equal_settings_flatters_on_average(tables, rng):
    optimism = []
    for _ in range(30):
        data = {(f"adam {arm}", seed): [rng.normal()] for arm in range(8) for seed in range(4)}
        trials, _ = tables(data)
        (adam,) = select(trials, "val_accuracy", "max", selection_seeds=[0, 1], report_seeds=[2, 3])
        optimism.append(adam.optimism("max"))
    # The largest of 8 standard normal means of 2 is 1.42 / sqrt(2) above their mean (order statistics of the normal).
    assert np.mean(optimism) == pytest.approx(1.0, abs=4 * np.sqrt(1.0 / 30))
