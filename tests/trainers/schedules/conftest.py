"""Reads the multipliers of a schedule back, and those that torch's schedulers give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from trainers.schedules import Schedule


@pytest.fixture(scope="session")
def by_epoch() -> Callable[..., list[float]]:
    """The multiplier of each epoch, which must hold for all its steps: ``by_epoch(schedule, epochs)``."""

    def read(schedule: Schedule, epochs: int, steps: int = 3) -> list[float]:
        table = [schedule.multipliers(epoch, epoch * steps, steps, epochs) for epoch in range(epochs)]
        assert all(len(row) == steps and len(set(row.tolist())) == 1 for row in table)
        return [float(row[0]) for row in table]

    return read


@pytest.fixture(scope="session")
def by_step() -> Callable[..., list[float]]:
    """The multiplier of each step of all epochs: ``by_step(schedule, epochs, steps an epoch)``."""

    def read(schedule: Schedule, epochs: int, steps: int) -> list[float]:
        return [
            float(value)
            for epoch in range(epochs)
            for value in schedule.multipliers(epoch, epoch * steps, steps, epochs)
        ]

    return read


@pytest.fixture(scope="session")
def torch_rates() -> Callable[..., list[float]]:
    """The learning rates of a torch scheduler from 1.0: ``torch_rates(make, counts)``."""
    import torch

    def read(make: Callable[[Any], Any], counts: int) -> list[float]:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        scheduler = make(optimizer)
        rates = []
        for count in range(counts):
            rates.append(float(scheduler.get_last_lr()[0]))
            optimizer.step()
            if count < counts - 1:
                scheduler.step()
        return rates

    return read
