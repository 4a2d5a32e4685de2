"""Tests of main effects: means over common settings, paired by seed, whatever the rest of the sweep looks like."""

import itertools

import numpy as np
import pytest
from scipy import stats

from sweep.analysis.comparison_data import make_study
from sweep.analysis.effects import main_effects, varied_factors
from sweep.config.setting_keys import SETTING_KEYS


def factorial(tables, effects, statuses=None, seeds=4, spread=0.002):
    """A sweep over optimizer x learning_rate x batch_size whose accuracy is a sum of what each value adds."""
    rng = np.random.default_rng(7)
    curves, settings = {}, {}
    names = [dict(zip(effects, values, strict=True)) for values in itertools.product(*effects.values())]
    for number, chosen in enumerate(names):
        arm = f"{chosen.get('optimizer', 'sgd')} {number}"
        settings[arm] = {key: value for key, value in chosen.items() if key != "optimizer"}
        for seed in range(seeds):
            end = 0.7 + sum(effects[key][value] for key, value in chosen.items()) + spread * rng.normal()
            curves[arm, seed] = [end]
    trials, epochs = tables(curves, settings=settings, statuses=statuses)
    return trials, epochs


def effects_of(trials, factor, **arguments):
    return main_effects(trials, "val_accuracy", "max", np.random.default_rng(0), factor, SETTING_KEYS, **arguments)


def test_the_effect_of_a_value_is_its_mean_over_the_common_settings_seed_by_seed(tables):
    added = {"optimizer": {"sgd": 0.0, "adam": 0.1}, "batch_size": {32: 0.02, 64: 0.0}, "learning_rate": {0.1: 0.0}}
    trials, _ = factorial(tables, added)
    (effect,) = effects_of(trials, "batch_size")
    assert (effect.common, effect.left_out, effect.is_whole) == (2, 0, True)
    table = trials.pivot_table(index="seed", columns="batch_size", values="final_val_accuracy")
    (pair,) = effect.study.comparisons
    assert (pair.first, pair.second) == ("batch_size 32", "batch_size 64")
    assert pair.differences == pytest.approx((table[32] - table[64]).tolist())
    assert pair.t_p_value == pytest.approx(stats.ttest_rel(table[32], table[64]).pvalue)


def test_the_factors_are_those_that_vary_the_optimizer_first(tables):
    added = {"batch_size": {32: 0, 64: 0}, "optimizer": {"sgd": 0, "adam": 0}, "decay_rate": {0.1: 0, 0.2: 0}}
    trials, _ = factorial(tables, added)
    assert varied_factors(trials, SETTING_KEYS) == ("optimizer", "batch_size", "decay")


def test_values_that_different_optimizers_tried_are_effects_of_their_own(tables):
    curves, settings = {}, {}
    for optimizer, rates in {"sgd": (0.1, 0.5), "momentum": (0.1, 0.5), "adam": (0.001, 0.01)}.items():
        for rate in rates:
            settings[f"{optimizer} {rate}"] = {"learning_rate": rate}
            curves |= {(f"{optimizer} {rate}", seed): [0.5 + rate / 10 + 0.001 * seed] for seed in range(3)}
    trials, _ = tables(curves, settings=settings)
    wide, narrow = effects_of(trials, "learning_rate")
    assert (wide.common, wide.optimizers, wide.is_whole) == (2, ("sgd", "momentum"), False)
    assert (narrow.common, narrow.optimizers) == (1, ("adam",))
    assert [level.name for level in narrow.study.levels] == ["learning_rate 0.01", "learning_rate 0.001"]


def test_a_setting_on_which_a_training_diverged_is_left_out_for_all_values(tables):
    added = {"optimizer": {"sgd": 0, "adam": 0, "lion": 0}, "batch_size": {32: 0.02, 64: 0.0}}
    trials, _ = factorial(tables, added, statuses={("adam 2", 1): "DIVERGED"})
    (effect,) = effects_of(trials, "batch_size")
    assert (effect.common, effect.left_out) == (2, 1)
    kept = trials[trials["optimizer"] != "adam"].groupby("batch_size")["final_val_accuracy"].mean()
    assert effect.study.levels[0].estimates["mean"].value == pytest.approx(kept[32])


def test_a_value_that_diverges_everywhere_does_not_hide_the_others(tables):
    added = {"optimizer": {"sgd": 0, "adam": 0}, "learning_rate": {0.1: 0.02, 0.2: 0.0, 1e30: 0.0}}
    lost = {(arm, seed): "DIVERGED" for arm in ("sgd 2", "adam 5") for seed in range(4)}
    trials, _ = factorial(tables, added, statuses=lost)
    (effect,) = effects_of(trials, "learning_rate")
    assert effect.common == 2
    reports = {level.name: level.selected.report for level in effect.study.levels}
    assert len(reports["learning_rate 0.1"].values) == len(reports["learning_rate 0.2"].values) == 4
    assert reports["learning_rate 1e+30"].diverged == (0, 1, 2, 3)


def test_a_schedule_is_one_factor_named_by_what_sets_it_apart(tables):
    rows = [("constant", None, None), ("exponential", 0.9, None), ("exponential", 0.5, None), ("cosine", None, 3)]
    curves, settings = {}, {}
    for number, (kind, rate, warmup) in enumerate(rows):
        settings[f"sgd {number}"] = {"decay": kind, "decay_rate": rate, "decay_warmup": warmup, "decay_by": "epoch"}
        curves |= {(f"sgd {number}", seed): [0.5 + 0.1 * number + 0.001 * seed] for seed in range(3)}
    trials, _ = tables(curves, settings=settings)
    (effect,) = effects_of(trials, "decay")
    assert [level.name for level in effect.study.levels] == [
        "decay cosine",
        "decay exponential decay_rate=0.5",
        "decay exponential decay_rate=0.9",
        "decay constant",
    ]


def test_without_settings_in_common_there_is_no_effect(tables):
    settings = {"sgd a": {"learning_rate": 0.1, "batch_size": 32}, "sgd b": {"learning_rate": 0.2, "batch_size": 64}}
    trials, _ = tables({(arm, 0): [0.5] for arm in settings}, settings=settings)
    assert effects_of(trials, "learning_rate") == ()


def test_fresh_seeds_of_picked_settings_do_not_count(tables):
    trials, epochs = factorial(tables, {"optimizer": {"sgd": 0, "adam": 0}, "batch_size": {32: 0.02, 64: 0.0}})
    picked = trials[(trials["seed"] < 2) | (trials["arm_id"] == "sgd 0")]
    (effect,) = effects_of(picked, "batch_size", seeds=(0, 1))
    assert effect.study.comparisons[0].seeds == (0, 1)
    assert make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0)).scientific == "optimizer"


def test_each_hyperparameter_of_the_users_own_is_a_factor_by_itself_whatever_its_name(tables):
    added = {"decay": {0.0: 0.0, 0.5: 0.1}, "decay_rate": {1: 0.0, 2: 0.02}}
    trials, _ = factorial(tables, added)
    keys = ("decay", "decay_rate")
    assert varied_factors(trials, keys, is_own=True) == keys
    rng = np.random.default_rng(0)
    (effect,) = main_effects(trials, "val_accuracy", "max", rng, "decay", keys, is_own=True)
    (pair,) = effect.study.comparisons
    assert (pair.first, pair.second, effect.common) == ("decay 0.5", "decay 0", 2)
    # The spread of the seeds is 0.002.
    assert pair.difference.value == pytest.approx(0.1, abs=0.005)
