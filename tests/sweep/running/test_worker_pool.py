"""The pool gives each free worker one pack, and asks for as many workers as can be used."""

from __future__ import annotations

import pytest

from sweep.running.worker_pool import FAILED_STARTS, WorkerPool


def pool(workers: int = 2, *joined: str, follows_capacity: bool = False) -> WorkerPool:
    found = WorkerPool(workers, follows_capacity=follows_capacity)
    for worker in joined:
        found.join(worker)
    return found


def test_workers_are_free_until_they_get_a_pack_and_again_once_it_is_released():
    workers = pool(2, "a", "b")
    assert (len(workers), "a" in workers, "c" in workers) == (2, True, False)
    workers.give("a", 7)
    assert workers.free == ["b"]
    workers.release("a")
    assert workers.free == ["a", "b"]


def test_a_worker_that_dies_gives_back_its_pack_and_one_that_trained_nothing_gives_none():
    workers = pool(2, "a", "b")
    workers.give("a", 0)
    # Pack 0 is a pack like any other.
    assert workers.lose("a") == 0
    assert workers.lose("b") is None
    assert (len(workers), workers.free) == (0, [])


def test_the_worker_of_a_pack_that_ends_may_be_dead_or_nobody():
    workers = pool(1)
    workers.release("gone")
    workers.release(None)
    assert len(workers) == 0


@pytest.mark.parametrize(
    ("packs", "expected"),
    [
        # One worker is always wanted, so that the sweep begins.
        (0, 1),
        (2, 2),
        (3, 3),
        (9, 3),
    ],
)
def test_no_more_workers_are_wanted_than_there_are_packs_or_than_may_train(packs, expected):
    assert pool(3).change_of_number(packs) == expected


def test_a_number_that_has_not_changed_is_not_asked_again_and_workers_stay_when_packs_become_few():
    workers = pool(4)
    assert workers.change_of_number(3) == 3
    assert [workers.change_of_number(packs) for packs in (3, 1, 0)] == [None, None, None]
    assert workers.change_of_number(9) == 4


@pytest.mark.parametrize(
    ("follows", "capacity", "expected"),
    [
        (True, 5, 5),
        # Nodes that leave take no worker that was asked for.
        (True, 1, 2),
        (False, 5, 2),
    ],
)
def test_a_larger_cluster_is_used_only_where_the_user_has_not_said_how_many(follows, capacity, expected):
    workers = pool(2, follows_capacity=follows)
    workers.set_capacity(capacity)
    assert workers.change_of_number(9) == expected


def test_the_number_that_the_user_asks_for_counts_whatever_fits_the_cluster_and_is_there_already():
    workers = pool(4, follows_capacity=True)
    workers.set_capacity(8)
    assert workers.change_of_number(9) == 8
    workers.limit(2)
    assert workers.change_of_number(9) == 2
    workers.limit(5)
    assert workers.change_of_number(9) == 5
    assert workers.change_of_number(1) is None


def test_with_fewer_workers_wanted_than_there_are_only_so_many_train():
    workers = pool(3, "a", "b", "c")
    workers.give("b", 0)
    workers.limit(2)
    assert workers.free == ["a"]
    workers.give("a", 1)
    assert workers.free == []
    workers.limit(1)
    # Both are trained to their end, and then one worker is used.
    assert workers.free == []
    workers.release("a")
    assert workers.free == []
    workers.release("b")
    assert workers.free == ["a"]


def test_none_is_free_while_more_are_busy_than_are_wanted():
    workers = pool(5, "a", "b", "c", "d", "e")
    workers.give("a", 0)
    workers.give("b", 1)
    workers.limit(1)
    assert workers.free == []


def test_more_workers_may_be_asked_for_than_at_the_start():
    workers = pool(2)
    assert workers.change_of_number(9) == 2
    workers.limit(5)
    assert workers.change_of_number(9) == 5


def test_starts_fail_once_so_many_in_a_row_did_and_nobody_is_alive():
    workers = pool(2)
    for _ in range(FAILED_STARTS - 1):
        workers.fail_to_start()
    assert not workers.starts_fail
    workers.fail_to_start()
    assert workers.starts_fail
    assert workers.change_of_number(9) == 1


def test_a_worker_that_comes_ends_the_row_of_failed_starts():
    workers = pool(2)
    for _ in range(FAILED_STARTS - 1):
        workers.fail_to_start()
    workers.join("a")
    workers.lose("a")
    workers.fail_to_start()
    assert not workers.starts_fail
    assert workers.change_of_number(9) == 2


def test_no_more_than_those_that_are_alive_are_wanted_once_starts_fail():
    workers = pool(4, "a", "b")
    assert workers.change_of_number(9) == 4
    for _ in range(FAILED_STARTS):
        workers.fail_to_start()
    assert not workers.starts_fail
    assert workers.change_of_number(9) == 2
    workers.lose("a")
    workers.lose("b")
    assert workers.starts_fail
