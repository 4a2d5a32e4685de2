"""Two answers to a training are joined into one, in which each trial leaves once."""

from __future__ import annotations

import pytest

from sweep.execution.sources.source import Answer


def test_an_answer_without_trials_lets_all_go_on():
    assert Answer().joined(Answer()) == Answer() == Answer(stop=(), pause=())


def test_trials_of_both_answers_leave_in_the_order_in_which_they_were_named():
    assert Answer((3,), (1,)).joined(Answer((2,), (0,))) == Answer(stop=(3, 2), pause=(1, 0))


@pytest.mark.parametrize("answers", [(Answer(stop=(1,)), Answer(pause=(1,))), (Answer(pause=(1,)), Answer(stop=(1,)))])
def test_a_trial_that_ends_does_not_pause_whichever_came_first(answers):
    one, other = answers
    assert one.joined(other) == Answer(stop=(1,))


def test_a_trial_that_both_answers_name_leaves_once():
    assert Answer((0,), (1, 2)).joined(Answer((0, 3), (2, 1))) == Answer(stop=(0, 3), pause=(1, 2))
