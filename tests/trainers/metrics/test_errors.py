"""Metrics of numbers by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import mean_pinball_loss

from tests.trainers.metrics.conftest import given, random_part
from trainers.metrics import SCORED
from trainers.metrics.errors import QUANTILE


def value(name, targets, outputs):
    return float(SCORED[name].score(given(targets, outputs, "regression"))[0])


def test_the_errors_by_hand():
    # Errors 1, -1, 2, 0.
    targets, outputs = [1.0, 2.0, 4.0, 5.0], [2.0, 1.0, 6.0, 5.0]
    assert value("mean_absolute_error", targets, outputs) == 1.0
    assert value("median_absolute_error", targets, outputs) == 1.0
    assert value("mean_squared_error", targets, outputs) == 1.5
    assert value("root_mean_squared_error", targets, outputs) == pytest.approx(math.sqrt(1.5))
    assert value("max_error", targets, outputs) == 2.0
    assert value("mean_absolute_percentage_error", targets, outputs) == pytest.approx((1 + 1 / 2 + 2 / 4) / 4)
    # Three times 0.1 above (1 and 2), 0.9 below.
    assert value("quantile_loss", targets, outputs) == pytest.approx((0.1 * 1 + 0.9 * 1 + 0.1 * 2) / 4)


def test_a_constant_error_costs_no_explained_variance():
    assert value("explained_variance", [1.0, 2.0, 3.0], [11.0, 12.0, 13.0]) == pytest.approx(1.0)
    assert math.isnan(value("explained_variance", [2.0, 2.0], [1.0, 3.0]))


def test_a_target_near_zero_decides_the_percentage_error():
    assert value("mean_absolute_percentage_error", [100.0, 1e-9], [100.0, 1e-3]) == pytest.approx(5e5, rel=1e-3)


def test_the_quantile_loss_is_scikit_learns(rng):
    part = random_part(rng, 0, 30)
    expected = [mean_pinball_loss(part.targets, row, alpha=QUANTILE) for row in part.outputs]
    np.testing.assert_allclose(SCORED["quantile_loss"].score(part), expected)
