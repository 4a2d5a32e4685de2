"""A bracket gives the places of a rung to the best, and no place to what was pruned before a sweep was resumed."""

from __future__ import annotations

from sweep.running.schedulers.brackets import Bracket
from sweep.running.schedulers.scheduler import Observation, Pruned


def bracket(trials, **options) -> Bracket:
    made = Bracket((1.0, 2.0), (2, 1), **options)
    for one in trials:
        made.add(one.id)
    return made


def test_a_trial_that_was_pruned_before_has_no_place_though_its_score_is_better(make_trial):
    trials = [make_trial(number) for number in range(3)]
    found = bracket(trials)
    found.take(Observation(trials[0], 1.0, 9.0))
    found.end("t000", rung=1.0)
    for one in trials[1:]:
        assert found.take(Observation(one, 1.0, 0.1))
    assert found.settle().resumed == ("t001", "t002")


def test_a_trial_that_was_pruned_at_a_later_rung_has_its_place_at_the_first(make_trial):
    trials = [make_trial(number) for number in range(3)]
    found = bracket(trials)
    for at in (1.0, 2.0):
        found.take(Observation(trials[0], at, 9.0))
    found.end("t000", rung=2.0)
    for one, score in zip(trials[1:], (0.1, 0.2), strict=True):
        found.take(Observation(one, 1.0, score))
    settled = found.settle()
    assert (settled.resumed, settled.pruned) == (("t002",), (Pruned("t001", 1.0),))


def test_a_bracket_is_full_when_it_has_as_many_trials_as_its_rung_takes(make_trial):
    trials = [make_trial(number) for number in range(3)]
    found = bracket(trials[:2], most=3)
    assert not found.is_full
    for one in trials[:2]:
        found.take(Observation(one, 1.0, 0.1))
    found.settle()
    assert found.is_full


def test_where_scores_are_equal_the_later_trial_goes_on_if_that_is_asked(make_trial):
    trials = [make_trial(number) for number in range(3)]
    found = bracket(trials, later_wins=True)
    for one in trials:
        found.take(Observation(one, 1.0, 0.5))
    assert found.settle().pruned == (Pruned("t000", 1.0),)
