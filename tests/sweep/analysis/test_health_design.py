"""The checks of how a comparison was set up find what they are for, and are silent otherwise."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.analysis.comparison_data import make_study
from sweep.analysis.health import health
from tests.sweep.analysis.conftest import NOISE, _tables, check, flat


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


def own_edges(tables, settings, ends):
    """The cards of edges of a training of the user's own, whose arms end at ``ends``."""
    curves = {(arm, seed): [0.5, *[end + NOISE[seed]] * 19] for arm, end in ends.items() for seed in range(8)}
    trials, epochs = tables(curves, settings=settings)
    trials = trials.drop(columns=["optimizer", "learning_rate", "batch_size"])
    rng = np.random.default_rng(0)
    study = make_study(trials, epochs, "val_accuracy", "max", rng, scientific="", is_own=True)
    keys = tuple(dict.fromkeys(key for setting in settings.values() for key in setting))
    return [card for card in health(study, trials, epochs, keys=keys) if card.check == "edge"]


def test_an_edge_of_the_users_own_hyperparameter_is_a_note_without_a_value_that_may_be_invalid(tables):
    settings = {"a": {"model.width": 8, "kind": "tree"}, "b": {"model.width": 16, "kind": "net"}}
    (card,) = own_edges(tables, settings, {"a": 0.5, "b": 0.9})
    assert (card.severity, card.advice) == ("note", "Try larger values too, if there are any.")
    assert card.sentence == "The best setting has the largest model.width tried, 16."


def test_an_edge_at_zero_is_a_limit_for_the_users_own_too(tables):
    settings = {"a": {"dropout": 0.0}, "b": {"dropout": 0.1}}
    assert own_edges(tables, settings, {"a": 0.9, "b": 0.5}) == []
    assert len(own_edges(tables, settings, {"a": 0.5, "b": 0.9})) == 1


def test_optimizers_of_the_users_own_are_not_said_to_be_special_cases(tables):
    trials, epochs = tables(flat(momentum=0.5, sgd=0.9))
    for is_own, count in ((False, 1), (True, 0)):
        study = make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0), is_own=is_own)
        assert len([card for card in health(study, trials, epochs) if card.check == "under-tuned"]) == count
