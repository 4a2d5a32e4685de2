"""Warm-up is checked by hand before every rule, and against torch's SequentialLR."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, LinearLR, MultiStepLR, SequentialLR

from trainers.schedules import RULES, Schedule

Read = Callable[..., list[float]]


def test_four_epochs_of_warm_up_by_hand(by_epoch: Read) -> None:
    assert by_epoch(Schedule(warmup=4), 6) == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]


def test_it_rises_to_where_its_schedule_begins_which_begins_when_it_is_over(by_epoch: Read) -> None:
    # inverse_time with rate 1 has 1/2, 1/3, 1/4, ...; the warm-up of 2 has halves of its first.
    rates = by_epoch(Schedule("inverse_time", rate=1.0, warmup=2), 5)
    np.testing.assert_allclose(rates, [1 / 4, 1 / 2, 1 / 2, 1 / 3, 1 / 4], rtol=1e-15)


def test_boundaries_count_from_its_end(by_epoch: Read) -> None:
    stairs = Schedule("staircase", boundaries=(1, 2), values=(1.0, 0.5, 0.1), warmup=2)
    assert by_epoch(stairs, 6) == [0.5, 1.0, 1.0, 0.5, 0.1, 0.1]


def test_by_step_it_crosses_epochs(by_step: Read) -> None:
    assert by_step(Schedule(by="step", warmup=5), 2, 3) == [0.2, 0.4, 0.6, 0.8, 1.0, 1.0]


@pytest.mark.parametrize("kind", RULES)
def test_none_is_none(by_epoch: Read, kind: str) -> None:
    rate = 0.5 if RULES[kind].rate else None
    assert by_epoch(Schedule(kind, rate, warmup=0), 9) == by_epoch(Schedule(kind, rate), 9)


def test_a_warm_up_longer_than_the_training_only_rises(by_epoch: Read) -> None:
    assert by_epoch(Schedule("cosine", warmup=8), 4) == [0.125, 0.25, 0.375, 0.5]


@pytest.mark.parametrize(
    ("schedule", "make"),
    [
        (Schedule("exponential", rate=0.9, start=0, warmup=5), lambda o: ExponentialLR(o, 0.9)),
        (Schedule("cosine", rate=0.1, warmup=5), lambda o: CosineAnnealingLR(o, 15, eta_min=0.1)),
        (
            Schedule("staircase", boundaries=(3, 7), values=(1.0, 0.2, 0.04), warmup=5),
            lambda o: MultiStepLR(o, [3, 7], 0.2),
        ),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_agrees_with_torch(by_epoch: Read, torch_rates: Read, schedule: Schedule, make: Callable[..., Any]) -> None:
    expected = torch_rates(
        lambda o: SequentialLR(o, [LinearLR(o, start_factor=1 / 5, total_iters=4), make(o)], milestones=[5]), 20
    )
    np.testing.assert_allclose(by_epoch(schedule, 20), expected, rtol=1e-12)
