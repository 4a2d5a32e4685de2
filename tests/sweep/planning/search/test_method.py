"""Methods that draw take the parts of a level in turn, and give every dimension a value of its domain."""

from __future__ import annotations

from sweep.config.distributions import Distribution
from sweep.planning.search.levels import Level
from sweep.planning.search.method import Draws
from sweep.planning.search.random import random
from sweep.planning.search.streams import stream_of

LEVEL = Level(
    "tree",
    (
        {"kind": ("tree",), "depth": (1, 2, 3)},
        {"kind": ("tree",), "rate": Distribution("uniform", 0.0, 1.0), "size": (8,)},
        {"kind": ("tree",)},
    ),
)


def draws(count: int) -> Draws:
    return Draws(LEVEL, random, [stream_of(0, str(part)) for part in range(3)], count)


def test_the_parts_take_turns():
    method = draws(9)
    assert [method.propose().part for _ in range(6)] == [0, 1, 2, 0, 1, 2]


def test_a_setting_has_a_value_of_each_dimension_of_its_part():
    method = draws(9)
    for _ in range(30):
        proposal = method.propose()
        part = LEVEL.parts[proposal.part]
        assert list(proposal.setting) == list(part)
        for name, domain in part.items():
            value = proposal.setting[name]
            assert domain.holds(value) if isinstance(domain, Distribution) else value in domain


def test_a_part_draws_the_same_whatever_the_others_are():
    alone = Draws(Level("tree", LEVEL.parts[:1]), random, [stream_of(0, "0")], 3)
    together = draws(9)
    mine = [one for one in (together.propose() for _ in range(30)) if one.part == 0]
    assert [one.setting for one in mine] == [alone.propose().setting for _ in range(10)]
