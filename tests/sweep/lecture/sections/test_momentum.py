"""Momentum in a valley, against the rates that the theory of quadratics predicts."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.lecture.sections.momentum import best_rates


def test_momentum_crosses_the_valley_in_fewer_steps_and_at_the_predicted_rates(outcome_of):
    outcome = outcome_of("momentum")
    rows = {row[0]: row for row in outcome.rows}
    # kappa = 25: 24/26 for gradient descent, 4/6 for heavy ball.
    assert [rows["gradient descent"][3], rows["momentum (average)"][3]] == ["0.9231", "0.6667"]
    assert rows["gradient descent"][4] == "0.9231"
    assert int(rows["momentum (average)"][5]) < int(rows["gradient descent"][5]) / 3
    assert rows["momentum (average)"][5] == rows["momentum (accumulated)"][5]


def test_both_forms_of_momentum_walk_the_same_path(outcome_of):
    paths = outcome_of("momentum").data["paths"].pivot(index="step", columns="optimizer", values=["x", "y"])
    for axis in ("x", "y"):
        both = paths[axis]
        np.testing.assert_allclose(both["momentum (average)"], both["momentum (accumulated)"], atol=1e-13)


def test_steps_grow_with_the_condition_number_and_with_its_root_under_momentum(outcome_of):
    table = outcome_of("momentum").data["condition_numbers"].set_index("condition_number")
    # Sixteen times the condition number: sixteen and four times the steps, up to what is rounded and begins.
    growth = table.loc[400] / table.loc[25]
    assert growth["gradient_descent"] == pytest.approx(16, rel=0.1)
    assert growth["momentum"] == pytest.approx(4, rel=0.3)


def test_the_best_rates_are_those_of_polyak():
    # kappa = 9: alpha 2/10; 4/16 and (2/4)^2.
    assert best_rates(9.0) == pytest.approx((0.2, 0.25, 0.25))
