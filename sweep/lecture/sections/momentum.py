"""Momentum: an average of the gradients crosses a narrow valley in fewer steps, in both of its forms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from sweep.lecture.labelled_lines import line, looks_by_label
from sweep.lecture.landscape import path_plot, path_table
from sweep.lecture.outcome import LectureSection, Outcome
from sweep.lecture.section_config import Beta, Settings, Steps
from sweep.reports.graph_records import Curves, Guide
from trainers.descents import descend, steps_until
from trainers.surfaces import heights, quadratic

if TYPE_CHECKING:
    import pandas as pd


class MomentumSettings(Settings):
    """Settings of the section."""

    condition_number: Annotated[float, Field(gt=1.0, le=1e6, examples=[25.0])]
    """Ratio of the curvature across the valley to the curvature along it."""

    steps: Steps
    """Number of steps of each descent."""

    crossed_at: Annotated[float, Field(gt=0.0, lt=1.0, examples=[1e-6])]
    """The valley counts as crossed once the height relative to the start is below this."""

    betas: Annotated[tuple[Beta, ...], Field(strict=False, min_length=1)]
    """Values of beta for the plot of steps against beta, each at its best learning rate."""

    condition_numbers: Annotated[
        tuple[Annotated[float, Field(gt=1.0, le=1e4, examples=[25.0])], ...], Field(strict=False, min_length=1)
    ]
    """Values for the plot of steps against the condition number, each at its best settings."""

    shown_steps: Annotated[int, Field(ge=2, le=1000, examples=[30])]
    """Number of steps of the paths on the contour plot."""


def best_rates(condition_number: float) -> tuple[float, float, float]:
    """The optimal settings on a quadratic: gradient descent's alpha, and heavy ball's alpha and beta.

    ``alpha = 2 / (kappa + 1)``; ``alpha = 4 / (r + 1)^2``, ``beta = ((r - 1) / (r + 1))^2``, ``r = sqrt(kappa)``

    >>> [round(number, 4) for number in best_rates(25.0)]
    [0.0769, 0.1111, 0.4444]

    Reference: Polyak (1964), Some methods of speeding up the convergence of iteration methods, section 3.
    """
    root = math.sqrt(condition_number)
    return 2.0 / (condition_number + 1.0), 4.0 / (root + 1.0) ** 2, ((root - 1.0) / (root + 1.0)) ** 2


def steps_at(beta: float, settings: MomentumSettings) -> int | None:
    """The fewest steps to cross with the given beta, over learning rates up to the largest stable one."""
    surface = quadratic(settings.condition_number)
    # The accumulated form is stable below alpha = 2 (1 + beta) / kappa.
    limit = 2.0 * (1.0 + beta) / settings.condition_number
    goal = settings.crossed_at * float(heights(surface, np.array(surface.start)))
    counts = [
        steps_until(heights(surface, descend(surface, "heavy_ball", numbers, settings.steps)), goal)
        for share in np.linspace(0.1, 0.98, 23)
        for numbers in [{"learning_rate": share * limit, "beta1": beta}]
    ]
    return min((count for count in counts if count is not None), default=None)


def steps_by_condition(settings: MomentumSettings) -> pd.DataFrame:
    """Steps to cross at the optimal settings: ``condition_number gradient_descent momentum``."""
    import pandas as pd

    rows = []
    for kappa in settings.condition_numbers:
        surface = quadratic(kappa)
        goal = settings.crossed_at * float(heights(surface, np.array(surface.start)))
        alpha, heavy_alpha, beta = best_rates(kappa)
        # Sufficient for gradient descent, which needs about kappa / 4 log(1 / crossed_at) steps.
        most = 50 + int(0.5 * kappa * math.log(1.0 / settings.crossed_at))
        plain = descend(surface, "sgd", {"learning_rate": alpha}, most)
        heavy = descend(surface, "heavy_ball", {"learning_rate": heavy_alpha, "beta1": beta}, most)
        rows.append((kappa, *(steps_until(heights(surface, path), goal) for path in (plain, heavy))))
    return pd.DataFrame(rows, columns=["condition_number", "gradient_descent", "momentum"])


def run(settings: MomentumSettings) -> Outcome:
    """Cross the valley with gradient descent and with both forms of momentum."""
    import pandas as pd

    kappa = settings.condition_number
    surface = quadratic(kappa)
    alpha, heavy_alpha, beta = best_rates(kappa)
    paths = {
        "gradient descent": descend(surface, "sgd", {"learning_rate": alpha}, settings.steps),
        "momentum (average)": descend(
            surface, "momentum", {"learning_rate": heavy_alpha / (1.0 - beta), "beta1": beta}, settings.steps
        ),
        "momentum (accumulated)": descend(
            surface, "heavy_ball", {"learning_rate": heavy_alpha, "beta1": beta}, settings.steps
        ),
    }
    rates = {
        "gradient descent": (f"{alpha:.4f}", "", (kappa - 1.0) / (kappa + 1.0)),
        "momentum (average)": (f"{heavy_alpha / (1.0 - beta):.4f}", f"{beta:.4f}", math.sqrt(beta)),
        "momentum (accumulated)": (f"{heavy_alpha:.4f}", f"{beta:.4f}", math.sqrt(beta)),
    }
    values = {label: heights(surface, path) for label, path in paths.items()}
    goal = settings.crossed_at * float(values["gradient descent"][0])
    crossed = {label: steps_until(height, goal) for label, height in values.items()}
    difference = float(np.max(np.abs(paths["momentum (average)"] - paths["momentum (accumulated)"])))
    by_beta = {b: steps_at(b, settings) for b in settings.betas}
    by_kappa = steps_by_condition(settings)
    reached = {b: count for b, count in by_beta.items() if count is not None}
    plain, with_momentum = (_steps(crossed[label], settings.steps) for label in list(paths)[:2])
    return Outcome(
        columns=("optimizer", "alpha", "beta", "factor a step, predicted", "factor, measured", "steps to cross"),
        rows=tuple(
            (
                label,
                *rates[label][:2],
                f"{rates[label][2]:.4f}",
                f"{_factor(values[label]):.4f}",
                _steps(crossed[label], settings.steps),
            )
            for label in paths
        ),
        sentence=(
            f"In a valley {kappa:g} times as curved across as along, momentum crosses in {with_momentum} steps and "
            "gradient "
            f"descent in {plain}, each at its best settings; the two forms of momentum differ by {difference:.0e}."
        ),
        formulas=(
            "average:  v = beta v + (1 - beta) g,  w = w - alpha v",
            "accumulated:  v = beta v + g,  w = w - alpha' v,  alpha' = (1 - beta) alpha",
            "f = (x^2 + kappa y^2) / 2",
        ),
        paragraphs=(
            f"Across this valley the surface is {kappa:g} times as curved as along it. Gradient descent must take "
            "steps "
            "small enough for the walls, swings from wall to wall, and creeps along the floor: at its best rate "
            f"2/(kappa + 1) = {alpha:.3f} the distance shrinks by (kappa - 1)/(kappa + 1) = "
            f"{rates['gradient descent'][2]:.3f} a step.",
            "Momentum steps along a running average of the gradients. Across the valley they alternate and cancel; "
            "along "
            f"it they agree and add up. At its best the distance shrinks by (sqrt(kappa) - 1)/(sqrt(kappa) + 1) = "
            f"{math.sqrt(beta):.3f} a step: {with_momentum} steps where gradient descent needs {plain}. (Measured "
            "a little above it: there both roots of the recursion coincide, and the distance falls as t times the "
            "power.) "
            "The narrower the valley, the more it helps: steps grow as kappa without, as sqrt(kappa) with momentum.",
            "The lecture averages, torch and Keras accumulate. v of the second form is 1/(1 - beta) times that of the "
            "first, so both take the same steps when the second has (1 - beta) times the learning rate; their paths "
            f"agree here to {difference:.0e}, which is rounding. Changing beta alone changes the length of the steps "
            "in the "
            "accumulated form only.",
        ),
        panels=looks_by_label(
            (
                path_plot(
                    f"The valley, condition number {kappa:g}; first {settings.shown_steps} steps",
                    surface,
                    {label: path[: settings.shown_steps + 1] for label, path in list(paths.items())[:2]},
                ),
                Curves(
                    "Height after each step",
                    "step",
                    "f above the minimum",
                    tuple(line(label, np.arange(len(height)), height) for label, height in values.items()),
                    guides=(Guide("crossed", y=goal),),
                    y_scale="log",
                    x_limits=(0.0, 1.3 * max(count or settings.steps for count in crossed.values())),
                    y_limits=(1e-2 * goal, 3.0 * float(values["gradient descent"][0])),
                ),
                Curves(
                    "Steps to cross against beta, each at its best learning rate",
                    "beta",
                    "steps",
                    (line("momentum", list(reached), list(reached.values()), has_dots=True),),
                    guides=(Guide(f"best beta by theory: {beta:.2f}", x=beta),),
                ),
                Curves(
                    "Steps to cross against the condition number, at the best settings",
                    "condition number kappa",
                    "steps",
                    (
                        line(
                            "gradient descent",
                            by_kappa["condition_number"].to_numpy(),
                            by_kappa["gradient_descent"].to_numpy(),
                            has_dots=True,
                        ),
                        line(
                            "momentum",
                            by_kappa["condition_number"].to_numpy(),
                            by_kappa["momentum"].to_numpy(),
                            has_dots=True,
                        ),
                    ),
                    x_scale="log",
                    y_scale="log",
                ),
            ),
        ),
        data={
            "paths": path_table(surface, paths),
            "condition_numbers": by_kappa,
            "betas": pd.DataFrame({"beta": list(by_beta), "steps_to_cross": pd.array(list(by_beta.values()), "Int64")}),
        },
    )


def _steps(count: int | None, most: int) -> str:
    return f"more than {most:,}" if count is None else f"{count:,}"


def _factor(values: np.ndarray) -> float:
    """The factor by which the distance shrinks per step, late in the descent but above rounding error."""
    last = int(np.flatnonzero(values > 1e-24 * values[0])[-1])
    first = last // 2
    return float((values[last] / values[first]) ** (0.5 / max(last - first, 1)))


SECTION = LectureSection(
    "momentum", "6", "Momentum", "How much sooner does momentum cross a narrow valley?", MomentumSettings, run
)
