"""DeepOBS's noisy quadratic with the curvatures of a deep network: does it end where DeepOBS says that it ends?

Run ``python configs/published/quadratic_deep.py``; quadratic_deep.md holds what it prints, and what it does not show.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# So that it runs from a copy of the project that is not installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from trainers import batches as batching
from trainers.optimizers import step
from trainers.seeding import generator

Floats = NDArray[np.float64]

DIMENSIONS, EXAMPLES, NOISE = 100, 1000, 0.6
BATCH_SIZE, EPOCHS = 128, 100


@dataclass(frozen=True)
class Published:
    """One printed figure: the test loss after so many epochs, for a single seed."""

    name: str
    optimizer: str
    hyperparameters: Mapping[str, float]
    epochs: int
    loss: float


PUBLISHED = (
    Published("SGD", "sgd", {"learning_rate": 0.01}, EPOCHS, 87.3),
    Published("momentum", "heavy_ball", {"learning_rate": 0.0025, "beta1": 0.9}, EPOCHS, 87.4),
    Published("Adam", "adam", {"learning_rate": 0.001}, EPOCHS, 106.6),
    # The sample in the opening text of DeepOBS's tf_test_runner.py.
    Published("momentum, 10 epochs", "heavy_ball", {"learning_rate": 0.01, "beta1": 0.99}, 10, 155.575),
)


@dataclass(frozen=True)
class Problem:
    """The mean over examples x of ``(w - x)^T Q (w - x) / 2``.

    Args:
        hessian: Q, (100, 100).
        train: x to train on, (1000, 100).
        test: x to measure on, (1000, 100).
    """

    hessian: Floats
    train: Floats
    test: Floats

    def gradient(self, w: Floats, rows: NDArray[np.intp]) -> Floats:
        """The gradient of the mean over a batch, ``Q (w - mean x)``: (100,)."""
        return self.hessian @ (w - self.train[rows].mean(axis=0))

    def test_loss(self, w: Floats) -> float:
        """The mean over the full batches of the test set, as DeepOBS drops the last, shorter one."""
        away = w - self.test[: len(self.test) // BATCH_SIZE * BATCH_SIZE]
        return float(0.5 * np.mean(np.sum(away @ self.hessian * away, axis=1)))


def rotation(size: int, rng: np.random.RandomState) -> Floats:
    """Draw a rotation, uniform among all of them: from the plane upwards, a reflection for each further dimension.

    Reference: Diaconis and Shahshahani (1987), The subgroup algorithm for generating uniform random variables.
    """
    angle = 2 * np.pi * rng.uniform()
    turned = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    for dimension in range(3, size + 1):
        point = rng.normal(size=dimension)
        mirror = np.eye(dimension)[0] - point / np.linalg.norm(point)
        mirror /= np.linalg.norm(mirror)
        wider = np.eye(dimension)
        wider[1:, 1:] = turned
        turned = wider - 2 * np.outer(mirror, mirror @ wider)
    return -turned


def make_problem() -> Problem:
    """Draw the problem from DeepOBS's own seeds: 90 curvatures in (0, 1) and 10 in (30, 60), rotated."""
    rng = np.random.RandomState(42)
    curvatures = np.concatenate([rng.uniform(0, 1, 90), rng.uniform(30, 60, 10)])
    turned = rotation(DIMENSIONS, rng)
    train, test = (np.random.RandomState(seed).normal(0, NOISE, (EXAMPLES, DIMENSIONS)) for seed in (42, 43))
    return Problem(turned.T @ np.diag(curvatures) @ turned, train, test)


def reproduce(problem: Problem, published: Published, seed: int) -> float:
    """Train from all ones, and measure the test loss."""
    w: Floats = np.ones(DIMENSIONS)
    state: dict[str, Any] | None = None
    order = batching.epochs(EXAMPLES, BATCH_SIZE, generator(seed, "batches"))
    for _ in range(published.epochs):
        for rows in next(order):
            # DeepOBS drops the last batch where it is short.
            if len(rows) == BATCH_SIZE:
                gradient = problem.gradient(w, rows)
                w, state = step(published.optimizer, w, gradient, state, **published.hyperparameters)
    return problem.test_loss(w)


def table(seeds: int = 10) -> str:
    """The table of quadratic_deep.md."""
    problem = make_problem()
    lines = ["| optimizer | settings | published | here, mean | here, lowest to highest |", "|---|---|---|---|---|"]
    for published in PUBLISHED:
        losses = [reproduce(problem, published, seed) for seed in range(seeds)]
        settings = ", ".join(f"{name} {value:g}" for name, value in published.hyperparameters.items())
        span = f"{min(losses):.2f} to {max(losses):.2f}"
        lines.append(
            f"| {published.name} (`{published.optimizer}`) | {settings} | {published.loss} "
            f"| {np.mean(losses):.2f} | {span} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
