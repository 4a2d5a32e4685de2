"""Tests of the sentences on main effects: one for each factor that varies, and nothing where nothing is known."""

import numpy as np

from sweep.analysis.answer_effects import effect_answers
from sweep.analysis.comparison_data import make_study
from sweep.config.setting_keys import SETTING_KEYS

NOISE = (0.001, -0.002, 0.003, 0.0)


def tell(tables, arms, statuses=None, scientific="optimizer"):
    """The sentences, of arms given as ``(optimizer, learning_rate, batch_size, accuracy)``."""
    settings, curves = {}, {}
    for number, (optimizer, rate, batch, end) in enumerate(arms):
        settings[f"{optimizer} {number}"] = {"learning_rate": rate, "batch_size": batch}
        curves |= {(f"{optimizer} {number}", seed): [end + NOISE[(seed + number) % 4]] for seed in range(4)}
    trials, epochs = tables(curves, settings=settings, statuses=statuses)
    rng = np.random.default_rng(0)
    study = make_study(trials, epochs, "val_accuracy", "max", rng, scientific=scientific)
    return effect_answers(study, trials, SETTING_KEYS, rng)


GRID = [("sgd", 0.1, 32, 0.9), ("sgd", 0.1, 64, 0.8), ("adam", 0.01, 32, 0.9), ("adam", 0.01, 64, 0.8)]


def test_a_factor_is_told_with_its_common_settings_and_its_interval(tables):
    (said,) = tell(tables, GRID)
    assert said.startswith(
        "Main effect of batch_size (mean over 2 common settings): batch_size 32 is best at 90.1 % validation accuracy, "
        "ahead of batch_size 64 by 10 points (95 % CI "
    )


def test_what_each_optimizer_has_one_value_of_is_no_factor(tables):
    assert not any("learning_rate" in said for said in tell(tables, GRID))


def test_the_factor_that_the_study_compares_is_not_told_twice(tables):
    assert not any("effect of batch_size" in said for said in tell(tables, GRID, scientific="batch_size"))


def test_factors_without_common_settings_are_named_in_one_sentence(tables):
    arms = [("sgd", 0.1, 32, 0.9), ("sgd", 0.2, 64, 0.8)]
    assert tell(tables, arms) == (
        "No main effect is told of learning_rate and batch_size: no two values were tried with the rest the same.",
    )


def test_nothing_is_told_where_all_diverged(tables):
    lost = {(f"{arm[0]} {number}", seed): "DIVERGED" for number, arm in enumerate(GRID) for seed in range(4)}
    assert tell(tables, GRID, statuses=lost) == ()


def test_common_settings_that_were_left_out_are_counted(tables):
    (said,) = tell(tables, GRID, statuses={("adam 3", 1): "DIVERGED"})
    assert said.startswith(
        "Main effect of batch_size (mean over 1 common setting, without 1 on which a training diverged or did not end)"
    )


def test_of_many_sets_of_values_the_first_are_told_and_the_others_counted(tables):
    # Each optimizer tried two batch sizes of its own, so that each pair is an effect by itself.
    names = ("sgd", "adam", "rmsprop", "adagrad", "nadam")
    arms = [(name, 0.1, 2**place * size, 0.9 - 0.1 * size) for place, name in enumerate(names) for size in (1, 2)]
    told = [said for said in tell(tables, arms) if said.startswith("Main effect of batch_size")]
    assert len(told) == 4
    assert told[-1] == (
        "Main effect of batch_size: 2 more sets of its values, tried with other settings, are not told here."
    )


def test_one_more_set_of_values_is_told_in_the_singular(tables):
    names = ("sgd", "adam", "rmsprop", "adagrad")
    arms = [(name, 0.1, 2**place * size, 0.9 - 0.1 * size) for place, name in enumerate(names) for size in (1, 2)]
    told = [said for said in tell(tables, arms) if said.startswith("Main effect of batch_size")]
    assert (
        told[-1] == "Main effect of batch_size: 1 more set of its values, tried with other settings, is not told here."
    )


def test_without_an_optimizer_every_factor_is_told_of_or_named(tables):
    settings = {"a": {"kind": "tree", "depth": 1}, "b": {"kind": "tree", "depth": 2}, "c": {"kind": "net", "width": 8}}
    curves = {(arm, seed): [0.5 + NOISE[seed]] for arm in settings for seed in range(4)}
    trials, epochs = tables(curves, settings=settings)
    trials = trials.drop(columns=["optimizer", "learning_rate", "batch_size", "epochs"])
    rng = np.random.default_rng(0)
    study = make_study(trials, epochs, "val_accuracy", "max", rng, scientific="", is_own=True)
    told, alone = effect_answers(study, trials, ("kind", "depth", "width"), rng)
    assert told == (
        "Main effect of depth (mean over 1 common setting): depth 1 at 50.0 % and depth 2 at 50.0 % validation "
        "accuracy tie exactly on every seed (4 seeds)."
    )
    assert alone == "No main effect is told of kind: no two values were tried with the rest the same."


def test_a_factor_of_many_values_is_not_compared_pair_by_pair(tables):
    arms = [("sgd", 0.1, batch, 0.9 - batch / 1000) for batch in range(1, 52)]
    assert tell(tables, arms) == ("Main effect of batch_size: its 51 values are too many to be compared pair by pair.",)
    assert tell(tables, arms[:50])[0].startswith("Main effect of batch_size (mean over 1 common setting): ")
