"""Tests of the health checks: each finds what it is for, and is silent otherwise."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.analysis.comparison_data import make_study
from sweep.analysis.health import health
from tests.sweep.analysis.conftest import _tables

NOISE = (0.004, -0.002, 0.001, -0.005, 0.003, -0.001, 0.002, -0.003)


def flat(**arms):
    """Arm -> its mean accuracy: curves that have stopped improving, eight seeds, their noise in another order."""
    return {
        (name.replace("_", " "), seed): [0.5, *[mean + NOISE[(seed + shift) % 8]] * 19]
        for shift, (name, mean) in enumerate(arms.items())
        for seed in range(8)
    }


def check(tables, curves, name, target=None, columns=None, metric="val_accuracy", mode="max", **arguments):
    trials, epochs = tables(curves, metric=metric, mode=mode, **arguments)
    for column, values in (columns or {}).items():
        trials[column] = values
    study = make_study(trials, epochs, metric, mode, np.random.default_rng(0), target=target)
    return [card for card in health(study, trials, epochs) if card.check == name]


def rates(**values):
    return {arm.replace("_", " "): {"learning_rate": value} for arm, value in values.items()}


def test_a_best_learning_rate_on_the_edge_is_a_warning_with_the_next_one(tables):
    settings = rates(adam_a=0.001, adam_b=0.01, adam_c=0.1)
    (card,) = check(tables, flat(adam_a=0.5, adam_b=0.6, adam_c=0.9), "edge", settings=settings)
    assert card.severity == "warning"
    assert card.sentence == "The best setting of Adam has the largest learning_rate tried, 0.1."
    assert card.advice == "Try larger values too, such as 1."


def test_the_other_edge_goes_on_downwards(tables):
    settings = rates(adam_a=0.003, adam_b=0.01, adam_c=0.1)
    (card,) = check(tables, flat(adam_a=0.9, adam_b=0.6, adam_c=0.5), "edge", settings=settings)
    assert card.sentence.endswith("smallest learning_rate tried, 0.003.")
    assert card.advice == "Try smaller values too, such as 0.0009."


def test_a_best_setting_inside_the_range_is_none(tables):
    settings = rates(adam_a=0.001, adam_b=0.01, adam_c=0.1)
    assert check(tables, flat(adam_a=0.5, adam_b=0.9, adam_c=0.6), "edge", settings=settings) == []


def test_the_edge_of_values_that_tie_exactly_is_none(tables):
    settings = rates(adam_a=0.001, adam_b=0.01, adam_c=0.1)
    curves = {(arm, seed): [0.9] * 5 for arm in ("adam a", "adam b") for seed in range(4)}
    curves |= {("adam c", seed): [0.5] * 5 for seed in range(4)}
    assert check(tables, curves, "edge", settings=settings) == []
    # The same numbers on other seeds are the same mean, whatever the order of their sum.
    for seed, (first, second) in enumerate(zip((0.1, 0.2, 0.3, 0.7), (0.7, 0.3, 0.2, 0.1), strict=True)):
        curves["adam a", seed], curves["adam b", seed] = [first] * 5, [second] * 5
        curves["adam c", seed] = [0.0] * 5
    assert check(tables, curves, "edge", settings=settings) == []


def test_the_edge_is_that_of_what_the_optimizer_tried(tables):
    settings = {"sgd a": {"learning_rate": 1.0}, "adam a": {"learning_rate": 0.01}, "adam b": {"learning_rate": 0.1}}
    trials, epochs = tables(flat(sgd_a=0.9, adam_a=0.6, adam_b=0.5), settings=settings)
    trials["decay"] = ["cosine"] * 16 + ["constant"] * 8
    study = make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0), scientific="decay")
    # Gradient descent tried one learning rate: what Adam tried has no edge for it.
    assert [card for card in health(study, trials, epochs) if card.check == "edge"] == []


def test_nothing_is_flattered_where_nothing_is_shown(tables):
    curves = {(arm, seed): [] for arm in ("sgd a", "sgd b") for seed in range(2)}
    statuses = dict.fromkeys(curves, "DIVERGED")
    assert check(tables, curves, "selection", statuses=statuses) == []
    assert len(check(tables, curves, "diverged", statuses=statuses)) == 1


def test_beyond_a_large_beta_comes_one_closer_to_1(tables):
    settings = {"adam a": {"beta1": 0.9}, "adam b": {"beta1": 0.99}}
    (card,) = check(tables, flat(adam_a=0.5, adam_b=0.9), "edge", settings=settings)
    assert card.advice == "Try larger values too, such as 0.999."


@given(st.lists(st.sampled_from([1 - factor * 10.0**-power for power in range(1, 8) for factor in (1, 2, 5)]),
                min_size=2, max_size=3, unique=True), st.booleans())  # fmt: skip
def test_every_beta_that_is_advised_can_be_tried_and_lies_beyond(betas, is_largest):
    betas = sorted(betas)
    settings = {f"adam {number}": {"beta2": beta} for number, beta in enumerate(betas)}
    means = {name: 0.5 for name in settings}
    means[f"adam {len(betas) - 1 if is_largest else 0}"] = 0.9
    for card in check(_tables, flat(**means), "edge", settings=settings):
        if (found := re.search(r"such as (\S+)\.$", card.advice)) is None:
            continue
        advised = float(found[1])
        assert 0 < advised < 1
        assert advised > betas[-1] if is_largest else advised < betas[0]


def test_no_next_beta_is_named_where_it_would_be_none_at_all(tables):
    settings = {"adam a": {"beta1": 0.9}, "adam b": {"beta1": 0.99}}
    (card,) = check(tables, flat(adam_a=0.9, adam_b=0.5), "edge", settings=settings)
    assert card.advice == "Try smaller values too."


@pytest.mark.parametrize(
    ("values", "best"), [(({"beta1": 0.0}, {"beta1": 0.9}), 0), (({"batch_size": 1}, {"batch_size": 32}), 0)]
)
def test_a_limit_that_cannot_be_crossed_is_no_edge(values, best, tables):
    curves = flat(momentum_a=0.9 if best == 0 else 0.5, momentum_b=0.5)
    settings = {"momentum a": values[0], "momentum b": values[1]}
    assert check(tables, curves, "edge", settings=settings) == []


def test_a_full_batch_is_no_edge(tables):
    settings = {"sgd a": {"batch_size": 32}, "sgd b": {"batch_size": 1437}}
    curves = flat(sgd_a=0.5, sgd_b=0.9)
    assert check(tables, curves, "edge", settings=settings, steps_per_epoch=1) == []
    assert len(check(tables, curves, "edge", settings=settings)) == 1


def test_a_general_optimizer_worse_than_its_special_case_is_under_tuned(tables):
    (card,) = check(tables, flat(momentum=0.8, sgd=0.9), "under-tuned")
    assert card.severity == "serious"
    assert card.sentence.startswith(
        "Momentum is under-tuned: worse than gradient descent by 10 points, though with beta1 = 0"
    )


def test_a_special_case_may_be_worse_than_the_general(tables):
    assert check(tables, flat(momentum=0.9, sgd=0.8), "under-tuned") == []
    assert check(tables, flat(momentum=0.9, sgd=0.9), "under-tuned") == []


def test_unequal_budgets_are_told_with_their_numbers(tables):
    (card,) = check(tables, flat(adam_a=0.9, adam_b=0.8, sgd=0.7), "budget")
    assert card.sentence == "The tuning budgets differ: Adam 2 settings and gradient descent 1 setting."
    assert check(tables, flat(adam=0.9, sgd=0.7), "budget") == []


def test_too_few_seeds_for_the_difference_gives_how_many_are_needed(tables):
    (card,) = check(tables, flat(adam=0.902, sgd=0.9), "seeds")
    assert card.sentence.startswith("Adam is ahead of gradient descent by 0.2 points, but with 8 paired seeds only ")
    needed = int(card.advice.split("about ")[1].split(" ")[0].replace(",", ""))
    # (1.96 + 0.84)^2 (s / d)^2 by the normal approximation, plus two for Student's t.
    own = np.subtract(NOISE, np.roll(NOISE, -1))
    assert needed == pytest.approx(7.849 * own.var(ddof=1) / 0.002**2 + 2, abs=1.5)


def test_more_seeds_than_200_are_not_counted(tables):
    (card,) = check(tables, flat(adam=0.901, sgd=0.9), "seeds")
    assert card.advice.startswith("A difference of that size needs more than 200 seeds to be shown.")


def test_a_difference_that_is_shown_needs_no_more_seeds(tables):
    assert check(tables, flat(adam=0.95, sgd=0.9), "seeds") == []


def test_one_seed_is_serious(tables):
    (card,) = check(tables, {("adam", 0): [0.9], ("sgd", 0): [0.8]}, "seeds")
    assert card.severity == "serious"


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


def test_serious_cards_come_first(tables):
    trials, epochs = tables(flat(momentum_a=0.8, momentum_b=0.7, sgd=0.9))
    study = make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0), target=0.99)
    severities = [card.severity for card in health(study, trials, epochs)]
    assert severities == sorted(severities, key=["serious", "warning", "note"].index)
    assert severities[0] == "serious"
    assert severities[-1] == "note"


def test_what_was_picked_on_the_seeds_that_are_shown_is_told(tables):
    curves = flat(adam_a=0.9, adam_b=0.8)
    assert len(check(tables, curves, "selection")) == 1
    trials, epochs = tables(curves)
    study = make_study(
        trials,
        epochs,
        "val_accuracy",
        "max",
        np.random.default_rng(0),
        report_seeds=[4, 5, 6, 7],
        selection_seeds=[0, 1],
    )
    assert [card for card in health(study, trials, epochs) if card.check == "selection"] == []
