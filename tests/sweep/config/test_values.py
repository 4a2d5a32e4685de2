"""What may be written for one hyperparameter."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from sweep.config.values import Distribution, counts, numbers, words, written_form
from trainers.optimizers.base import BETA1, LEARNING_RATE


def test_a_value_is_a_list_of_one():
    assert numbers([BETA1]).read(0.5) == (0.5,)


def test_a_declared_number_is_always_a_float():
    values = numbers([LEARNING_RATE]).read([1, 2.0])
    assert values == (1.0, 2.0)
    assert [type(value) for value in values] == [float, float]


def test_a_count_stays_whole():
    assert [type(value) for value in counts(64, "full").read([1, "full"])] == [int, str]


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
