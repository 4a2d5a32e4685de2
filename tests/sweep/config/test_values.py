"""What may be written for one hyperparameter."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from sweep.config.distributions import Distribution
from sweep.config.values import counts, numbers, words, written_form
from trainers.optimizers.base import BETA1, LEARNING_RATE


def test_a_value_is_a_list_of_one():
    assert numbers([BETA1]).read(0.5) == (0.5,)


def test_a_declared_number_is_always_a_float():
    values = numbers([LEARNING_RATE]).read([1, 2.0])
    assert values == (1.0, 2.0)
    assert [type(value) for value in values] == [float, float]


def test_a_count_stays_whole():
    assert [type(value) for value in counts(64, "full").read([1, "full"])] == [int, str]


def test_a_range_is_its_values_without_the_errors_of_binary_fractions():
    assert numbers([LEARNING_RATE]).read({"range": [0.1, 0.5, 0.1]}) == (0.1, 0.2, 0.3, 0.4, 0.5)
    assert numbers([LEARNING_RATE]).read({"range": [1e-3, 3.5e-3, 1e-3]}) == (0.001, 0.002, 0.003)
    assert counts(64, "full").read({"range": [16, 64, 16]}) == (16, 32, 48, 64)
    assert numbers([BETA1]).read({"range": [0.5, 0.5, 0.1]}) == (0.5,)


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ([0.5, 0.1, 0.1], "the lowest value, the highest and a step above 0"),
        ([0.1, 0.5, 0], "a step above 0"),
        ([0.1, 0.5], "the lowest value, the highest and a step"),
        (["a", 0.5, 0.1], "the lowest value, the highest and a step"),
        ([0, 1, 1e-9], "at most 100,000 values"),
        ([0.5, 1.0, 0.25], r"lie in \[0, 1\)"),
    ],
)
def test_a_range_that_is_none_or_leaves_the_allowed_values_is_refused(written, rule):
    with pytest.raises(ValidationError, match=rule):
        numbers([BETA1]).read({"range": written})


def test_words_have_no_range():
    with pytest.raises(ValidationError, match="takes a value or a list"):
        words(("a", "b")).read({"range": [0, 1, 1]})


@pytest.mark.parametrize("kind", ["uniform", "log_uniform", "one_minus_log_uniform"])
def test_a_mapping_is_a_distribution_and_is_written_as_one(kind):
    domain = numbers([BETA1]).read({kind: [0.5, 0.9]})
    assert domain == Distribution(kind, 0.5, 0.9)
    assert written_form(domain) == {kind: [0.5, 0.9]}


def test_the_ends_of_a_distribution_must_lie_in_the_range():
    with pytest.raises(ValidationError):
        numbers([BETA1]).read({"uniform": [0.5, 1.0]})


@pytest.mark.parametrize("values", [counts(3), words(("a", "b"))])
def test_what_is_not_a_real_number_is_not_drawn(values):
    with pytest.raises(ValidationError):
        values.read({"uniform": [1, 2]})


def test_all_wrong_entries_of_a_list_are_named():
    with pytest.raises(ValidationError) as refused:
        counts(3).read([1, 0, 2, True])
    assert [error["loc"] for error in refused.value.errors()] == [(1,), (3,)]


def test_one_is_not_true():
    with pytest.raises(ValidationError):
        words((0, 1)).read(True)
