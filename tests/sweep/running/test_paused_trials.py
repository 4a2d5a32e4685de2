"""Trials that have left their pack go on in packs of equals, full ones if that costs nobody time."""

from __future__ import annotations

import pytest

from sweep.planning.decision_points import DecisionPoints
from sweep.planning.packing import SHORTEST_PACK_SECONDS, PlannedPack
from sweep.records import Arm, Trial
from sweep.running.paused_trials import SMALL_PACK, PausedTrials

LONG = 10 * SHORTEST_PACK_SECONDS


def part(number: int, *, epoch: int = 1, batch_size: int = 16, seconds: float = 0.0, decides: bool = True):
    """The pack of one trial that goes on after an epoch."""
    points = DecisionPoints(values=(1, 2, 4)) if decides else None
    members = (Trial(f"t{number}", Arm(f"a{number}", "", {}), 0),)
    return PlannedPack(members, (), batch_size, 8, seconds, resumed_epoch=epoch, decisions=points)


def planned(count: int, **options) -> PlannedPack:
    return part(0, epoch=0, **options).joined([part(number, epoch=0, **options) for number in range(1, count)])


def paused(parts, *, may_wait: bool = False, most: int = 64) -> PausedTrials:
    """Trials that are paused, by their parts, after packs of at most so many were planned."""
    found = PausedTrials()
    found.measure([planned(most)])
    for index, one in enumerate(parts):
        found.add(0, index, one, may_wait=may_wait)
    return found


def names(packs) -> list[list[str]]:
    return [[trial.id for trial in pack.trials] for pack in packs]


def test_a_trial_stays_until_it_is_resumed_whoever_is_hungry():
    trials = paused([part(0), part(1)])
    assert trials.form(4, is_hungry=True) == []
    trials.resume(["t1"])
    assert names(trials.form(1, is_hungry=False)) == [["t1"]]
    assert (len(trials), "t0" in trials, "t1" in trials) == (1, True, False)
    assert trials.form(1, is_hungry=True) == []


def test_a_trial_may_be_resumed_before_its_checkpoint_is_written():
    trials = paused([])
    trials.resume(["t0"])
    assert trials.form(1, is_hungry=True) == []
    trials.add(0, 0, part(0))
    assert names(trials.form(1, is_hungry=False)) == [["t0"]]
    # That was for this pause only.
    trials.add(1, 0, part(0, epoch=2))
    assert trials.form(1, is_hungry=True) == []


def test_a_trial_that_goes_on_in_its_worker_after_all_is_not_resumed_at_its_next_pause():
    trials = paused([])
    trials.resume(["t0", "t1"])
    trials.forget(["t0", "unknown"])
    trials.add(0, 0, part(0))
    trials.add(0, 1, part(1))
    assert names(trials.form(1, is_hungry=True)) == [["t1"]]


def test_where_nobody_is_left_to_wait_for_all_go_on():
    trials = paused([part(0), part(1)])
    trials.resume_all()
    assert names(trials.form(1, is_hungry=False)) == [["t0", "t1"]]
    assert len(trials) == 0


def test_a_trial_that_ends_while_it_is_paused_says_which_pack_it_has_left():
    trials = paused([part(0), part(1)])
    one = trials.pop("t1")
    assert (one.pack, one.index, "t1" in trials, len(trials)) == (0, 1, False, 1)
    trials.resume(["t0"])
    assert [(one.pack, one.index) for one in trials.pop_all()] == [(0, 0)]
    assert (len(trials), trials.pop_all(), trials.form(1, is_hungry=True)) == (0, [], [])


def test_only_trials_of_equal_kind_and_age_go_on_together():
    parts = [part(0), part(1, epoch=2), part(2, batch_size=32), part(3), part(4, decides=False), part(5, epoch=2)]
    trials = paused(parts)
    trials.resume_all()
    packs = trials.form(1, is_hungry=False)
    assert names(packs) == [["t0", "t3"], ["t1", "t5"], ["t2"], ["t4"]]
    assert [pack.resumed_epoch for pack in packs] == [1, 2, 1, 1]


@pytest.mark.parametrize(
    ("count", "is_hungry", "expected"),
    [
        (2 * SMALL_PACK - 1, False, []),
        (2 * SMALL_PACK, False, [16]),
        # Nobody waits while a worker has nothing to train.
        (3, True, [3]),
    ],
)
def test_trials_that_were_paused_to_be_merged_wait_for_a_pack_of_twice_the_small_size(count, is_hungry, expected):
    trials = paused([part(number) for number in range(count)], may_wait=True)
    assert [len(pack.trials) for pack in trials.form(1, is_hungry=is_hungry)] == expected
    assert len(trials) == count - sum(expected)


def test_trials_that_may_wait_go_along_with_one_of_their_kind_that_need_not():
    trials = paused([part(0), part(1), part(2, epoch=2)], may_wait=True)
    trials.add(0, 3, part(3))
    assert trials.form(1, is_hungry=False) == []
    trials.resume(["t3"])
    assert names(trials.form(1, is_hungry=False)) == [["t0", "t1", "t3"]]
    assert "t2" in trials


@pytest.mark.parametrize(
    ("count", "seconds", "workers", "most", "expected"),
    [
        # Long enough for each of four workers: dealt out in turn, so that the packs are about equal.
        (10, LONG, 4, 64, [3, 3, 2, 2]),
        # All together take two and a half times as long as the shortest pack, which is worth two packs.
        (10, SHORTEST_PACK_SECONDS / 4, 4, 64, [5, 5]),
        (10, 0.0, 4, 64, [10]),
        # No more fit into a pack than into the largest that was planned.
        (10, 0.0, 1, 4, [4, 3, 3]),
        (2, LONG, 4, 64, [1, 1]),
    ],
)
def test_trials_that_go_on_are_shared_among_the_workers_if_they_are_long_enough(
    count, seconds, workers, most, expected
):
    trials = paused([part(number, seconds=seconds) for number in range(count)], most=most)
    trials.resume_all()
    packs = trials.form(workers, is_hungry=False)
    assert [len(pack.trials) for pack in packs] == expected
    assert names(packs)[0] == [f"t{number}" for number in range(0, count, len(expected))]
    assert sum(pack.seconds for pack in packs) == pytest.approx(count * seconds)
    assert len(trials) == 0


def test_the_largest_pack_of_a_kind_counts_and_one_of_an_unknown_kind_has_one_trial():
    trials = PausedTrials()
    trials.measure([planned(2), planned(3), planned(1), planned(9, batch_size=32)])
    for number in range(6):
        trials.add(0, number, part(number))
    for number in range(6, 8):
        trials.add(0, number, part(number, decides=False))
    trials.resume_all()
    assert names(trials.form(1, is_hungry=False)) == [["t0", "t2", "t4"], ["t1", "t3", "t5"], ["t6"], ["t7"]]
