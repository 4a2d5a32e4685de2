"""Grid search: every combination once, in a fixed order."""

from __future__ import annotations

import pytest

from sweep.config.distributions import Distribution
from sweep.planning.search import grid


def test_a_grid_is_the_product_with_the_last_dimension_fastest():
    settings = list(grid({"optimizer": ("adam",), "beta1": (0.5, 0.9), "batch_size": (1, "full")}))
    assert [(setting["beta1"], setting["batch_size"]) for setting in settings] == [
        (0.5, 1),
        (0.5, "full"),
        (0.9, 1),
        (0.9, "full"),
    ]


def test_a_distribution_has_no_grid():
    with pytest.raises(ValueError, match="`beta1` must be a list of values for a grid"):
        list(grid({"beta1": Distribution("uniform", 0.0, 0.5)}))
