"""Residuals are observed minus predicted, and their means show a systematic error."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sweep.analysis.residuals import residuals


def test_a_residual_is_what_was_observed_minus_what_was_predicted_in_the_order_of_predictions():
    found = residuals(pd.DataFrame({"target": [5.0, 1.0, np.nan], "output_0": [3.0, 2.0, 1.0]}))
    assert found.predicted.tolist() == [2.0, 3.0]
    assert found.residual.tolist() == [-1.0, 2.0]
    assert found.centre.tolist() == [2.0, 3.0]


def test_means_of_groups_are_of_all_predictions_also_of_those_that_are_not_drawn():
    predicted = np.arange(1000.0)
    # 3 too low in the first half and 1 too high in the second.
    target = predicted + np.where(predicted < 500, 3.0, -1.0)
    target[123] += 100
    found = residuals(pd.DataFrame({"target": target, "output_0": predicted}), most=50)
    assert found.centre.tolist() == [49.5 + 100 * n for n in range(10)]
    assert found.mean.tolist() == [3.0, 4.0, 3.0, 3.0, 3.0, -1.0, -1.0, -1.0, -1.0, -1.0]
    assert 40 <= len(found.predicted) <= 50
    assert (found.predicted[0], found.predicted[-1]) == (0.0, 999.0)
    # The largest error is among those that are drawn.
    assert found.residual.max() == 103.0


def test_without_a_finite_prediction_there_are_no_residuals():
    assert residuals(pd.DataFrame({"target": [1.0], "output_0": [np.inf]})) is None
