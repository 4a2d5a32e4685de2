"""A level proposes each setting once, points first, and stops with its budget."""

from __future__ import annotations

from sweep.analysis.wording import ALL_SETTINGS
from sweep.planning.search.budget import Budget
from sweep.planning.search.level_search import LevelSearch
from sweep.planning.search.levels import Level
from sweep.planning.search.method import Draws, Outcome, Proposal
from sweep.planning.search.random import random
from sweep.planning.search.streams import stream_of

LEVEL = Level(ALL_SETTINGS, ({"a": (1, 2, 3), "b": (1, 2, 3)},))


class Stubborn:
    """A method that proposes the same setting again and again."""

    def __init__(self):
        self.rejected, self.told, self.taken = 0, [], []

    def propose(self):
        return Proposal(0, {"a": 1, "b": 1})

    def take(self, proposal):
        self.taken.append(proposal.setting)
        return proposal

    def reject(self, proposal):
        self.rejected += 1

    def tell(self, proposal, outcome):
        self.told.append((proposal.setting, outcome.state))


def search(method, trials, accept=lambda setting: setting, points=()):
    draws = Draws(LEVEL, random, [stream_of(0, "test")], trials)
    budget = Budget(trials, "settings", lambda setting: 1.0)
    return LevelSearch(LEVEL, method, draws, accept, factor="", budget=budget, points=points, learns=True)


def all_of(level):
    return list(iter(level.ask, None))


def test_a_method_that_repeats_itself_is_asked_again_and_then_helped():
    method = Stubborn()
    level = search(method, 8)
    found = all_of(level)
    assert found[0] == {"a": 1, "b": 1}
    assert len({(one["a"], one["b"]) for one in found}) == len(found) == 8
    # Asked 30 times for each of the seven others, of which none was new.
    assert method.rejected == 7 * 30
    level.tell(found[3], Outcome(state="FAIL"))
    assert method.told == [(found[3], "FAIL")]
    assert level.is_exhausted
    assert level.pending == 0


def test_points_are_first_and_all_settings_of_a_small_level_follow():
    level = search(Stubborn(), 20, points=[Proposal(0, {"a": 3, "b": 2})])
    assert level.is_whole
    assert level.pending == 9
    found = all_of(level)
    assert found[0] == {"a": 3, "b": 2}
    assert len(found) == 9


def test_settings_that_are_not_accepted_do_not_count():
    level = search(Stubborn(), 4, accept=lambda setting: setting if setting["a"] != 1 else None)
    found = all_of(level)
    assert len(found) == 4
    assert {one["a"] for one in found} == {2, 3}
