"""One cycle is checked by hand at its turning points, and against torch's OneCycleLR at every step."""

from collections.abc import Callable

import numpy as np
import pytest
from torch.optim.lr_scheduler import OneCycleLR

from trainers.schedules import Schedule

Read = Callable[..., list[float]]


def test_ten_steps_by_hand(by_step: Read) -> None:
    # T = 10, share 0.3: up at t = 0, 1, 2 with p = 0, 1/2, 1; down with p = (t - 2) / 7, so p = 1 at t = 9.
    rates = by_step(Schedule("one_cycle", by="step"), 2, 5)
    assert rates[0] == pytest.approx(1 / 25, rel=1e-14)
    assert rates[1] == pytest.approx((1 / 25 + 1) / 2, rel=1e-14)
    assert rates[2] == pytest.approx(1.0, rel=1e-14)
    assert rates[9] == pytest.approx(1 / 250_000, rel=1e-9)
    assert rates[5] + rates[6] == pytest.approx(1 + 1 / 250_000, rel=1e-9)  # the middle of the way down, mirrored
    assert sorted(rates[2:], reverse=True) == rates[2:]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.3, 0.5, 1.0])
@pytest.mark.parametrize(("epochs", "steps"), [(1, 7), (3, 20), (10, 13)])
def test_agrees_with_torch(by_step: Read, torch_rates: Read, share: float, epochs: int, steps: int) -> None:
    total = epochs * steps
    expected = torch_rates(
        lambda optimizer: OneCycleLR(optimizer, max_lr=1.0, total_steps=total, pct_start=share, cycle_momentum=False),
        total,
    )
    ours = by_step(Schedule("one_cycle", rate=share, by="step"), epochs, steps)
    np.testing.assert_allclose(ours, expected, rtol=1e-9)


def test_by_epoch_it_holds_through_each(by_epoch: Read, by_step: Read) -> None:
    assert by_epoch(Schedule("one_cycle"), 10) == by_step(Schedule("one_cycle", by="step"), 10, 1)


@pytest.mark.parametrize(("share", "first"), [(0.25, 1.0), (0.2, 0.990393)])
def test_where_no_step_rises_it_begins_at_the_top_or_below(by_step: Read, share: float, first: float) -> None:
    # T = 4: rate T - 1 = 0, where torch divides by zero; and -0.2, so p = 0.2 / 3.2: (1 + cos(pi / 16)) / 2 = 0.990393.
    rates = by_step(Schedule("one_cycle", rate=share, by="step"), 1, 4)
    assert rates[0] == pytest.approx(first, abs=1e-6)
    assert sorted(rates, reverse=True) == rates
