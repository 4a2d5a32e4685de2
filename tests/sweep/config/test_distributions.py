"""Ranges know what lies in them, how many values they have, and how they are written."""

from __future__ import annotations

import pytest

from sweep.config.distributions import Distribution, ends_problem
from sweep.config.free_values import read_domain
from sweep.config.spaces import BATCH_SIZES
from sweep.config.values import written_form


@pytest.mark.parametrize(
    "raw",
    [
        {"uniform": [0.0, 1.5]},
        {"log_uniform": [0.001, 1.0]},
        {"int_uniform": [2, 9]},
        {"log_int_uniform": [1, 64]},
        {"step_uniform": [0, 8, 2]},
        {"step_uniform": [0.0, 1.0, 0.25]},
    ],
)
def test_a_range_is_written_as_it_was_read(raw):
    assert written_form(read_domain(raw)) == raw


def test_ranges_of_whole_numbers_and_steps_are_finite():
    assert read_domain({"int_uniform": [-2, 3]}).size == 6
    stepped = read_domain({"step_uniform": [0, 1, 0.4]})
    assert (stepped.size, stepped.listed) == (3, (0, 0.4, 0.8))
    assert read_domain({"uniform": [0, 1]}).size is None


def test_only_what_can_be_drawn_lies_in_a_range():
    whole, stepped = read_domain({"int_uniform": [2, 4]}), read_domain({"step_uniform": [0, 1, 0.5]})
    assert [whole.holds(value) for value in (2, 4, 4.0, 5, 2.5, True, "3")] == [True, True, True, *[False] * 4]
    assert [stepped.holds(value) for value in (0.5, 0.25)] == [True, False]


def test_a_batch_size_takes_whole_numbers_only():
    assert BATCH_SIZES.read({"step_uniform": [16, 64, 16]}).listed == (16, 32, 48, 64)
    with pytest.raises(ValueError, match="be a whole number"):
        BATCH_SIZES.read({"int_uniform": [0, 64]})
    with pytest.raises(ValueError, match="one of the distributions int_uniform, log_int_uniform, step_uniform"):
        BATCH_SIZES.read({"uniform": [16, 64]})


@pytest.mark.parametrize(
    ("kind", "low", "high", "told"),
    [
        ("uniform", 1.0, 1.0, "lowest value first"),
        ("log_uniform", 0.0, 1.0, "begin above 0"),
        ("log_int_uniform", 0.0, 8.0, "begin above 0"),
        ("one_minus_log_uniform", 0.0, 1.0, "end below 1"),
    ],
)
def test_ends_without_a_logarithm_or_in_the_wrong_order_are_refused(kind, low, high, told):
    assert told in ends_problem(Distribution(kind, low, high))[0]
