"""Mini-batches partition the examples, in the order that was drawn, anew each epoch."""

import itertools
import tracemalloc

import numpy as np
import pytest

from trainers.batches import epochs, partition


def test_a_partition_keeps_the_order_and_leaves_the_last_batch_short() -> None:
    assert [b.tolist() for b in partition(np.array([4, 2, 0, 1, 3]), 2)] == [[4, 2], [0, 1], [3]]


@pytest.mark.parametrize("batch_size", [1, 7, 32, 64, 100, 1000])
def test_each_epoch_sees_each_example_once(batch_size: int) -> None:
    for batches in itertools.islice(epochs(100, batch_size, np.random.default_rng(0)), 3):
        sizes = [len(batch) for batch in batches]
        assert len(batches) == -(-100 // batch_size)
        assert sizes[:-1] == [batch_size] * (len(batches) - 1)
        assert sorted(np.concatenate(batches).tolist()) == list(range(100))


def test_each_epoch_is_shuffled_anew_by_the_next_permutation_of_the_stream() -> None:
    stream, oracle = epochs(50, 8, np.random.default_rng(3)), np.random.default_rng(3)
    orders = [np.concatenate(batches).tolist() for batches in itertools.islice(stream, 4)]
    assert orders == [oracle.permutation(50).tolist() for _ in range(4)]
    assert len({tuple(order) for order in orders}) == 4


def test_the_order_of_examples_does_not_depend_on_the_batch_size() -> None:
    orders = {
        size: [np.concatenate(b).tolist() for b in itertools.islice(epochs(40, size, np.random.default_rng(1)), 3)]
        for size in (1, 7, 40, 64)
    }
    assert orders[1] == orders[7] == orders[40] == orders[64]


def test_five_million_examples_make_five_thousand_batches_of_a_thousand_in_bounded_memory() -> None:
    tracemalloc.start()
    try:
        batches = next(epochs(5_000_000, 1000, np.random.default_rng(0)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert {len(batch) for batch in batches} == {1000}
    assert len(batches) == 5000
    assert peak < 42e6  # one index of 8 bytes an example, and the 5,000 views
    seen = np.zeros(5_000_000, dtype=bool)
    for batch in batches:
        assert not seen[batch].any()
        seen[batch] = True
    assert seen.all()


@pytest.mark.parametrize(("examples", "batch_size"), [(0, 1), (1, 0), (5, -1)])
def test_nothing_to_cut_is_refused(examples: int, batch_size: int) -> None:
    with pytest.raises(ValueError, match=f"at least 1. Received: {examples} and {batch_size}"):
        next(epochs(examples, batch_size, np.random.default_rng(0)))
