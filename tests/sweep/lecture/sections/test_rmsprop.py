"""RMSprop: the size of its first step, and where epsilon counts."""

from __future__ import annotations

import math

import numpy as np
import pytest


def test_rmsprop_takes_the_steepness_out_of_the_step(outcome_of):
    paths = outcome_of("rmsprop").data["paths"]
    first = {
        name: np.abs(rows[["x", "y"]].to_numpy()[1] - rows[["x", "y"]].to_numpy()[0])
        for name, rows in paths.groupby("optimizer")
    }
    # Slopes at (-9, 1) in a valley of 100: 9 and 100.
    assert first["sgd"][1] / first["sgd"][0] == pytest.approx(100 / 9)
    assert first["rmsprop"] == pytest.approx([0.15 / math.sqrt(0.1)] * 2, rel=1e-6)


def test_epsilon_halves_the_step_at_itself_outside_the_root_and_near_its_root_inside(outcome_of):
    table = outcome_of("rmsprop").data["epsilon"]
    outside = np.interp(0.5, table["outside_root"], np.log10(table["gradient"]))
    inside = np.interp(0.5, table["inside_root"], np.log10(table["gradient"]))
    assert outside == pytest.approx(-8.0, abs=0.05)
    assert inside == pytest.approx(math.log10(math.sqrt(1e-8 / 3)), abs=0.05)
