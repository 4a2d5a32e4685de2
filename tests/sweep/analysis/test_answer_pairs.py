"""Tests of the part of the answer that compares levels: its numbers, its verdicts, and that the two agree."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sweep.analysis.answer import answer
from sweep.analysis.comparison_data import make_study
from sweep.analysis.detectable import detectable

NUMBER = r"-?[\d.]+"


@pytest.fixture
def close(tables):
    """Two optimizers whose accuracies differ by 0.1 points on average, with a spread of 0.1 points."""
    gaps = (0.0, 0.002, 0.001, 0.0015, 0.0005, 0.002, 0.0, 0.001)
    curves = {("adam", seed): [0.95 + 0.001 * (seed % 3)] for seed in range(8)}
    curves |= {("sgd", seed): [curves["adam", seed][0] - gap * (-1) ** seed] for seed, gap in enumerate(gaps)}
    return tables(curves)


def ask(tables, margin=None):
    study = make_study(*tables, "val_accuracy", "max", np.random.default_rng(0), margin=margin)
    return study, answer(study)


def test_within_a_margin_two_are_called_equivalent(close):
    _, said = ask(close, margin=0.005)
    assert " are equivalent within a margin of 0.5 points (difference " in said


def test_without_a_margin_the_smallest_difference_that_could_be_seen_is_told(close):
    study, said = ask(close)
    smallest = detectable(study, study.comparisons[0])
    assert "are not told apart (difference " in said
    assert f"; only {100 * smallest:.3g} points or more would be shown with a power of 80 %)" in said


def test_a_margin_that_the_seeds_cannot_show_leaves_two_not_told_apart(close):
    assert " are not told apart (difference " in ask(close, margin=0.0003)[1]


def test_what_is_shown_to_be_better_within_the_margin_is_better_and_that_is_told(tables):
    noise = (0.004, -0.002, 0.001, -0.005)
    curves = {("adam", seed): [0.95 + gap] for seed, gap in enumerate(noise)}
    curves |= {("sgd", seed): [0.947 + gap + 0.0001 * seed] for seed, gap in enumerate(noise)}
    _, said = ask(tables(curves), margin=0.01)
    assert said.startswith("Adam is best at 94.9 %")
    assert "4 seeds, within the margin of 1 point)" in said


def test_equal_numbers_tie_exactly(tables):
    _, said = ask(tables({(name, seed): [0.9 + 0.01 * seed] for name in ("adam", "sgd") for seed in range(3)}))
    assert (
        said == "Adam at 91.0 % and gradient descent at 91.0 % validation accuracy tie exactly on every seed (3 seeds)."
    )


def test_levels_of_different_seeds_that_change_places_on_the_common_ones_are_told_so(tables):
    # Adam's mean over two seeds is below that of gradient descent over four, and above it on each of the two.
    curves = {("adam", seed): [end] for seed, end in enumerate([0.84375, 0.5])}
    curves |= {("sgd", seed): [end] for seed, end in enumerate([0.625, 0.25, 1.0, 1.0])}
    _, said = ask(tables(curves))
    assert said.startswith(
        "Gradient descent at 71.9 % and Adam at 67.2 % validation accuracy did not end well on the same seeds; on the "
        "seeds that both have, Adam is ahead of gradient descent by 23.4 points (95 % CI "
    )


@example(first=[0.84375, 0.5], second=[0.625, 0.25, 1.0, 1.0])
@given(
    first=st.lists(st.floats(0, 1), min_size=2, max_size=6), second=st.lists(st.floats(0, 1), min_size=2, max_size=6)
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_printed_interval_of_a_difference_is_wider_than_the_range_of_the_metric(tables, first, second):
    curves = {(name, seed): [end] for name, ends in (("adam", first), ("sgd", second)) for seed, end in enumerate(ends)}
    study, said = ask(tables(curves))
    for low, high, cut in re.findall(rf"95 % CI ({NUMBER}) to ({NUMBER})(, cut at )?", said):
        assert -100 <= float(low) <= float(high) <= 100
        pair = study.comparisons[0].difference
        assert bool(cut) == (max(abs(pair.low), abs(pair.high)) > 1)
