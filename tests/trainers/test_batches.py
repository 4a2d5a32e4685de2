"""Mini-batches partition the examples, in the order that was drawn, anew each epoch."""

import itertools
import tracemalloc

import numpy as np
import pytest

from trainers.batches import block_order, epochs, partition


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


def test_blocks_come_in_a_random_order_and_the_rows_of_a_window_are_mixed() -> None:
    sizes = np.array([3, 0, 4, 2, 5, 1])
    block_of = np.repeat(np.arange(6), sizes)
    order = block_order(sizes, 2)(np.random.default_rng(0))
    assert sorted(order.tolist()) == list(range(15))
    # Of five blocks with rows, two are in each window: the blocks of a window are in no other.
    oracle = np.random.default_rng(0).permutation([0, 2, 3, 4, 5])
    at = 0
    for first in range(0, 5, 2):
        members = oracle[first : first + 2]
        count = int(sizes[members].sum())
        assert set(block_of[order[at : at + count]]) == set(members)
        at += count


def test_rows_of_a_window_are_mixed_and_windows_differ_from_epoch_to_epoch() -> None:
    draw = block_order(np.full(20, 50), 4)
    rng = np.random.default_rng(1)
    first, second = draw(rng), draw(rng)
    assert len(set((first[:50] // 50).tolist())) == 4
    assert set((first[:200] // 50).tolist()) != set((second[:200] // 50).tolist())


def test_no_more_blocks_than_a_window_are_shuffled_as_examples_in_memory() -> None:
    order = block_order(np.array([3, 0, 4]), 2)(np.random.default_rng(5))
    assert order.tolist() == np.random.default_rng(5).permutation(7).tolist()
    batches = next(epochs(7, 3, np.random.default_rng(5), block_order(np.array([3, 4]), 1)))
    assert [len(batch) for batch in batches] == [3, 3, 1]
