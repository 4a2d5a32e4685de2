"""Which run of a trial is written, which was written before, and which are deleted."""

from __future__ import annotations

import re

import pytest

from sweep.tracking.trial_runs import TrialRun
from sweep.tracking.writers.run_ids import ChosenIds, choose_run_ids, run_id_of

FIRST, SECOND, THIRD = (run_id_of("parent", "t", number) for number in range(3))


def run_of(trial_id: str, outcome: str) -> TrialRun:
    return TrialRun(
        trial_id=trial_id,
        name=trial_id,
        status="FINISHED",
        outcome=outcome,
        started_milliseconds=0,
        ended_milliseconds=1,
        params={},
        tags={},
        points=(),
    )


def chosen(known, replaced=None, outcome="COMPLETED"):
    def look_up(run_ids):
        return {run_id: known[run_id] for run_id in run_ids if run_id in known}

    return choose_run_ids([run_of("t", outcome)], "parent", replaced or {}, look_up)


def test_ids_have_mlflows_form_and_differ_by_sweep_trial_and_number():
    ids = [run_id_of(*given) for given in (("a", "b", 0), ("a", "b", 1), ("a", "c", 0), ("b", "b", 0), ("a/b", "0", 0))]
    assert len(set(ids)) == 5
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in ids)


@pytest.mark.parametrize(
    ("known", "replaced", "expected"),
    [
        ({}, {}, ChosenIds({"t": FIRST}, {}, ())),
        # Another process, or an attempt whose response was lost, has written the same.
        ({FIRST: "COMPLETED"}, {}, ChosenIds({}, {"t": FIRST}, ())),
        # The trial ended differently before.
        ({FIRST: "FAILED"}, {}, ChosenIds({"t": SECOND}, {}, (FIRST,))),
        ({FIRST: None}, {}, ChosenIds({"t": SECOND}, {}, ())),
        ({FIRST: None, SECOND: "COMPLETED"}, {}, ChosenIds({}, {"t": SECOND}, ())),
        ({FIRST: None, SECOND: None}, {}, ChosenIds({"t": THIRD}, {}, ())),
        # A run that is to be replaced is deleted although its outcome is the same, whatever its id.
        ({FIRST: "COMPLETED"}, {"t": FIRST}, ChosenIds({"t": SECOND}, {}, (FIRST,))),
        ({}, {"t": "older"}, ChosenIds({"t": FIRST}, {}, ("older",))),
        ({FIRST: ""}, {"t": FIRST}, ChosenIds({"t": SECOND}, {}, (FIRST,))),
    ],
)
def test_a_trial_gets_the_first_free_id_after_those_that_are_deleted(known, replaced, expected):
    assert chosen(known, replaced) == expected


def test_trials_of_a_batch_are_chosen_each_for_itself():
    others = {run_id_of("parent", "a"): "COMPLETED", run_id_of("parent", "b"): "FAILED"}
    runs = [run_of(trial, "COMPLETED") for trial in ("a", "b", "c")]
    found = choose_run_ids(runs, "parent", {}, lambda ids: {one: others[one] for one in ids if one in others})
    assert found.written == {"a": run_id_of("parent", "a")}
    assert found.free == {"b": run_id_of("parent", "b", 1), "c": run_id_of("parent", "c")}
    assert found.outdated == (run_id_of("parent", "b"),)
