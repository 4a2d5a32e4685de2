"""Cosine decay is checked against a table by hand and torch's CosineAnnealingLR."""

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest
from torch.optim.lr_scheduler import CosineAnnealingLR

from trainers.schedules import Schedule

Read = Callable[..., list[float]]


def test_four_epochs_by_hand(by_epoch: Read) -> None:
    # (1 + cos(pi t / 4)) / 2 at t = 0, 1, 2, 3
    expected = [1.0, (1 + sqrt(0.5)) / 2, 0.5, (1 - sqrt(0.5)) / 2]
    np.testing.assert_allclose(by_epoch(Schedule("cosine"), 4), expected, rtol=1e-14)


def test_the_final_multiplier_is_where_the_cosine_ends(by_epoch: Read) -> None:
    # 0.2 + 0.8 (1 + cos(pi t / 2)) / 2 at t = 0, 1: 1, 0.6; t = 2, which would be 0.2, is after the training.
    np.testing.assert_allclose(by_epoch(Schedule("cosine", rate=0.2), 2), [1.0, 0.6], rtol=1e-14)


def test_by_step_it_goes_on_through_the_epochs(by_step: Read, by_epoch: Read) -> None:
    steps = by_step(Schedule("cosine", by="step", rate=0.1), 2, 3)
    np.testing.assert_allclose(steps, by_epoch(Schedule("cosine", rate=0.1), 6), rtol=1e-15)


@pytest.mark.parametrize("rate", [0.0, 0.3])
@pytest.mark.parametrize("total", [1, 2, 7, 100])
def test_agrees_with_torch(by_epoch: Read, torch_rates: Read, rate: float, total: int) -> None:
    expected = torch_rates(lambda optimizer: CosineAnnealingLR(optimizer, total, eta_min=rate), total)
    np.testing.assert_allclose(by_epoch(Schedule("cosine", rate=rate), total), expected, rtol=1e-10, atol=1e-14)


def test_without_the_length_of_the_training_it_is_refused() -> None:
    with pytest.raises(ValueError, match="`epochs` is needed by the decay 'cosine', which ends with the training"):
        Schedule("cosine").multipliers(0, 0, 1)
