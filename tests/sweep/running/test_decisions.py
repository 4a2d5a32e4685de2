"""A scheduler is told each report of a trial once, and what it has decided stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.planning.decision_points import DecisionPoints
from sweep.planning.metric_demand import SCHEDULER_TAG
from sweep.records import Arm, Trial, TrialResult
from sweep.running.decisions import Decisions
from sweep.running.reports import Report
from sweep.running.schedulers.scheduler import Pruned, Settled
from sweep.running.schedulers.successive_halving import SuccessiveHalving


class Scripted:
    """A scheduler that gives prepared verdicts, and remembers what it was told."""

    def __init__(self, verdict="continue", *, observes=False, compares_settings=False, counter="epoch", values=(2, 4)):
        self.verdict = verdict
        self.observes = observes
        self.compares_settings = compares_settings
        self.points = DecisionPoints(counter, values)
        self.settled = Settled()
        self.told = []

    def add(self, trials):
        self.told.append(("add", [trial.id for trial in trials]))

    def observe(self, one):
        self.told.append(("observe", one.trial.id, one.at, one.score))

    def decide(self, waiting):
        self.told += [("decide", one.trial.id, one.at, one.score) for one in waiting]
        return [self.verdict] * len(waiting)

    def end(self, trial, status, rung=None):
        self.told.append(("end", trial.id, status, rung))

    def settle(self):
        return self.settled


def trial(number, arm=None, seed=0):
    return Trial(f"t{number}", Arm(f"a{number if arm is None else arm}", "", {}), seed)


def report(rows, names=("score", "steps")):
    """A report of rows of epoch, index in the pack, and the values of the metrics; those of its last epoch wait."""
    epochs, trials, values = ([row[place] for row in rows] for place in range(3))
    return Report(
        names,
        np.array(epochs, dtype=np.int64),
        np.array(trials, dtype=np.int64),
        np.array(values, dtype=np.float64).reshape(len(rows), len(names)),
        (),
        0.0,
        1.0,
        0,
        False,
        waits=True,
    )


def result(one, scores, status="COMPLETED", rung=None, seconds=1.0):
    epochs = {"epoch": np.arange(1.0, len(scores) + 1), "score": np.array(scores, dtype=np.float64)}
    return TrialResult(one, status, epochs, {}, 0.0, seconds, pruned_rung=rung)


ONE, TWO = trial(0), trial(1)


def made(scheduler, mode="max", **options):
    decisions = Decisions(scheduler, "score", mode, **options)
    decisions.add([ONE, TWO])
    scheduler.told.clear()
    return decisions


def test_trials_that_wait_are_decided_on_at_their_last_row_and_others_are_only_seen():
    rows = [(1, 0, (0.1, 5)), (1, 1, (0.2, 5)), (2, 0, (0.3, 10)), (2, 1, (0.4, 10))]
    scheduler = Scripted("prune", observes=True)
    assert made(scheduler).take(report(rows), [ONE, TWO], [1]) == {1: "prune"}
    assert scheduler.told == [
        ("observe", "t0", 1.0, 0.1),
        ("observe", "t1", 1.0, 0.2),
        ("observe", "t0", 2.0, 0.3),
        ("decide", "t1", 2.0, 0.4),
    ]


def test_a_rule_that_only_decides_is_not_told_of_what_lies_between():
    scheduler = Scripted("pause")
    decisions = made(scheduler)
    assert decisions.take(report([(1, 0, (0.1, 5))]), [ONE, TWO], []) == {}
    assert decisions.take(report([(2, 0, (0.1, 5)), (2, 1, (0.3, 5))]), [ONE, TWO], [0, 1]) == {0: "pause", 1: "pause"}
    assert scheduler.told == [("decide", "t0", 2.0, 0.1), ("decide", "t1", 2.0, 0.3)]


def test_small_values_are_better_where_the_sweep_says_so_and_a_value_is_given_back_with_its_sign():
    scheduler = Scripted()
    decisions = made(scheduler, "min")
    decisions.take(report([(2, 0, (0.3, 10))]), [ONE, TWO], [0])
    assert scheduler.told == [("decide", "t0", 2.0, -0.3)]
    assert decisions.value_of("t0") == 0.3


@pytest.mark.parametrize("score", [np.nan, np.inf, -np.inf])
def test_a_trial_without_a_finite_value_has_none(score):
    decisions = made(Scripted())
    assert decisions.value_of("t0") is None
    decisions.take(report([(2, 0, (score, 10))]), [ONE, TWO], [0])
    assert decisions.value_of("t0") is None
    assert decisions.has_waited("t0")


def test_the_counter_may_be_any_metric_and_one_that_was_not_reported_is_no_number():
    scheduler = Scripted(observes=True, counter="steps")
    decisions = made(scheduler)
    decisions.take(report([(7, 0, (0.3, 10))]), [ONE, TWO], [0])
    assert decisions.rung_of("t0") == 10.0
    # Without the counter nothing is known to be new; without the metric, the trial has no score.
    decisions.take(report([(8, 0, (0.3,))], names=("score",)), [ONE, TWO], [])
    decisions.take(report([(8, 0, (20,))], names=("steps",)), [ONE, TWO], [])
    assert scheduler.told[0] == ("decide", "t0", 10.0, 0.3)
    ((kind, _, at, score),) = scheduler.told[1:]
    assert (kind, at) == ("observe", 20.0)
    assert np.isnan(score)


def test_a_report_without_rows_tells_nothing():
    scheduler = Scripted(observes=True)
    assert made(scheduler).take(report([], names=()), [ONE, TWO], []) == {}
    assert scheduler.told == []


def test_a_pack_that_is_trained_again_gets_the_same_decisions_and_the_rule_is_not_asked_twice():
    scheduler = Scripted("prune", observes=True)
    decisions = made(scheduler)
    first, second = report([(1, 0, (0.1, 5))]), report([(2, 0, (0.3, 10))])
    decisions.take(first, [ONE, TWO], [])
    assert decisions.take(second, [ONE, TWO], [0]) == {0: "prune"}
    told = list(scheduler.told)
    scheduler.verdict = "continue"
    assert decisions.take(first, [ONE, TWO], []) == {}
    assert decisions.take(second, [ONE, TWO], [0]) == {0: "prune"}
    assert scheduler.told == told


def test_a_trial_that_is_trained_again_passes_the_points_before_its_last_decision():
    scheduler = Scripted("continue")
    decisions = made(scheduler)
    decisions.take(report([(2, 0, (0.1, 5))]), [ONE, TWO], [0])
    scheduler.verdict = "prune"
    decisions.take(report([(4, 0, (0.3, 10))]), [ONE, TWO], [0])
    assert decisions.take(report([(2, 0, (0.1, 5))]), [ONE, TWO], [0]) == {0: "continue"}
    assert decisions.take(report([(4, 0, (0.3, 10))]), [ONE, TWO], [0]) == {0: "prune"}
    assert (decisions.rung_of("t0"), decisions.value_of("t0")) == (4.0, 0.3)


@pytest.mark.parametrize(
    ("settled", "expected"), [(Settled(resumed=("t0",)), "continue"), (Settled(pruned=(Pruned("t0", 2.0),)), "prune")]
)
def test_what_has_become_of_a_paused_trial_holds_when_it_comes_to_its_rung_again(settled, expected):
    scheduler = Scripted("pause")
    decisions = made(scheduler)
    again = report([(2, 0, (0.1, 5))])
    assert decisions.take(again, [ONE, TWO], [0]) == {0: "pause"}
    scheduler.settled = settled
    assert decisions.settle() == settled
    assert decisions.take(again, [ONE, TWO], [0]) == {0: expected}


def test_a_trial_that_is_pruned_before_it_has_begun_has_not_waited():
    scheduler = Scripted()
    decisions = made(scheduler)
    scheduler.settled = Settled(pruned=(Pruned("t1", 1.0),))
    assert decisions.settle().pruned == (Pruned("t1", 1.0),)
    assert not decisions.has_waited("t1")


def test_a_trial_is_judged_by_the_mean_of_the_seeds_that_have_come_to_the_same_point():
    scheduler = Scripted()
    members = [trial(0, arm=0, seed=0), trial(1, arm=0, seed=1), trial(2, arm=0, seed=2), trial(3, arm=1)]
    decisions = Decisions(scheduler, "score", "max")
    decisions.add(members)
    scheduler.told.clear()
    decisions.take(report([(2, 0, (0.2, 5)), (2, 1, (0.4, 5)), (2, 3, (0.9, 5))]), members, [0, 1, 3])
    decisions.take(report([(2, 2, (0.9, 5))]), members, [2])
    decisions.take(report([(4, 2, (0.7, 5))]), members, [2])
    scores = [score for _, _, _, score in scheduler.told]
    assert scores == pytest.approx([0.3, 0.3, 0.9, 0.5, 0.7], abs=1e-15)
    # The value of a trial is its own.
    assert decisions.value_of("t0") == 0.2


def test_a_seed_that_has_diverged_spoils_the_mean_of_its_setting():
    scheduler = Scripted()
    members = [trial(0, arm=0, seed=0), trial(1, arm=0, seed=1)]
    decisions = Decisions(scheduler, "score", "max")
    decisions.add(members)
    decisions.take(report([(2, 0, (0.2, 5)), (2, 1, (np.nan, 5))]), members, [0, 1])
    assert np.isnan([score for kind, *_, score in scheduler.told if kind == "decide"]).all()


def test_a_rule_that_compares_settings_gets_the_scores_of_the_seeds():
    scheduler = Scripted(compares_settings=True)
    members = [trial(0, arm=0, seed=0), trial(1, arm=0, seed=1)]
    decisions = Decisions(scheduler, "score", "max")
    decisions.add(members)
    decisions.take(report([(2, 0, (0.2, 5)), (2, 1, (0.4, 5))]), members, [0, 1])
    assert scheduler.told[1:] == [("decide", "t0", 2.0, 0.2), ("decide", "t1", 2.0, 0.4)]


def test_ends_are_passed_on_and_the_user_can_cancel_only_what_is_known():
    scheduler = Scripted()
    decisions = made(scheduler)
    decisions.end(ONE, "DIVERGED")
    decisions.cancel("t1")
    decisions.cancel("unknown")
    assert scheduler.told == [("end", "t0", "DIVERGED", None), ("end", "t1", "CANCELLED", None)]


def test_the_tag_names_the_rule_if_there_is_one():
    assert made(Scripted()).tags == {}
    assert made(Scripted(), rule="asha-3").tags == {SCHEDULER_TAG: "asha-3"}


def test_results_of_before_are_decided_on_where_they_have_waited_in_the_order_in_which_they_ended():
    scheduler = Scripted()
    decisions = Decisions(scheduler, "score", "min", cohorts=[["t0", "t1", "t2"]])
    decisions.restore(
        [
            # It completed at the second point, where it did not wait.
            result(TWO, [0.1, 0.2, 0.3, 0.4], seconds=9.0),
            result(ONE, [0.5, 0.6], "PRUNED", 2.0, seconds=3.0),
        ]
    )
    assert scheduler.told == []
    decisions.add([trial(2)])
    assert scheduler.told == [
        ("add", ["t0", "t1", "t2"]),
        ("observe", "t0", 1.0, -0.5),
        ("observe", "t0", 2.0, -0.6),
        ("decide", "t0", 2.0, -0.6),
        ("end", "t0", "PRUNED", 2.0),
        ("observe", "t1", 1.0, -0.1),
        ("observe", "t1", 2.0, -0.2),
        ("decide", "t1", 2.0, -0.2),
        ("observe", "t1", 3.0, -0.3),
        ("observe", "t1", 4.0, -0.4),
        ("end", "t1", "COMPLETED", None),
    ]
    scheduler.told.clear()
    decisions.add([trial(3)])
    assert scheduler.told == [("add", ["t3"])]


def test_a_result_without_epochs_or_without_the_metric_is_only_an_end():
    scheduler = Scripted()
    decisions = Decisions(scheduler, "accuracy", "max")
    failed = TrialResult(ONE, "FAILED", {}, {}, 0.0, 1.0)
    decisions.restore([failed, result(TWO, [0.1], "DIVERGED", seconds=2.0)])
    decisions.add([])
    kinds = [one[0] for one in scheduler.told]
    assert kinds == ["add", "end", "observe", "end"]
    assert np.isnan(scheduler.told[2][3])


def test_trials_that_were_planned_together_are_added_together_and_in_the_order_of_the_plan():
    scheduler = Scripted()
    decisions = Decisions(scheduler, "score", "max", cohorts=[["t0", "t1", "t2"], ["t3"], ["t4", "t5"]])
    decisions.restore([result(trial(4), [0.1]), result(trial(0), [0.1])])
    decisions.add([trial(9), trial(5), trial(8), trial(2), trial(1)])
    added = [names for kind, names in (one[:2] for one in scheduler.told) if kind == "add"]
    assert added == [["t0", "t1", "t2"], ["t4", "t5"], ["t9", "t8"]]


def test_proposals_that_were_one_bracket_are_one_after_a_restart_too():
    """The first four settings are all better than the next, of which the better half goes on all the same."""
    scores = [0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1]
    members = [trial(number) for number in range(8)]
    earlier, later = members[:4], members[4:]
    at_rung = report([(1, number, (score, 1)) for number, score in enumerate(scores[4:])])
    expected = {0: "continue", 1: "continue", 2: "prune", 3: "prune"}

    whole = Decisions(SuccessiveHalving(reduction_factor=2, max_t=2), "score", "max")
    whole.add(earlier)
    first = report([(1, number, (score, 1)) for number, score in enumerate(scores[:4])])
    assert whole.take(first, earlier, [0, 1, 2, 3]) == expected
    whole.add(later)
    assert whole.take(at_rung, later, [0, 1, 2, 3]) == expected

    cohorts = [[one.id for one in cohort] for cohort in (earlier, later)]
    again = Decisions(SuccessiveHalving(reduction_factor=2, max_t=2), "score", "max", cohorts=cohorts)
    again.restore(
        [
            *(result(one, [score, score]) for one, score in zip(earlier[:2], scores, strict=False)),
            *(result(one, [score], "PRUNED", 1.0) for one, score in zip(earlier[2:], scores[2:], strict=False)),
        ]
    )
    again.add(later)
    assert again.take(at_rung, later, [0, 1, 2, 3]) == expected
