"""Descents against closed forms, and the steps that they take to leave saddles and plateaus."""

from __future__ import annotations

import numpy as np
import pytest

from trainers.averages import averages
from trainers.descents import descend, steps_to_leave, steps_until
from trainers.optimizers import OPTIMIZERS
from trainers.schedules import RULES, Schedule
from trainers.surfaces import PLATEAU, SADDLE, heights, quadratic


@pytest.mark.parametrize("kappa", [2.0, 10.0, 100.0])
def test_gradient_descent_at_its_best_step_shrinks_by_the_known_rate(kappa: float) -> None:
    # Both coordinates shrink by (kappa - 1) / (kappa + 1) a step at alpha = 2 / (kappa + 1).
    path = descend(quadratic(kappa), "sgd", {"learning_rate": 2.0 / (kappa + 1.0)}, 20, start=(1.0, 1.0))
    rate = (kappa - 1.0) / (kappa + 1.0)
    np.testing.assert_allclose(np.abs(path), (rate ** np.arange(21.0))[:, None] * [1.0, 1.0], rtol=1e-10)


def test_momentum_walks_along_the_average_of_its_gradients() -> None:
    surface = quadratic(5.0)
    path = descend(surface, "momentum", {"learning_rate": 0.1, "beta1": 0.8}, 30)
    gradients = np.stack(surface.gradient(path[:-1, 0], path[:-1, 1]), axis=1)
    np.testing.assert_allclose(np.diff(path, axis=0), -0.1 * averages(gradients, 0.8), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_goes_down_the_valley_and_walks_together_as_alone(optimizer: str) -> None:
    surface = quadratic(25.0)
    numbers = {"learning_rate": 0.01}
    together = descend(surface, optimizer, numbers, 60, start=[[-3.0, 2.0], [1.0, -1.0]])
    assert together.shape == (61, 2, 2)
    np.testing.assert_array_equal(together[:, 1], descend(surface, optimizer, numbers, 60, start=(1.0, -1.0)))
    assert heights(surface, together[-1, 0]) < heights(surface, together[0, 0])


def test_a_schedule_counts_a_step_as_an_epoch() -> None:
    # On f = x^2 / 2 a step multiplies x by 1 - alpha; the rates are 0.5 / (1 + t), t from 1.
    path = descend(
        quadratic(1.0), "sgd", {"learning_rate": 0.5}, 2, start=(1.0, 0.0), schedule=Schedule("inverse_time", 1.0)
    )
    np.testing.assert_allclose(path[:, 0], [1.0, 0.75, 0.75 * (1.0 - 0.5 / 3.0)])


def test_noise_has_the_deviation_that_was_asked_and_comes_from_the_generator() -> None:
    def walk(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return descend(quadratic(1.0), "sgd", {"learning_rate": 1.0}, 1, start=np.zeros((20000, 2)), noise=0.3, rng=rng)

    assert walk(0)[1].std() == pytest.approx(0.3, rel=0.02)
    np.testing.assert_array_equal(walk(0), walk(0))
    with pytest.raises(ValueError, match="`rng` is needed"):
        descend(quadratic(1.0), "sgd", {"learning_rate": 1.0}, 1, noise=0.3)


def test_a_walk_that_overflows_is_no_warning_and_leaves_nothing() -> None:
    path = descend(quadratic(25.0), "sgd", {"learning_rate": 10.0}, 500)
    assert not np.isfinite(path[-1]).all()
    assert steps_until(heights(quadratic(25.0), path), 1e-3) is None


def test_gradient_descent_leaves_the_saddle_when_its_growing_coordinate_says() -> None:
    # x_t = 0.8^t and y_t = 0.001 x 1.2^t: 0.64^t - 1e-6 x 1.44^t < -1 first at t = 38, as 1.44^38 = 1.04e6.
    assert steps_to_leave(SADDLE, descend(SADDLE, "sgd", {"learning_rate": 0.1}, 100)) == 38


def test_a_descent_that_stays_on_the_plateau_has_no_number_of_steps() -> None:
    assert steps_to_leave(PLATEAU, descend(PLATEAU, "sgd", {"learning_rate": 0.1}, 100)) is None
    assert steps_to_leave(PLATEAU, descend(PLATEAU, "adam", {"learning_rate": 0.1}, 100)) is not None
    with pytest.raises(ValueError, match="no saddle or plateau"):
        steps_to_leave(quadratic(2.0), np.zeros((1, 2)))


@pytest.mark.parametrize("kind", RULES)
def test_noise_free_walks_follow_every_schedule_by_epoch(kind: str) -> None:
    # On f = x^2 / 2 a step multiplies x by 1 - alpha m, so that the path tells the multipliers.
    rate = None if RULES[kind].rate is None else 0.5
    patience = {"patience": 0} if "patience" in RULES[kind].takes else {}
    schedule = Schedule(kind, rate, **patience)
    path = descend(
        quadratic(1.0), "sgd", {"learning_rate": 0.1}, 12, start=(1.0, 0.0), schedule=schedule, steps_per_epoch=3
    )
    multipliers = (1.0 - path[1:, 0] / path[:-1, 0]) / 0.1
    expected = np.concatenate([schedule.multipliers(e, 3 * e, 3, 4) for e in range(4)])
    np.testing.assert_allclose(multipliers, expected, rtol=1e-9)


def test_a_schedule_that_watches_reduces_each_walk_by_its_own_values() -> None:
    # A walk that starts at the minimum never improves on it; one that starts elsewhere does at each step.
    schedule = Schedule("reduce_on_plateau", 0.5, patience=0)
    path = descend(quadratic(1.0), "sgd", {"learning_rate": 0.1}, 3, start=[[1.0, 0.0], [0.0, 0.0]], schedule=schedule)
    np.testing.assert_allclose(path[:, 0, 0], 0.9 ** np.arange(4.0))
    rising = Schedule("reduce_on_plateau", 0.5, patience=0, threshold=0.5)
    # 0.81 of the value before is no improvement by half, so the rate halves after every epoch but the first.
    path = descend(quadratic(1.0), "sgd", {"learning_rate": 0.1}, 3, start=(1.0, 0.0), schedule=rising)
    np.testing.assert_allclose(path[:, 0], [1.0, 0.9, 0.9 * 0.9, 0.81 * 0.95])


@pytest.mark.parametrize("kind", ["constant", "reduce_on_plateau"])
def test_steps_are_counted_from_one_for_the_corrections(kind: str) -> None:
    # With both corrections each of Adam's steps is alpha while the gradient's size and sign stay.
    schedule = Schedule() if kind == "constant" else Schedule(kind, 0.5, patience=10)
    path = descend(quadratic(1.0), "adam", {"learning_rate": 1e-6}, 5, start=(1.0, -1.0), schedule=schedule)
    np.testing.assert_allclose(np.diff(path, axis=0), np.tile([-1e-6, 1e-6], (5, 1)), rtol=1e-4)
