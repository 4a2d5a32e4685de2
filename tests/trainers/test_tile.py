"""What a tile promises, worked out by hand and kept by both of its kinds, NumPy's and torch's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from trainers.data import DatasetShape, Split
from trainers.pack import Backend, NetworkSpec, Pack, TrialSpec
from trainers.session import feed, make_tile
from trainers.tile import EVALUATION_EXAMPLES, Tile, TileEpoch

LINEAR = NetworkSpec(())
Make = Callable[..., Tile]


@pytest.fixture(params=["numpy", "torch"])
def make(request: pytest.FixtureRequest) -> Make:
    """Make a tile of linear models ``z = w x + b`` that begin at w = 1, b = 0: one a learning rate, on one seed."""
    backend: Backend = request.param

    def make(problem: tuple[Split, DatasetShape], rates: Sequence[float] = (0.125,)) -> Tile:
        parts, shape = problem
        trials = tuple(TrialSpec("sgd", {"learning_rate": rate}) for rate in rates)
        pack = Pack(parts, trials, LINEAR, dtype="float64", shape=shape, backend=backend)
        start = np.tile([1.0, 0.0], (len(rates), 1))
        return make_tile(pack, range(len(rates)), {0: feed(pack, parts)}, start, compiled=False)

    return make


def one_epoch(tile: Tile, epoch: int, steps: int) -> tuple[list[list[float]], TileEpoch]:
    """Train on one example a step; the losses as they come, and the epoch's figures."""
    running = tile.steps(epoch, epoch * steps, {0: [np.array([step]) for step in range(steps)]})
    losses = []
    while True:
        try:
            losses.append(next(running).tolist())
        except StopIteration as ended:
            return losses, ended.value


def test_an_epoch_is_the_one_worked_out_by_hand(make: Make, one_example: Callable[..., Any]) -> None:
    # z = 1, loss 1, slope 2 in w and b. alpha 1/8: w = 3/4, b = -1/4, z = 1/2, loss 1/4, slope 1.
    # alpha 1/4: w = 1/2, b = -1/2, z = 0, loss 0, slope 0.
    losses, found = one_epoch(make(one_example(repeats=2), (0.125, 0.25)), 1, 2)
    assert losses == [[1.0, 1.0], [0.25, 0.0]]
    assert found.losses.tolist() == losses
    assert found.train_loss.tolist() == [0.625, 0.5]
    assert found.learning_rate.tolist() == [0.125, 0.25]
    assert found.gradient_norm.tolist() == [2**0.5, 0.0]
    # The last step of the first moves (3/4, -1/4), of length sqrt(10) / 4, by sqrt(2) / 8: 1 / sqrt(20).
    np.testing.assert_allclose(found.update_ratio, [20**-0.5, 0.0], rtol=1e-15)
    # Both steps are samples of their own: sqrt of (2, 2) times (1, 1), and of (2, 2) times (0, 0).
    assert found.mean_gradient_norm.tolist() == [2.0, 0.0]
    assert np.isnan(found.train_accuracy).all()


def test_what_is_kept_goes_on_where_it_was(make: Make, one_example: Callable[..., Any]) -> None:
    tile = make(one_example(), (0.125, 0.25, 0.0625))
    assert one_epoch(tile, 1, 1)[0] == [[1.0, 1.0, 1.0]]
    tile.keep([0, 2])
    assert tile.trials == [0, 2]
    assert [segment.rows for segment in tile.segments] == [slice(0, 2)]
    # A step multiplies z by 1 - 4 alpha: 1/2 and 3/4.
    assert one_epoch(tile, 2, 1)[0] == [[0.25, 0.5625]]
    tile.keep([1])
    assert one_epoch(tile, 3, 1)[0] == [[0.75**4]]


def test_layers_are_copies_that_stay_as_they_were(make: Make, one_example: Callable[..., Any]) -> None:
    tile = make(one_example(), (0.125, 0.25))
    ((weights, biases),) = tile.layers()
    assert (weights.shape, biases.shape) == ((2, 1, 1), (2, 1))
    one_epoch(tile, 1, 1)
    assert (weights.ravel().tolist(), biases.ravel().tolist()) == ([1.0, 1.0], [0.0, 0.0])
    ((weights, biases),) = tile.layers()
    assert (weights.ravel().tolist(), biases.ravel().tolist()) == ([0.75, 0.5], [-0.25, -0.5])
    weights[:] = 9.0
    assert tile.layers()[0][0].ravel().tolist() == [0.75, 0.5]


@pytest.mark.parametrize("examples", [1, EVALUATION_EXAMPLES, EVALUATION_EXAMPLES + 1, 2 * EVALUATION_EXAMPLES + 3])
def test_every_example_counts_once_in_the_validation_loss_however_many_there_are(make: Make, examples: int) -> None:
    # z = x for x = 0 ... n - 1, and y = 0: the mean of the squares is (n - 1) (2 n - 1) / 6.
    x = np.arange(examples, dtype=np.float64)[:, None]
    parts = Split(np.ones((1, 1)), np.zeros(1), x, np.zeros(examples), "0" * 16)
    loss, share = make((parts, DatasetShape(examples + 1, 1, 1, "regression"))).evaluate()
    assert loss.tolist() == [pytest.approx((examples - 1) * (2 * examples - 1) / 6, rel=1e-14)]
    assert np.isnan(share).all()


def test_the_share_of_hits_is_over_all_examples(make: Make) -> None:
    # Only the last of one more than are measured at once lies on the side of its class.
    x = np.full((EVALUATION_EXAMPLES + 1, 1), -1.0)
    x[-1] = 1.0
    ones = np.ones(len(x), np.int64)
    parts = Split(np.ones((1, 1)), ones[:1], x, ones, "0" * 16)
    loss, share = make((parts, DatasetShape(len(x) + 1, 1, 1, "binary"))).evaluate()
    assert share.tolist() == [1 / 513]
    # -log sigmoid(z) of z = -1 and z = 1.
    wrong, right = np.log1p(np.exp(1.0)), np.log1p(np.exp(-1.0))
    np.testing.assert_allclose(loss, [(512 * wrong + right) / 513], rtol=1e-14)
