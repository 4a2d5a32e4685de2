"""A staircase by hand: by a factor, and by boundaries with a value each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trainers.schedules import Schedule

Read = Callable[..., list[float]]


@pytest.mark.parametrize("start", [0, 1])
def test_a_staircase_with_a_factor_falls_after_every_n_finished_epochs(by_epoch: Read, start: int) -> None:
    schedule = Schedule("staircase", rate=0.5, interval=3, start=start)  # type: ignore[arg-type]
    assert by_epoch(schedule, 7) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25]


def test_a_staircase_with_boundaries_holds_each_value_through_its_boundary(by_epoch: Read) -> None:
    epochs = Schedule("staircase", boundaries=(2, 4), values=(1.0, 0.1, 0.01))
    assert by_epoch(epochs, 6) == [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
    steps = Schedule("staircase", by="step", boundaries=(2, 4), values=(1.0, 0.1, 0.01))
    assert steps.multipliers(0, 0, 3).tolist() == [1.0, 1.0, 0.1]
    assert steps.multipliers(1, 3, 3).tolist() == [0.1, 0.01, 0.01]
