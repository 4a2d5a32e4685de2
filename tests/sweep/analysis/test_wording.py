"""Sentences spell every optimizer and metric by its name, and no number that a metric cannot have."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.analysis.wording import (
    bounds,
    capitalised,
    counted,
    difference,
    is_cut,
    is_share,
    level_name,
    limited,
    limited_difference,
    limits,
    listing,
    metric_name,
    range_note,
    target_value,
    value,
)
from trainers.optimizers import OPTIMIZERS

ENDS = st.floats(-1e6, 1e6)


def test_no_two_optimizers_are_spelled_alike_and_what_is_none_is_left():
    assert len({level_name(name) for name in OPTIMIZERS}) == len(OPTIMIZERS)
    assert level_name("my_package.opt") == "my_package.opt"


@pytest.mark.parametrize(
    ("metric", "spelled"),
    [
        ("train_loss", "training loss"),
        ("val_r2", "validation R2"),
        # Other tools' metrics: a part that is none, and a measure that is not known.
        ("test_accuracy", "test_accuracy"),
        ("val_bleu", "validation bleu"),
        ("perplexity", "perplexity"),
    ],
)
def test_a_metric_is_spelled_by_its_part_and_its_measure(metric, spelled):
    assert metric_name(metric) == spelled


def test_another_tools_accuracy_is_a_share_and_its_loss_is_not():
    assert [is_share(metric) for metric in ("test_accuracy", "accuracy", "test_loss", "bleu")] == [
        True,
        True,
        False,
        False,
    ]
    assert limits("test_accuracy") == (0.0, 1.0)
    # Of a loss that is not of this project nothing is known: a log likelihood may be below 0.
    assert limits("test_loss") == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("share", "spelled"),
    [(1.0, "100.0 %"), (0.9999, "99.99 %"), (0.99949, "99.9 %"), (0.9995, "99.95 %"), (0.5, "50.0 %"), (0.0, "0.0 %")],
)
def test_only_a_perfect_share_is_spelled_100(share, spelled):
    assert value("val_accuracy", share) == spelled


def test_a_target_is_spelled_with_all_its_digits():
    assert target_value("val_accuracy", 0.98765) == "98.765 %"
    assert target_value("val_rmse", 12.3456789) == "a validation RMSE of 12.3456789"


def test_one_point_is_singular():
    assert [difference("val_accuracy", number) for number in (0.01, 0.02, 0.0100001, 0.001)] == [
        "1 point",
        "2 points",
        "1 point",
        "0.1 points",
    ]


@given(ENDS, ENDS, ENDS)
def test_an_interval_is_cut_to_what_the_metric_can_be_and_stays_around_its_value(first, second, third):
    low, inside, high = sorted((first, second, third))
    least, most = limited("val_accuracy", low, high, inside)
    if 0 <= inside <= 1:
        assert 0 <= least <= inside <= most <= 1
        assert (least in (0.0, low), most in (1.0, high)) == (True, True)
    else:
        assert (least, most) == (low, high)
    assert is_cut("val_accuracy", low, high, inside) == ((least, most) != (low, high))


@given(ENDS, ENDS)
def test_a_difference_of_shares_is_never_more_than_100_points(first, second):
    low, high = limited_difference("val_accuracy", *sorted((first, second)))
    assert low >= -1
    assert high <= 1
    # The difference of two losses, of which each is 0 or more, may be anything.
    assert limited_difference("val_loss", *sorted((first, second))) == tuple(sorted((first, second)))


def test_an_interval_says_at_which_ends_it_is_cut():
    assert bounds("val_accuracy", -1.5, 1.5, 0.9) == "90 % CI -100 to 100, cut at -100 and 100"
    assert bounds("val_accuracy", -0.5, 0.5, 0.9) == "90 % CI -50 to 50"
    assert bounds("val_loss", 0.1, math.inf, 0.9) == "no interval can be given"
    assert range_note("test_accuracy") == "at 0 % and 100 %"


def test_names_are_joined_and_things_are_counted_as_a_sentence_does():
    assert listing(["a", "b", "c", "d"]) == "a, b, c and d"
    assert [counted(number, "epoch") for number in (0, 1, 2, 1234567)] == [
        "0 epochs",
        "1 epoch",
        "2 epochs",
        "1,234,567 epochs",
    ]


def test_a_hyperparameter_keeps_its_spelling_at_the_beginning_of_a_sentence():
    assert capitalised("batch_size 64 is best.") == "batch_size 64 is best."
    assert capitalised("optimizer names differ.") == "Optimizer names differ."
    assert capitalised("") == ""
