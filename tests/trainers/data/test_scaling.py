"""Features and targets are scaled by the training part, and raw numbers likewise afterwards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trainers.data.dataset import Dataset, regression
from trainers.data.scaling import Scaling, fit_inputs
from trainers.errors import DataError

INPUTS = np.array([[1.0, 5.0], [3.0, 5.0], [100.0, -7.0]])
TARGETS = np.array([10.0, 14.0, 500.0])
TRAIN = np.array([0, 1])


@pytest.fixture
def data() -> Dataset:
    return regression("line", INPUTS, TARGETS, ["x", "constant"])


def test_only_the_training_part_decides(data):
    scaling, _ = fit_inputs(data, TRAIN, "standard")
    # Mean 2 and deviation 1 of [1, 3]; the second feature is constant there and becomes 0 everywhere.
    assert scaling.scaled_inputs(INPUTS, np.float64, "line").tolist() == [[-1.0, 0.0], [1.0, 0.0], [98.0, 0.0]]
    # Mean 12 and deviation 2 of [10, 14].
    assert scaling.scaled_targets(TARGETS, np.float64, "line").tolist() == [-1.0, 1.0, 244.0]


def test_minmax_maps_the_training_part_to_the_unit_interval_and_standardises_targets(data):
    scaling, _ = fit_inputs(data, TRAIN, "minmax")
    assert scaling.scaled_inputs(INPUTS, np.float64, "line")[:, 0].tolist() == [0.0, 1.0, 49.5]
    assert (scaling.target_mean, scaling.target_scale) == (12.0, 2.0)


def test_none_changes_nothing(data):
    scaling, _ = fit_inputs(data, TRAIN, "none")
    np.testing.assert_array_equal(scaling.scaled_inputs(INPUTS, np.float64, "line"), INPUTS)
    np.testing.assert_array_equal(scaling.scaled_targets(TARGETS, np.float64, "line"), TARGETS)


def test_constant_targets_are_only_centred(data):
    same = replace(data, targets=np.array([4.0, 4.0, 9.0]))
    scaling, _ = fit_inputs(same, TRAIN, "standard")
    assert (scaling.target_mean, scaling.target_scale) == (4.0, 1.0)


def test_numbers_that_do_not_fit_are_refused_without_a_warning():
    scaling = Scaling(offset=np.zeros(1), divisor=np.full(1, 1e-10))
    with pytest.raises(DataError, match=r"the numbers of `raw` must fit float32 once scaled\. .* 3\.4e\+38"):
        scaling.scaled_inputs(np.array([[1e300]]), np.float32, "raw")
