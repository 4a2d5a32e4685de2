"""Adam: its two corrections, and its race against the other optimizers."""

from __future__ import annotations

import numpy as np


def test_adams_corrections_make_each_step_alpha_when_the_gradient_is_constant(outcome_of):
    table = outcome_of("adam").data["corrections"]
    np.testing.assert_allclose(table["both_corrected_(Adam)"], 1.0, rtol=1e-9)
    # Without: 0.1 / sqrt(0.001) = 3.162 at first; then (1 - 0.9^t) / sqrt(1 - 0.999^t).
    t = table["step"].to_numpy()
    np.testing.assert_allclose(table["none_corrected"], (1 - 0.9**t) / np.sqrt(1 - 0.999**t), rtol=1e-7)


def test_adams_race_has_each_optimizer_at_its_best_rate(outcome_of):
    rows = {row[0]: row for row in outcome_of("adam").rows}
    assert list(rows) == ["sgd", "momentum", "rmsprop", "adam"]
    assert rows["adam"][3] != "not reached"
    assert rows["sgd"][3] == "not reached"
