"""The nearest recorded setting is the same one if it is there, then one of the same choices, then the closest."""

from __future__ import annotations

import pytest

from sweep.planning.nearest import NearestSettings


def nearest(recorded, setting):
    return NearestSettings(recorded).nearest(setting)


def test_a_setting_that_is_recorded_is_its_own_nearest_whatever_the_order_of_its_keys():
    recorded = [{"rate": 0.1, "size": 8}, {"rate": 0.2, "size": 16}]
    assert nearest(recorded, {"size": 16, "rate": 0.2}) == 1


def test_the_first_of_two_that_are_equal_or_equally_near_is_taken():
    assert nearest([{"rate": 0.5}, {"rate": 0.1}, {"rate": 0.1}], {"rate": 0.1}) == 1
    # 2 lies between 1 and 4 by their ratios.
    assert nearest([{"rate": 1.0}, {"rate": 4.0}], {"rate": 2.0}) == 0
    assert nearest([{"rate": 4.0}, {"rate": 1.0}], {"rate": 2.0}) == 0


@pytest.mark.parametrize(("rate", "expected"), [(0.02, 0), (0.05, 1), (5.0, 2), (1e-9, 0), (0.0, 0), (-3.0, 0)])
def test_positive_numbers_are_compared_by_their_ratio(rate, expected):
    # 0.05 is closer to 0.01 by its difference, but 5 times as large as that and half of 0.1.
    assert nearest([{"rate": 0.01}, {"rate": 0.1}, {"rate": 1.0}], {"rate": rate}) == expected


@pytest.mark.parametrize(("value", "expected"), [(-0.9, 0), (0.9, 2), (0.4, 1), (-0.4, 1), (0.6, 2)])
def test_numbers_that_may_be_negative_or_zero_are_compared_by_their_difference(value, expected):
    assert nearest([{"bias": -1.0}, {"bias": 0.0}, {"bias": 1.0}], {"bias": value}) == expected


def test_each_number_counts_relative_to_the_range_that_was_recorded():
    # The rates span a factor of 10,000 and the sizes one of 4: a factor of 10 in the rate is a quarter of its range,
    # and a factor of 2 in the size is half of its own.
    recorded = [{"rate": 1e-3, "size": 32}, {"rate": 1.0, "size": 64}, {"rate": 1e-4, "size": 16}]
    assert nearest(recorded, {"rate": 1e-3, "size": 16}) == 2


def test_a_number_of_which_one_value_is_recorded_decides_nothing_between_equals():
    recorded = [{"rate": 0.1, "size": 8}, {"rate": 0.1, "size": 64}]
    assert nearest(recorded, {"rate": 0.7, "size": 48}) == 1


def test_equal_choices_come_before_close_numbers():
    recorded = [{"optimizer": "sgd", "rate": 0.1}, {"optimizer": "adam", "rate": 100.0}]
    assert nearest(recorded, {"optimizer": "adam", "rate": 0.1}) == 1


def test_of_settings_with_as_many_equal_choices_the_numbers_decide():
    recorded = [
        {"optimizer": "adam", "norm": "none", "rate": 1.0},
        {"optimizer": "adam", "norm": "batch", "rate": 0.1},
        {"optimizer": "sgd", "norm": "layer", "rate": 0.01},
    ]
    assert nearest(recorded, {"optimizer": "adam", "norm": "layer", "rate": 0.01}) == 2
    assert nearest(recorded[:2], {"optimizer": "adam", "norm": "layer", "rate": 0.01}) == 1


@pytest.mark.parametrize("value", ["x", None, 0.1, True])
def test_a_hyperparameter_that_one_of_the_two_lacks_is_different_whatever_its_value(value):
    recorded = [{"rate": 0.1, "extra": value}, {"rate": 1.0}]
    assert nearest(recorded, {"rate": 0.2}) == 1
    assert nearest([{"rate": 0.1}, {"rate": 1.0, "extra": value}], {"rate": 0.2, "extra": value}) == 1


def test_a_number_and_a_word_or_a_truth_value_are_no_two_numbers():
    recorded = [{"size": 64, "rate": 1.0}, {"size": "full", "rate": 0.1}]
    assert nearest(recorded, {"size": "full", "rate": 1.0}) == 1
    assert nearest([{"fast": False, "rate": 1.0}, {"fast": True, "rate": 0.1}], {"fast": True, "rate": 1.0}) == 1


def test_a_list_is_equal_or_not():
    recorded = [{"hidden": [8, 8], "rate": 0.1}, {"hidden": [16], "rate": 1.0}]
    assert nearest(recorded, {"hidden": [16], "rate": 0.1}) == 1
