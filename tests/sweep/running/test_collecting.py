"""Each command that ends trials gives their results once, whichever pack they are in by then."""

from __future__ import annotations

import pytest

from sweep.running.collecting import READ, Collectors
from sweep.running.commands import (
    AcceptReport,
    EndExecution,
    EndTrials,
    FailPack,
    FormPack,
    PlanMore,
    RestartPack,
    StopPack,
)
from trainers.loop import Ended


@pytest.fixture
def collectors(pack):
    """The collector of one pack, whose trials are t0 and t1."""
    found = Collectors()
    found.add([pack])
    return found


def facts(results):
    return [(one.trial.id, one.status, one.epochs["epoch"].tolist()) for one in results]


def test_packs_have_the_numbers_in_which_they_come(pack):
    collectors = Collectors()
    assert (len(collectors), list(collectors), collectors.busy_seconds) == (0, [], 0.0)
    collectors.add([pack.only([0]), pack.only([1])])
    collectors.add([])
    assert len(collectors) == 2
    assert [one.trials[0].id for one in collectors] == ["t0", "t1"]
    assert collectors[1].trials[0].id == "t1"


def test_a_report_gives_the_results_of_the_trials_that_end_with_it(collectors, make_report):
    assert collectors.take(AcceptReport(0, make_report(0, 1, [0.9, 0.8])), 5.0) == []
    end = make_report(1, 2, [0.7, 0.6], [(1, "COMPLETED", 20)])
    (result,) = collectors.take(AcceptReport(0, end), 5.0)
    assert facts([result]) == [("t1", "COMPLETED", [1.0, 2.0])]
    # At the time of the report, and not of the command.
    assert result.ended_seconds == 102.0


def test_a_decision_ends_trials_at_its_own_time_and_with_its_tags(collectors, make_report):
    collectors.take(AcceptReport(0, make_report(0, 1, [0.9, 0.8])), 5.0)
    how = Ended(0, "PRUNED", 0, rung=1.0, value=0.9)
    (result,) = collectors.take(EndTrials(0, (how,), {"scheduler": "asha"}), 103.0)
    assert facts([result]) == [("t0", "PRUNED", [1.0])]
    assert (result.ended_seconds, result.pruned_rung, result.pruned_value) == (103.0, 1.0, 0.9)
    assert result.tags == {"scheduler": "asha"}
    # It ends once.
    assert collectors.take(EndTrials(0, (how,), {}), 104.0) == []


def test_a_trial_that_is_cancelled_before_its_first_report_has_no_epochs(collectors):
    (result,) = collectors.take(EndTrials(0, (Ended(1, "CANCELLED", 0),), {}), 3.0)
    assert facts([result]) == [("t1", "CANCELLED", [])]
    assert (result.started_seconds, result.ended_seconds) == (3.0, 3.0)


def test_a_pack_that_fails_takes_only_those_along_that_had_not_ended(collectors, make_report):
    collectors.take(AcceptReport(0, make_report(0, 1, [0.8], [(0, "DIVERGED", 3)], rows=(1,))), 5.0)
    (result,) = collectors.take(FailPack(0, "It raised."), 6.0)
    assert (result.trial.id, result.status, result.error, result.ended_seconds) == ("t1", "FAILED", "It raised.", 6.0)
    assert collectors.take(FailPack(0, "Again."), 7.0) == []


def test_a_trial_that_goes_on_in_a_new_pack_ends_there_with_the_epochs_that_are_reported_there(
    collectors, pack, make_report
):
    collectors.take(AcceptReport(0, make_report(0, 1, [0.9, 0.8])), 5.0)
    collectors.take(AcceptReport(0, make_report(1, 1, [], [(1, "PAUSED", 10)], rows=())), 5.0)
    assert collectors.take(FormPack(1, pack.only([1]).going_on(1)), 5.0) == []
    assert len(collectors) == 2
    # The old pack has it no more, even if it fails.
    assert facts(collectors.take(FailPack(0, "It raised."), 6.0)) == [("t0", "FAILED", [])]
    assert collectors.take(EndTrials(0, (Ended(1, "CANCELLED", 0),), {}), 6.0) == []
    # A pack that goes on reports what came before again.
    collectors.take(AcceptReport(1, make_report(0, 1, [0.8], rows=(0,))), 7.0)
    (result,) = collectors.take(AcceptReport(1, make_report(1, 2, [0.4], [(0, "COMPLETED", 20)], rows=(0,))), 7.0)
    assert facts([result]) == [("t1", "COMPLETED", [1.0, 2.0])]


def test_a_trial_that_moves_twice_leaves_the_pack_that_had_it_last(collectors, pack):
    collectors.take(FormPack(1, pack.only([1])), 5.0)
    collectors.take(FormPack(2, pack.only([1])), 5.0)
    assert collectors.take(FailPack(1, "It raised."), 6.0) == []
    assert facts(collectors.take(FailPack(2, "It raised."), 6.0)) == [("t1", "FAILED", [])]


def test_the_training_time_is_that_of_all_packs_and_attempts(collectors, pack, make_report):
    collectors.take(FormPack(1, pack.only([1])), 5.0)
    collectors.take(AcceptReport(0, make_report(0, 2, [0.9], rows=(0,))), 5.0)
    # A report with the number 0 begins another attempt: 2 seconds, and then 3.
    collectors.take(AcceptReport(0, make_report(0, 3, [0.9], rows=(0,))), 5.0)
    collectors.take(AcceptReport(1, make_report(0, 4, [0.9], rows=(0,))), 5.0)
    assert collectors.busy_seconds == 2.0 + 3.0 + 4.0


def test_other_commands_change_nothing(collectors):
    others = [StopPack("w", 0, 0), RestartPack(0, 1), PlanMore(), EndExecution(at_once=True)]
    assert not any(isinstance(command, READ) for command in others)
    assert [collectors.take(command, 1.0) for command in others] == [[], [], [], []]
    assert len(collectors) == 1
