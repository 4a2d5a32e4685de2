"""The checks of how trainings went find what they are for, and are silent otherwise."""

import numpy as np
import pytest

from sweep.analysis.comparison_data import make_study
from sweep.analysis.health import health
from tests.sweep.analysis.conftest import NOISE, check, flat


def test_more_than_a_fifth_diverged_is_told(tables):
    curves = flat(adam_a=0.9, adam_b=0.8)
    lost = {("adam b", seed): "DIVERGED" for seed in range(4)}
    (card,) = check(tables, curves, "diverged", statuses=lost)
    assert card.sentence == "4 of 16 trainings of Adam diverged (25 %)."
    assert card.severity == "warning"
    assert check(tables, curves, "diverged", statuses=dict(list(lost.items())[:3])) == []


def test_a_target_that_none_reaches_is_serious_and_one_that_some_miss_a_note(tables):
    (card,) = check(tables, flat(adam=0.9, sgd=0.5), "target", target=0.99)
    assert (card.severity, card.sentence) == ("serious", "No training of a best setting reached 99 %.")
    (card,) = check(tables, flat(adam=0.9, sgd=0.5), "target", target=0.85)
    assert card.severity == "note"
    assert card.sentence.startswith("Gradient descent never reached 85 %")
    assert check(tables, flat(adam=0.9, sgd=0.5), "target") == []


def rising(gain):
    """20 epochs from 0.5 to 0.9, then as much more over the last two as ``gain``."""
    return {("adam", seed): [*np.linspace(0.5, 0.9, 18), *[0.9 + gain + NOISE[seed] / 10] * 2] for seed in range(8)}


def test_a_curve_that_still_improves_at_the_end_is_a_warning(tables):
    (card,) = check(tables, rising(0.05), "improving")
    assert card.sentence.startswith(
        "The validation accuracy of Adam was still improving at its last epoch, by 6.18 points"
    )


def test_a_curve_that_is_flat_or_falls_back_is_not(tables):
    assert check(tables, flat(adam=0.9), "improving") == []
    assert check(tables, rising(-0.05), "improving") == []


def test_a_gain_of_less_than_a_hundredth_of_the_whole_is_none(tables):
    # 0.5 to 0.9 and then 0.003 more, of which every seed is sure.
    curves = {("adam", seed): [0.5, *[0.9] * 17, *[0.903 + NOISE[seed] / 100] * 2] for seed in range(8)}
    assert check(tables, curves, "improving") == []


def test_a_loss_improves_by_falling(tables):
    curves = {("adam", seed): [1.0 / epoch + NOISE[seed] / 100 for epoch in range(1, 11)] for seed in range(8)}
    assert len(check(tables, curves, "improving", metric="val_loss", mode="min")) == 1


def test_trainings_that_were_stopped_were_not_cut_off(tables):
    curves = {("adam", seed): [0.5, 0.9, 0.9, 0.9, 0.9, 0.9] for seed in range(4)}
    curves |= {("adam", seed): [0.1, 0.5, 0.9] for seed in range(4, 8)}
    statuses = {("adam", seed): "STOPPED" for seed in range(4, 8)}
    assert check(tables, curves, "improving", statuses=statuses) == []


def test_where_all_were_stopped_none_was_cut_off(tables):
    curves = {("adam", seed): [0.1, 0.2, 0.4, 0.6, 0.9 + 0.01 * seed] for seed in range(4)}
    assert len(check(tables, curves, "improving")) == 1
    assert check(tables, curves, "improving", statuses=dict.fromkeys(curves, "STOPPED")) == []


@pytest.mark.parametrize(("train", "found"), [(0.97, 1), (0.94, 0)])
def test_a_gap_between_training_and_validation_accuracy_is_told(train, found, tables):
    cards = check(tables, flat(adam=0.9), "gap", columns={"final_train_accuracy": train})
    assert len(cards) == found
    assert all(card.sentence.startswith("Adam ends at 97.0 % training accuracy but 9") for card in cards)


@pytest.mark.parametrize(("train", "found"), [(0.04, 1), (0.06, 0)])
def test_of_losses_the_ratio_counts(train, found, tables):
    curves = {("adam", seed): [0.1] * 5 for seed in range(3)}
    cards = check(tables, curves, "gap", columns={"final_train_loss": train}, metric="val_loss", mode="min")
    assert len(cards) == found


def own_cards(tables, curves, name, statuses=None):
    """The cards of one check on a training of the user's own without a learning rate."""
    trials, epochs = tables(curves, statuses=statuses)
    trials = trials.drop(columns=["optimizer", "learning_rate"])
    rng = np.random.default_rng(0)
    study = make_study(trials, epochs, "val_accuracy", "max", rng, scientific="", is_own=True)
    return [card for card in health(study, trials, epochs) if card.check == name]


def test_a_training_without_a_learning_rate_that_diverges_is_not_told_to_lower_it(tables):
    lost = {("x=1", seed): "DIVERGED" for seed in range(8)}
    (card,) = own_cards(tables, flat(**{"x=1": 0.9, "x=2": 0.8}), "diverged", lost)
    assert card.sentence == "8 of 16 trainings of all settings diverged (50 %)."
    assert "rate" not in card.advice


def test_a_curve_with_gaps_is_still_improving_by_what_was_reported(tables):
    curves = {("x=1", seed): np.linspace(0.5, 0.9, 20) + NOISE[seed] for seed in range(8)}
    gaps = {key: [value for value in curve for value in (np.nan, value)] for key, curve in curves.items()}
    (whole,), (card,) = (own_cards(tables, curve, "improving") for curve in (curves, gaps))
    assert card == whole
    assert card.sentence.startswith("The validation accuracy of the best setting was still improving")
