"""A pack knows which of its trials are left, and nothing has happened to a new one."""

from __future__ import annotations

from dataclasses import asdict

from sweep.running.packs import Counts, Pack


def test_all_trials_of_a_new_pack_are_left_and_it_waits_for_a_worker(pack):
    new = Pack(pack)
    assert (new.left, new.merging) == ({0, 1}, set())
    assert (new.worker, new.attempt, new.next_report) == (None, 0, 0)


def test_a_pack_that_is_formed_of_one_that_started_over_keeps_the_number_of_its_attempt(pack):
    formed = Pack(pack.only([1]), attempt=2)
    assert (formed.left, formed.attempt) == ({0}, 2)


def test_two_packs_of_the_same_plan_share_nothing(pack):
    one, other = Pack(pack), Pack(pack)
    one.left.discard(0)
    one.merging.add(1)
    assert (other.left, other.merging) == ({0, 1}, set())


def test_ids_come_in_the_order_of_the_indices(pack):
    new = Pack(pack)
    assert (new.ids([1, 0]), new.ids([1]), new.ids([])) == (["t1", "t0"], ["t1"], [])


def test_what_rarely_happens_has_not_happened_at_first():
    assert set(asdict(Counts()).values()) == {0}
