"""The plateau detector by hand, and on networks that sit on one: alone, in a pack, in mini-batches, on torch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from trainers.data import DataSource, load
from trainers.loop import train
from trainers.pack import NetworkSpec, Pack, TrialSpec
from trainers.plateaus import Plateau, observe


def steps_after(norms: list[float], losses: list[float] | None = None, steps: int = 1) -> list[int]:
    seen, counts = Plateau(), []
    for norm, loss in zip(norms, losses or [1.0] * len(norms), strict=True):
        seen = observe(seen, norm, loss, steps)
        counts.append(seen.steps)
    return counts


def test_epochs_count_from_where_the_average_is_below_a_tenth_of_its_highest() -> None:
    # A norm of 1, then zeros: v_hat = 0.1 x 0.9^(t - 1) / (1 - 0.9^t), 0.1014 at t = 7 and 0.0840 at t = 8.
    assert steps_after([1.0] + [0.0] * 9, steps=23) == [0] * 7 + [23, 46, 69]


def test_a_plateau_that_is_left_keeps_its_count() -> None:
    counts = steps_after([1.0] + [0.0] * 9 + [1.0] * 5)
    assert counts[9:] == [3] * 6


def test_a_small_gradient_at_a_low_loss_is_a_minimum_and_no_plateau() -> None:
    assert steps_after([1.0] + [0.0] * 9, [2.0] + [0.99] * 9)[-1] == 0
    assert steps_after([1.0] + [0.0] * 9, [2.0] + [1.01] * 9)[-1] == 3


def test_the_scale_of_the_gradient_does_not_matter() -> None:
    norms = [float(n) for n in np.random.default_rng(0).exponential(size=60) ** 4]
    assert steps_after(norms)[-1] > 0
    assert steps_after([2.0**-40 * n for n in norms]) == steps_after(norms)


def test_a_norm_that_overflowed_is_passed_over() -> None:
    with_overflow = steps_after([1.0, math.inf, math.nan] + [0.0] * 9)
    assert with_overflow[-1] == 3


SLOW = TrialSpec("sgd", {"learning_rate": 0.5})
QUICK = TrialSpec("adam", {"learning_rate": 0.01})


def counts_of(
    *trials: TrialSpec,
    hidden: tuple[int, ...] = (16, 16, 16),
    size: int | None = None,
    epochs: int = 200,
    **options: Any,
) -> list[int]:
    """Steps on a plateau at the end of a training on digits through sigmoid layers."""
    network = NetworkSpec(hidden, "sigmoid", "xavier")
    *_, last = train(Pack(load(DataSource("digits")), trials, network, size, epochs, **options))
    return [int(count) for count in last.values["steps_on_plateau"]]


def test_gradient_descent_sits_where_three_sigmoid_layers_are_flat_and_adam_does_not() -> None:
    slow, quick = counts_of(SLOW, QUICK)
    assert slow > 50
    assert quick == 0
    assert counts_of(SLOW) == [slow]


def test_a_network_that_just_learns_has_no_plateau() -> None:
    assert counts_of(SLOW, hidden=(), epochs=60) == [0]


def test_torch_counts_the_same() -> None:
    pytest.importorskip("torch")
    options: dict[str, Any] = {"dtype": "float64", "epochs": 60}
    assert counts_of(SLOW, QUICK, **options, backend="torch") == counts_of(SLOW, QUICK, **options)


def test_an_epoch_counts_with_all_its_steps() -> None:
    network = NetworkSpec((16, 16, 16), "sigmoid", "xavier")
    pack = Pack(load(DataSource("digits")), (SLOW,), network, 720, 150)
    counts = [0, *(int(epoch.values["steps_on_plateau"][0]) for epoch in train(pack))]
    assert set(np.diff(counts)) == {0, 2}  # 1,437 examples are a batch of 720 and one of 717


def test_the_noise_of_mini_batches_does_not_hide_a_plateau() -> None:
    (slow, quick) = counts_of(TrialSpec("sgd", {"learning_rate": 0.02}), QUICK, size=64, epochs=100)
    assert slow > 1000
    assert quick == 0
