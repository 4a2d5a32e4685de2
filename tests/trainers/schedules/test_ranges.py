"""A schedule whose numbers contradict each other or leave their range is refused, and says how to mend it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from trainers.schedules import RULES, Schedule
from trainers.schedules.ranges import applicable, broken_stairs


def test_a_decay_without_its_number_is_refused() -> None:
    with pytest.raises(ValueError, match="`decay_rate` is needed by the decay 'exponential'"):
        Schedule("exponential").multipliers(0, 0, 1)


def test_a_staircase_by_hand_takes_boundaries_and_values_in_place_of_a_rate() -> None:
    assert applicable("staircase", has_boundaries=True, has_warmup=False) == ("by", "boundaries", "values", "warmup")
    # Elsewhere boundaries change nothing, and are refused as what is not used.
    assert applicable("exponential", has_boundaries=True, has_warmup=True) == (
        *("rate", "by", "interval", "start"),
        "warmup",
    )


@pytest.mark.parametrize(
    ("boundaries", "values", "names"),
    [
        (None, None, []),
        ([5, 8], [1.0, 0.3, 0.1], []),
        ([5, 8], None, ["boundaries"]),
        (None, [1.0, 0.3], ["values"]),
        ([8, 5], [1.0, 0.3, 0.1], ["boundaries"]),
        ([5, 5], [1.0, 0.3, 0.1], ["boundaries"]),
        ([5, 8], [1.0, 0.3], ["values"]),
        ([8, 5], [1.0], ["boundaries", "values"]),
    ],
)
def test_boundaries_increase_and_have_one_value_more(boundaries: Any, values: Any, names: list[str]) -> None:
    assert [broken.name for broken in broken_stairs(boundaries, values)] == names


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"kind": "exponental", "rate": 0.5}, r"`kind` must be one of .*Did you mean `exponential`\?"),
        ({"kind": "exponential", "rate": 1.5}, r"`rate` must lie in \(0, 1\] .*base it is\. Received: 1\.5"),
        ({"kind": "exponential", "rate": math.nan}, r"`rate` must be a number, 0 or more\. Received: nan"),
        ({"kind": "exponential", "rate": 0.5, "by": "batch"}, r"`by` must be one of epoch, step\. Received: 'batch'"),
        ({"kind": "exponential", "rate": 0.5, "start": 2}, r"`start` must be one of 0, 1\. Received: 2"),
        ({"kind": "exponential", "rate": 0.5, "start": True}, r"`start` must be one of 0, 1\. Received: True"),
        ({"kind": "exponential", "rate": 0.5, "warmup": -1}, r"`warmup` must be a whole number, 0 or more"),
        ({"kind": "exponential", "rate": 0.5, "patience": 3}, r"`patience` is not used by this exponential decay"),
        ({"kind": "constant", "rate": 0.5}, r"`rate` is not used by this constant decay, which takes warmup\."),
        ({"kind": "cosine", "boundaries": (3,), "values": (1.0, 0.5)}, "`boundaries` is not used by this cosine decay"),
        ({"kind": "staircase", "rate": 0.5, "boundaries": (3,), "values": (1, 0.5)}, "`rate` is not used by this"),
        ({"kind": "staircase", "boundaries": (3,)}, "`boundaries` is given without `values`. Give both"),
        ({"kind": "staircase", "boundaries": (8, 5), "values": (1, 1, 1)}, r"must increase\. Received: \[8, 5\]\."),
        ({"kind": "staircase", "boundaries": (3, 0), "values": (1, 1, 1)}, r"`boundaries\[1\]` must be 1 or more"),
        ({"kind": "staircase", "boundaries": (3,), "values": (1, 0)}, r"`values\[1\]` must be above 0\. Received: 0"),
    ],
)
def test_a_number_that_a_sweep_file_could_not_state_is_refused(numbers: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Schedule(**numbers)


@pytest.mark.parametrize("kind", RULES)
def test_every_kind_has_a_schedule_with_and_without_a_warmup(kind: str) -> None:
    rate = 0.5 if RULES[kind].rate else None
    assert Schedule(kind, rate).warmup == 0
    assert Schedule(kind, rate, warmup=2, by="step").warmup == 2


def test_whole_numbers_of_numpy_are_taken_as_pythons_own() -> None:
    schedule = Schedule("exponential", rate=0.5, start=np.int64(0), interval=np.int32(2))  # type: ignore[arg-type]
    assert schedule.multipliers(4, 4, 1).tolist() == [0.25]
