"""RMSprop: each coordinate is divided by the root mean square of its gradients, with epsilon outside the root."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from sweep.analysis.wording import level_name
from sweep.lecture.labelled_lines import line, looks_by_label
from sweep.lecture.landscape import path_plot, path_table
from sweep.lecture.outcome import LectureSection, Outcome, short
from sweep.lecture.section_config import Beta, Rate, Settings, Steps
from sweep.reports.graph_records import Curves, Guide
from trainers.averages import averages
from trainers.descents import descend
from trainers.surfaces import heights, quadratic

LABELS = {name: level_name(name) for name in ("sgd", "rmsprop")}


class RMSpropSettings(Settings):
    """Settings of the section."""

    condition_number: Annotated[float, Field(gt=1.0, le=1e6, examples=[100.0])]
    """Ratio of the curvature across the valley (y) to the curvature along it (x)."""

    steps: Steps
    """Number of steps of each descent."""

    learning_rate: Rate
    """Learning rate of RMSprop."""

    beta2: Beta
    """Decay rate of the average of squared gradients."""

    epsilon: Annotated[float, Field(gt=0.0, le=1.0, examples=[1e-8])]
    """Constant added to the root for numerical stability."""


def run(settings: RMSpropSettings) -> Outcome:
    """Descend the valley with and without the division, and compare epsilon inside and outside the root."""
    import pandas as pd

    kappa, epsilon = settings.condition_number, settings.epsilon
    surface = quadratic(kappa)
    numbers = {"learning_rate": settings.learning_rate, "beta2": settings.beta2, "epsilon": epsilon}
    # Gradient descent at three quarters of the largest stable rate, 2 / kappa.
    paths = {
        "sgd": descend(surface, "sgd", {"learning_rate": 1.5 / kappa}, settings.steps),
        "rmsprop": descend(surface, "rmsprop", numbers, settings.steps),
    }
    moves = {name: np.abs(np.diff(path, axis=0)) for name, path in paths.items()}
    first = {name: move[0] for name, move in moves.items()}
    path = paths["rmsprop"]
    gradients = np.stack(surface.gradient(path[:-1, 0], path[:-1, 1]), axis=1)
    roots = np.sqrt(averages(gradients**2, settings.beta2))
    sizes = np.logspace(-9.0, 0.0, 46)
    outside, inside = sizes / (sizes + epsilon), sizes / np.sqrt(sizes**2 + epsilon)
    half_outside, half_inside = epsilon, float(np.sqrt(epsilon / 3.0))
    quiet = np.flatnonzero(moves["rmsprop"][:, 1] < 0.1 * settings.learning_rate)
    late = moves["rmsprop"][quiet[0] :, 1] if quiet.size else np.zeros(1)
    steps = np.arange(1, settings.steps + 1)
    ratios = {name: float(move[1] / move[0]) for name, move in first.items()}
    ends = {name: float(heights(surface, walked)[-1]) for name, walked in paths.items()}
    return Outcome(
        columns=(
            "optimizer",
            "first step along x",
            "first step across y",
            "across / along",
            f"f after {settings.steps}",
        ),
        rows=tuple(
            (
                LABELS[name],
                short(float(first[name][0])),
                short(float(first[name][1])),
                short(ratios[name]),
                short(ends[name]),
            )
            for name in paths
        ),
        sentence=(
            f"Gradient descent's first step is {ratios['sgd']:.0f} times as long across the valley as along it; "
            "RMSprop's "
            f"is as long in both (ratio {ratios['rmsprop']:.2f}). With epsilon = {epsilon:g} outside the root a step "
            "is "
            f"halved at gradients of {half_outside:.0e}, inside it already at {half_inside:.0e}."
        ),
        formulas=(
            "s = beta_2 s + (1 - beta_2) g^2  (element by element)",
            "w = w - alpha g / (sqrt(s) + epsilon)",
        ),
        paragraphs=(
            "RMSprop keeps an average of the squared gradient of each parameter and divides the gradient by its root. "
            f"Across the valley, where slopes are {kappa:g} times as steep, the root is large too, and the division "
            "takes "
            "the steepness out; along it the root is small and the step stays as long. So one learning rate suits both "
            f"directions: {settings.learning_rate:g} here, where gradient descent may not exceed 2/kappa = "
            f"{2 / kappa:g}.",
            "The average starts at 0 and is not corrected, so the first steps are longer than alpha: the very first "
            "is "
            f"alpha / sqrt(1 - beta_2) = {first['rmsprop'][0]:.3g} in each direction. Near the minimum the steps do "
            "not "
            "shrink by themselves, as small gradients are divided by small roots: after the path has come to rest "
            "across the "
            f"valley, and the root there has faded, steps flare up again to {late.max() / settings.learning_rate:.1f} "
            "alpha. A "
            "decaying learning rate ends that.",
            "Epsilon keeps the division from blowing up. The lecture, torch and this program add it to the root; Keras "
            f"and optax add it under the root, where it acts like sqrt(epsilon): {np.sqrt(epsilon):.0e} instead of "
            f"{epsilon:.0e}. A setting carried from one to the other needs its square.",
        ),
        panels=looks_by_label(
            (
                path_plot(
                    f"The valley, condition number {kappa:g}",
                    surface,
                    {LABELS[name]: walked for name, walked in paths.items()},
                ),
                Curves(
                    "RMSprop: gradients and their running roots",
                    "step",
                    "size",
                    (
                        line("|gradient| along x", steps, np.abs(gradients[:, 0])),
                        line("sqrt(s) along x", steps, roots[:, 0]),
                        line("|gradient| across y", steps, np.abs(gradients[:, 1])),
                        line("sqrt(s) across y", steps, roots[:, 1]),
                    ),
                    y_scale="log",
                    y_limits=(1e-3, 3.0 * float(np.abs(gradients).max())),
                ),
                Curves(
                    "Length of each step",
                    "step",
                    "distance moved",
                    tuple(
                        line(f"{LABELS[name]} {direction}", steps, move[:, axis])
                        for name, move in moves.items()
                        for axis, direction in enumerate(("along x", "across y"))
                    ),
                    y_scale="log",
                    y_limits=(1e-4, 10.0),
                ),
                Curves(
                    "Where epsilon stands: step as a share of alpha",
                    "size of a constant gradient",
                    "step / alpha",
                    (line("sqrt(s) + epsilon (here)", sizes, outside), line("sqrt(s + epsilon)", sizes, inside)),
                    guides=(Guide("half", y=0.5),),
                    x_scale="log",
                ),
            )
        ),
        data={
            "paths": path_table(surface, paths),
            "roots": pd.DataFrame(
                {
                    "step": steps,
                    "gradient_x": gradients[:, 0],
                    "gradient_y": gradients[:, 1],
                    "root_x": roots[:, 0],
                    "root_y": roots[:, 1],
                }
            ),
            "epsilon": pd.DataFrame({"gradient": sizes, "outside_root": outside, "inside_root": inside}),
        },
    )


SECTION = LectureSection(
    "rmsprop", "7", "RMSprop", "What does dividing by the root mean square change?", RMSpropSettings, run
)
