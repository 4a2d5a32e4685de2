"""Packs that end, start over or lose a worker for good leave no trial behind."""

from __future__ import annotations

import numpy as np

from sweep.running.commands import EndTrials, FailPack, FormPack, StopPack, StopTrials
from sweep.running.pack_queue import PackQueue
from sweep.running.reports import PackCollector, Report
from trainers.loop import Ended

NOTHING = np.empty(0, dtype=np.int64)


def ends(*ended: Ended) -> Report:
    return Report((), NOTHING, NOTHING, np.empty((0, 0)), ended, 0.0, 1.0, 0, False)


def trained(pack) -> PackQueue:
    queue = PackQueue()
    queue.plan([pack])
    number, _ = queue.take()
    queue[number].worker = "w"
    return queue


def test_where_no_worker_can_start_packs_and_paused_trials_fail(pack):
    queue = trained(pack)
    queue.take_ends(0, ends(Ended(1, "PAUSED", 1)))
    assert queue.fail_all("No.") == [FailPack(0, "No."), EndTrials(0, (Ended(1, "FAILED", 0, error="No."),))]
    assert queue.is_empty


def test_a_pack_that_fails_takes_no_paused_trial_along(pack, trials):
    collector = PackCollector(trials)
    collector.add(ends(Ended(1, "PAUSED", 1)))
    assert [result.trial.id for result in collector.fail("No.", 2.0)] == ["t0"]
    (result,) = collector.end([Ended(1, "PRUNED", 0, rung=1.0)], 3.0, {})
    assert (result.trial.id, result.status) == ("t1", "PRUNED")


def test_a_pack_that_starts_over_is_formed_anew_of_those_that_are_left(pack):
    queue = trained(pack)
    queue.take_ends(0, ends(Ended(0, "DIVERGED", 1)))
    queue.restart(0)
    number, (formed,) = queue.take()
    assert isinstance(formed, FormPack)
    assert (number, [trial.id for trial in formed.planned.trials], queue[number].attempt) == (1, ["t1"], 1)


def test_trials_that_end_by_a_decision_leave_their_pack_and_the_last_one_stops_it(pack):
    queue = trained(pack)
    how = Ended(0, "PRUNED", 0, rung=1.0)
    assert queue.end_trial("t1", how, {})[1] == StopTrials("w", 0, 0, (1,))
    assert (queue.is_left("t0"), queue.is_left("t1")) == (True, False)
    assert queue.end_trial("t1", how, {}) == []
    assert queue.end_trial("t0", how, {})[1] == StopPack("w", 0, 0)
    assert queue.end_trial("unknown", how, {}) == []
