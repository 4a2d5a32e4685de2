"""Cutting a set into mini-batches: sizes, order and memory."""

from __future__ import annotations

from sweep.lecture.sections.mini_batches import cut


def test_five_million_examples_are_five_thousand_batches_of_a_thousand_in_bounded_memory(outcome_of):
    table = outcome_of("mini-batches").data["partitions"].set_index("examples")
    big = table.loc[5_000_000]
    assert (big["batches"], big["last"]) == (5000, 1000)
    assert table["is_partition"].all()
    # 8 bytes an index and about a hundred for each of the 5,000 views.
    assert 40e6 <= big["peak_bytes"] < 42e6
    assert big["moved"] > 0.99


def test_the_last_batch_is_short_where_the_size_does_not_divide():
    ragged = cut(103, 20, 2, seed=0)
    assert (ragged.batches, ragged.last, ragged.is_partition) == (6, 3, True)


def test_the_small_set_is_reshuffled_in_each_epoch_and_each_example_comes_once(outcome_of):
    places = outcome_of("mini-batches").data["batches"]
    orders = [tuple(rows["example"]) for _, rows in places.groupby("epoch")]
    assert len(set(orders)) == len(orders) == 3
    assert all(sorted(order) == list(range(1, 21)) for order in orders)
    assert places.groupby(["epoch", "batch"]).size().loc[1].tolist() == [6, 6, 6, 2]
