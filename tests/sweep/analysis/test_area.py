"""Tests of the area under a learning curve."""

import pytest

from sweep.analysis.area import areas


def test_the_area_is_the_mean_height_by_the_trapezoidal_rule(tables):
    _, epochs = tables({("adam", 0): [0.0, 1.0, 1.0], ("sgd", 3): [0.5, 0.5]})
    found = areas(epochs, "val_accuracy")
    assert found["area"].tolist() == [0.75, 0.5]
    assert found["seed"].tolist() == [0, 3]
    assert found["last"].tolist() == [3.0, 2.0]


def test_over_steps_it_is_the_same_if_all_epochs_have_as_many(tables):
    _, epochs = tables({("adam", 0): [0.1, 0.4, 0.9, 0.95]})
    over_steps = areas(epochs, "val_accuracy", "steps")["area"][0]
    assert over_steps == pytest.approx(areas(epochs, "val_accuracy")["area"][0])


def test_of_one_epoch_it_is_the_value(tables):
    _, epochs = tables({("adam", 0): [0.7]})
    assert areas(epochs, "val_accuracy")["area"].tolist() == [0.7]
