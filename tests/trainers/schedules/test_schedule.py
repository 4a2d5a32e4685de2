"""Each decay is checked against a table worked out by hand, and torch's schedulers where they mean the same."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from trainers.schedules import RULES, Schedule

Read = Callable[..., list[float]]


def close(values: Sequence[float], expected: Sequence[float]) -> None:
    np.testing.assert_allclose(values, expected, rtol=1e-15)


def test_inverse_time_is_the_lectures_table(by_epoch: Read) -> None:
    # alpha0 = 0.2, rate 1: epoch 1 has 0.1, then 0.067, 0.05, 0.04
    rates = 0.2 * np.array(by_epoch(Schedule("inverse_time", rate=1.0), 4))
    assert rates.round(3).tolist() == [0.1, 0.067, 0.05, 0.04]
    close(rates.tolist(), [0.2 / 2, 0.2 / 3, 0.2 / 4, 0.2 / 5])


def test_inverse_time_counted_from_zero_begins_at_alpha0(by_epoch: Read) -> None:
    close(by_epoch(Schedule("inverse_time", rate=0.5, start=0), 4), [1, 1 / 1.5, 1 / 2, 1 / 2.5])


def test_exponential_is_a_power_of_its_base(by_epoch: Read) -> None:
    close(by_epoch(Schedule("exponential", rate=0.5), 3), [0.5, 0.25, 0.125])
    close(by_epoch(Schedule("exponential", rate=0.5, start=0), 3), [1, 0.5, 0.25])


def test_inverse_sqrt_by_epoch(by_epoch: Read) -> None:
    close(by_epoch(Schedule("inverse_sqrt", rate=3.0), 4), [3, 3 / 2**0.5, 3 / 3**0.5, 1.5])
    # From 0, t is held at 1 where it would be 0.
    close(by_epoch(Schedule("inverse_sqrt", rate=3.0, start=0), 4), [3, 3, 3 / 2**0.5, 3 / 3**0.5])


def test_inverse_sqrt_by_step_goes_on_through_the_epochs() -> None:
    schedule = Schedule("inverse_sqrt", rate=1.0, by="step")
    assert schedule.multipliers(0, 0, 3).tolist() == [1, 1 / 2**0.5, 1 / 3**0.5]
    assert schedule.multipliers(1, 3, 2).tolist() == [0.5, 1 / 5**0.5]


def test_an_interval_holds_the_rate_for_floor_of_number_by_interval(by_epoch: Read) -> None:
    # Epochs 1 to 6 with interval 3: floor = 0, 0, 1, 1, 1, 2; from zero: 0, 0, 0, 1, 1, 1
    close(by_epoch(Schedule("inverse_time", rate=1.0, interval=3), 6), [1, 1, 1 / 2, 1 / 2, 1 / 2, 1 / 3])
    close(by_epoch(Schedule("inverse_time", rate=1.0, interval=3, start=0), 6), [1, 1, 1, 1 / 2, 1 / 2, 1 / 2])
    steps = Schedule("exponential", rate=0.5, interval=2, by="step").multipliers(0, 0, 5)
    assert steps.tolist() == [1, 0.5, 0.5, 0.25, 0.25]


@pytest.mark.parametrize(
    ("schedule", "make"),
    [
        (Schedule("exponential", rate=0.9, start=0), lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9)),
        (Schedule("staircase", rate=0.3, interval=4), lambda o: torch.optim.lr_scheduler.StepLR(o, 4, 0.3)),
        (
            Schedule("staircase", boundaries=(3, 7), values=(1.0, 0.2, 0.04)),
            lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [3, 7], 0.2),
        ),
    ],
)
def test_agrees_with_torchs_scheduler(
    by_epoch: Read, torch_rates: Read, schedule: Schedule, make: Callable[..., Any]
) -> None:
    np.testing.assert_allclose(by_epoch(schedule, 12), torch_rates(make, 12), rtol=1e-14)


@pytest.mark.parametrize("by", ["epoch", "step"])
@pytest.mark.parametrize("kind", [kind for kind, rule in RULES.items() if rule.neutral_rate is not None])
def test_at_its_neutral_rate_a_decay_is_exactly_one_for_ever(kind: str, by: str) -> None:
    schedule = Schedule(kind, rate=RULES[kind].neutral_rate, by=by)  # type: ignore[arg-type]
    assert set(schedule.multipliers(10_000, 10_000_000, 1000, epochs=20_000, reductions=3).tolist()) == {1.0}


def test_the_steps_of_a_million_steps_are_counted_exactly() -> None:
    schedule = Schedule("inverse_time", rate=1.0, by="step")
    assert schedule.multipliers(9, 10**7, 1).item() == float(1 / Fraction(10**7 + 2))
