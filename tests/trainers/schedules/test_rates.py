"""The learning rates of a whole training, worked out by hand step by step."""

from __future__ import annotations

from typing import Any

import pytest

from trainers.schedules import Schedule
from trainers.schedules.rates import rates

PLATEAU = Schedule("reduce_on_plateau", rate=0.5, patience=0, threshold=0.0)


def test_a_rate_that_counts_epochs_is_the_same_in_all_steps_of_one() -> None:
    # 0.2 / (1 + epoch), epochs from 1.
    found = rates(Schedule("inverse_time", rate=1.0), 0.2, epochs=3, steps_per_epoch=2)
    assert found == pytest.approx([0.1, 0.1, 0.2 / 3, 0.2 / 3, 0.05, 0.05], rel=1e-15)


def test_a_rate_that_counts_steps_goes_on_from_epoch_to_epoch() -> None:
    found = rates(Schedule("exponential", rate=0.5, by="step"), 8.0, epochs=2, steps_per_epoch=3)
    assert found.tolist() == [4.0, 2.0, 1.0, 0.5, 0.25, 0.125]


def test_a_schedule_that_ends_with_the_training_is_told_its_length() -> None:
    # Half a cosine over 4 epochs: (1 + cos(0, 45, 90, 135 degrees)) / 2.
    root = 2**-0.5
    assert rates(Schedule("cosine"), 1.0, epochs=4) == pytest.approx([1, (1 + root) / 2, 0.5, (1 - root) / 2])


def test_a_schedule_that_watches_the_loss_falls_in_the_epoch_after_a_bad_one() -> None:
    # 3 is no improvement on 2, so that the fourth epoch has half of the rate; the last loss comes too late.
    found = rates(PLATEAU, 1.0, epochs=4, steps_per_epoch=2, val_losses=[4.0, 2.0, 3.0, 9.0])
    assert found.tolist() == [1.0] * 6 + [0.5] * 2


@pytest.mark.parametrize(("losses", "received"), [(None, "None"), ([], "0"), ([1.0, 0.5], "2")])
def test_a_schedule_that_watches_the_loss_needs_one_for_each_epoch(losses: Any, received: str) -> None:
    with pytest.raises(ValueError, match=rf"`val_losses` must hold a loss for each of 3 .* Received: {received}\."):
        rates(PLATEAU, 1.0, epochs=3, val_losses=losses)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"epochs": 0}, "`epochs` must be 1 or more. Received: 0"),
        ({"epochs": 1.5}, "`epochs` must be a whole number. Received: 1.5"),
        ({"epochs": 1, "steps_per_epoch": 0}, "`steps_per_epoch` must be 1 or more. Received: 0"),
    ],
)
def test_a_count_out_of_its_range_is_refused(counts: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        rates(Schedule(), 0.1, **counts)
