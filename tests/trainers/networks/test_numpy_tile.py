"""A network larger than the cache is stepped block by block, to the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trainers.data import DataSource, load
from trainers.loop import train
from trainers.networks import numpy_tile
from trainers.optimizers import OPTIMIZERS
from trainers.pack import NetworkSpec, Pack, TrialSpec

MEASURED_IN_BLOCKS = {"gradient_norm", "update_ratio"}
"""Sums over all parameters, whose rounding depends on the blocks."""


def pack() -> Pack:
    trials = tuple(
        TrialSpec(name, {"learning_rate": 0.01 + 0.01 * seed}, seed=seed) for name in OPTIMIZERS for seed in (0, 1)
    )
    return Pack(load(DataSource("wine")), trials, NetworkSpec((16,)), batch_size=32, epochs=3, dtype="float64")


def figures(**how: Any) -> list[dict[str, Any]]:
    return [
        {name: values for name, values in metrics.values.items() if name != "seconds"}
        for metrics in train(pack(), **how)
    ]


@pytest.fixture
def in_blocks(monkeypatch):
    """Blocks of 25 of the network's 275 parameters."""
    monkeypatch.setattr(numpy_tile, "CACHE_BYTES", 25 * 5 * 8)
    assert len(numpy_tile.column_blocks(275, 8)) == 11


def test_blocks_train_to_the_same_numbers_as_the_whole(monkeypatch):
    whole = figures()
    monkeypatch.setattr(numpy_tile, "CACHE_BYTES", 25 * 5 * 8)
    for one, other in zip(whole, figures(), strict=True):
        for name in one:
            if name in MEASURED_IN_BLOCKS:
                np.testing.assert_allclose(other[name], one[name], rtol=1e-12)
            else:
                np.testing.assert_array_equal(other[name], one[name], err_msg=name)


@pytest.mark.parametrize("how", [{"tile_size": 1}, {"tile_size": 3}, {"compiled": True}, {"tile_bytes": 20_000}])
def test_in_blocks_a_trial_does_not_depend_on_its_tile_or_on_compiled_kernels(in_blocks, how):
    np.testing.assert_equal(figures(**how), figures())


def test_blocks_cover_every_parameter_once():
    blocks = numpy_tile.column_blocks(1_000_001, 4)
    assert np.concatenate([np.arange(block.start, block.stop) for block in blocks]).tolist() == list(range(1_000_001))
