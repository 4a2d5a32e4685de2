"""The reader is warned of levels that are no better than a guess, and of classes too unequal for accuracy to tell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.analysis.comparison_data import make_study
from sweep.analysis.health import health
from trainers.base_rates import BaseRate


def cards(tables, curves, guess, metric="val_accuracy", mode="max", by="final", **others):
    trials, epochs = tables(curves, metric=metric, mode=mode, **others)
    study = make_study(trials, epochs, metric, mode, np.random.default_rng(0), by=by)
    seeds = tuple(sorted({seed for _, seed in curves}))
    name = "majority class" if metric == "val_accuracy" else "mean predictor"
    rate = BaseRate(name, True, seeds, {metric: tuple(guess[seed] for seed in seeds)})
    clever = BaseRate("nearest centroid", False, seeds, {metric: (0.999,) * len(seeds)})
    found = health(study, trials, epochs, (rate, clever))
    return [(card.severity, card.sentence) for card in found if card.check in ("base rate", "unequal classes")]


def test_a_best_level_at_the_share_of_the_majority_class_is_serious(tables):
    curves = {("adam", seed): [0.3, 0.7] for seed in range(3)} | {("sgd", seed): [0.2, 0.5] for seed in range(3)}
    ((severity, sentence),) = cards(tables, curves, [0.7, 0.7, 0.7])
    assert severity == "serious"
    assert sentence == (
        "Adam, ranked first, is no better than a prediction that ignores the inputs "
        "(the majority class reaches 70.0 % validation accuracy)."
    )


def test_a_level_below_the_guess_is_named_when_the_best_is_above_it(tables):
    curves = {("adam", seed): [0.9 + 0.01 * seed] for seed in range(3)}
    curves |= {("sgd", seed): [0.6] for seed in range(3)}
    ((severity, sentence),) = cards(tables, curves, [0.7, 0.7, 0.7])
    assert (severity, sentence[:39]) == ("warning", "Gradient descent is no better than a pr")


def test_a_gain_that_the_seeds_do_not_show_is_a_warning(tables):
    curves = {("adam", 0): [0.71], ("adam", 1): [0.9], ("adam", 2): [0.6]}
    ((severity, sentence),) = cards(tables, curves, [0.7, 0.7, 0.7])
    assert severity == "warning"
    assert "is not shown to be better than" in sentence


def test_a_loss_is_compared_with_the_mean_predictor_and_nothing_is_said_when_it_is_better(tables):
    curves = {("adam", seed): [0.5 + 0.01 * seed] for seed in range(3)}
    assert cards(tables, curves, [1.0, 1.1, 0.9], "val_loss", "min") == []
    ((severity, sentence),) = cards(tables, curves, [0.4, 0.4, 0.4], "val_loss", "min")
    assert severity == "serious"
    assert "(the mean predictor reaches 0.4 validation loss)" in sentence


def test_the_best_epoch_is_compared_where_that_ranks(tables):
    curves = {("adam", seed): [0.9 + 0.01 * seed, 0.5] for seed in range(3)}
    assert [severity for severity, _ in cards(tables, curves, [0.7, 0.7, 0.7])] == ["serious"]
    assert cards(tables, curves, [0.7, 0.7, 0.7], by="best") == []


@pytest.mark.parametrize(("reached", "said"), [(0.95, 1), (0.9, 1), (0.85, 0), (float("nan"), 0)])
def test_a_best_level_that_a_simple_model_matches_is_a_warning(tables, reached, said):
    trials, epochs = tables({("adam", seed): [0.9] for seed in range(2)}, metric="val_accuracy", mode="max")
    study = make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0))
    rate = BaseRate("nearest centroid", False, (0, 1), {"val_accuracy": (reached, reached)})
    found = [card for card in health(study, trials, epochs, (rate,)) if card.check == "simple model"]
    assert len(found) == said
    for card in found:
        assert card.severity == "warning"
        assert card.sentence == (
            f"Adam, ranked first, is no better than the nearest centroid, which reaches {100 * reached:.1f} % "
            "validation accuracy without a network."
        )


@pytest.mark.parametrize(("share", "said"), [(0.79, 0), (0.8, 1), (0.99, 1)])
def test_classes_are_called_unequal_from_four_fifths_on(tables, share, said):
    curves = {("adam", seed): [0.999 + 0.0001 * seed] for seed in range(3)}
    found = cards(tables, curves, [share] * 3)
    assert len(found) == said
    assert all("so unequal that accuracy says little" in sentence for _, sentence in found)


ACCURACY = st.integers(0, 20).map(lambda number: number / 20)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(ACCURACY, ACCURACY, ACCURACY), min_size=1, max_size=5))
def test_no_level_at_or_below_the_guess_goes_unmentioned(rows):
    from tests.sweep.analysis.conftest import _tables

    curves = {}
    for seed, (first, second, _) in enumerate(rows):
        curves[("adam", seed)], curves[("sgd", seed)] = [first], [second]
    guess = [row[2] for row in rows]
    found = " ".join(text for _, text in cards(_tables, curves, guess))
    below = [
        name
        for name, place in (("Adam", 0), ("radient descent", 1))
        if sum(row[place] for row in rows) <= sum(guess) - 1e-6
    ]
    # Where the best is no better, no other is.
    serious = "ranked first, is no better" in found
    assert serious or all(name in found for name in below)
    assert not serious or all(
        max(sum(row[place] for row in rows) for place in (0, 1)) <= sum(guess) + 1e-6 for _ in rows
    )
