"""Adam: momentum combined with RMSprop, and the effect of its two bias corrections on the first steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sweep.config.base_section import OneOf
from sweep.lecture.labelled_lines import line, looks_by_label
from sweep.lecture.landscape import path_plot, path_table
from sweep.lecture.outcome import LectureSection, Outcome, short
from sweep.lecture.section_config import Beta, OptimizerName, Rate, Settings, Steps
from sweep.reports.graph_records import Curves, Guide
from trainers.averages import averages
from trainers.descents import descend, steps_until
from trainers.surfaces import SURFACES, heights


class AdamSettings(Settings):
    """Settings of the section."""

    surface: Annotated[str, OneOf(tuple(SURFACES))]
    """Surface on which the optimizers are compared."""

    optimizers: Annotated[tuple[OptimizerName, ...], Field(strict=False, min_length=1)]
    """Optimizers to compare."""

    learning_rates: Annotated[tuple[Annotated[float, Field(gt=0.0)], ...], Field(strict=False, min_length=1)]
    """Learning rates to try; each optimizer uses the one that reaches the lowest height."""

    steps: Steps
    """Number of steps of the comparison."""

    arrived_at: Annotated[float, Field(gt=0.0, examples=[0.01])]
    """Height above the minimum below which the minimum counts as reached."""

    beta1: Beta
    """Decay rate of Adam's average of gradients."""

    beta2: Annotated[Beta, Field(gt=0.0)]
    """Decay rate of Adam's average of squared gradients."""

    learning_rate: Rate
    """Learning rate of the Adam whose single steps are plotted."""

    constant_steps: Steps
    """Number of steps with a constant gradient, which show the effect of the corrections."""


def race(settings: AdamSettings) -> dict[str, tuple[float, NDArray[np.float64]]]:
    """Find each optimizer's best learning rate and its path (T + 1, 2): optimizer -> (rate, path)."""
    surface = SURFACES[settings.surface]
    result = {}
    for name in settings.optimizers:
        walks = {
            rate: descend(surface, name, {"learning_rate": rate}, settings.steps) for rate in settings.learning_rates
        }
        # NaN counts as inf, so that a path that overflowed is never the best.
        ends = {rate: float(np.nan_to_num(heights(surface, path)[-1], nan=np.inf)) for rate, path in walks.items()}
        best = min(ends, key=ends.__getitem__)
        result[name] = (best, walks[best])
    return result


def steps_of_constant_gradient(beta1: float, beta2: float, steps: int) -> Mapping[str, NDArray[np.float64]]:
    """Length of each step in units of alpha for a gradient of 1, with and without the corrections."""
    ones = np.ones(steps)
    first, second = averages(ones, beta1), averages(ones, beta2)
    t = np.arange(1.0, steps + 1.0)
    return {
        "both corrected (Adam)": averages(ones, beta1, corrected=True) / np.sqrt(averages(ones, beta2, corrected=True)),
        "none corrected": first / np.sqrt(second),
        "only the first corrected": first / (1.0 - beta1**t) / np.sqrt(second),
        "only the second corrected": first / np.sqrt(second / (1.0 - beta2**t)),
    }


def run(settings: AdamSettings) -> Outcome:
    """Compare the optimizers, and Adam with and without bias corrections."""
    import pandas as pd

    surface, place = SURFACES[settings.surface], settings.surface.replace("_", " ").capitalize()
    raced = race(settings)
    paths = {name: path for name, (_, path) in raced.items()}
    values: dict[str, Any] = {name: heights(surface, path) for name, path in paths.items()}
    arrived = {name: steps_until(height, settings.arrived_at) for name, height in values.items()}
    lengths = steps_of_constant_gradient(settings.beta1, settings.beta2, settings.constant_steps)
    none = lengths["none corrected"]
    peak = int(np.argmax(none))
    t = np.arange(1, settings.constant_steps + 1)
    winner = min(
        (name for name in arrived if arrived[name] is not None), key=lambda name: arrived[name] or 0, default=None
    )
    race_said = (
        f"{winner} is first, after {arrived[winner]:,} steps" if winner else f"none arrives in {settings.steps:,} steps"
    )
    numbers = {"learning_rate": settings.learning_rate, "beta1": settings.beta1, "beta2": settings.beta2}
    moves = np.diff(descend(surface, "adam", numbers, settings.steps), axis=0) / settings.learning_rate
    times = np.arange(1, settings.steps + 1)
    longest = float(np.nanmax(np.abs(moves)))
    least = max(1e-12, 0.3 * min(float(np.nanmin(height)) for height in values.values()))
    return Outcome(
        columns=(
            "optimizer",
            "its best learning rate",
            f"f after {settings.steps:,} steps",
            f"steps to f < {settings.arrived_at:g}",
        ),
        rows=tuple(
            (
                name,
                f"{raced[name][0]:g}",
                short(float(values[name][-1])),
                "not reached" if arrived[name] is None else f"{arrived[name]:,}",
            )
            for name in paths
        ),
        sentence=(
            f"With both corrections Adam's first step is {lengths['both corrected (Adam)'][0]:.3f} alpha; with none it "
            f"would be {none[0]:.2f} alpha and grow to {none[peak]:.2f} at step {peak + 1}. On {place}, "
            f"{race_said}."
        ),
        formulas=(
            "v = beta_1 v + (1 - beta_1) g,  s = beta_2 s + (1 - beta_2) g^2",
            "vhat = v / (1 - beta_1^t),  shat = s / (1 - beta_2^t)",
            "w = w - alpha vhat / (sqrt(shat) + epsilon)",
        ),
        paragraphs=(
            "Adam steps along momentum's average of the gradients and divides by RMSprop's root. The usual numbers are "
            "beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-8; mostly only alpha is tuned. (The lecture's slides leave out "
            "the initial value of S_dW and write S_W for it once; both averages start at 0.)",
            "Both averages start at 0 and are too small at first, but not equally: the second, with its longer memory, "
            "by more. Without corrections a constant gradient would make a first step of (1 - beta_1)/sqrt(1 - "
            "beta_2) = "
            f"{none[0]:.2f} alpha, and steps of up to {none[peak]:.2f} alpha. With both, each step is exactly alpha.",
            f"So alpha is the length of a step while gradients agree; where they change sign it is shorter. On "
            f"{place} no step of Adam's exceeded {longest:.2f} alpha in either direction, which makes "
            "alpha easy to "
            "choose: it is about how far a parameter may move.",
            f"On {place}, each optimizer has the learning rate that brings it lowest in {settings.steps:,} "
            "steps "
            f"out of {len(settings.learning_rates)}: {race_said}. A fast method in one valley is not the fastest in "
            "every one.",
        ),
        panels=looks_by_label(
            (
                path_plot(f"{place}, each at its best learning rate", surface, paths),
                Curves(
                    "Height after each step",
                    "step",
                    "f above the minimum",
                    tuple(line(name, np.arange(len(height)), height) for name, height in values.items()),
                    guides=(Guide("arrived", y=settings.arrived_at),),
                    y_scale="log",
                    y_limits=(least, 3.0 * float(values[next(iter(values))][0])),
                ),
                Curves(
                    "Length of a step when the gradient is constant",
                    "step",
                    "step / alpha",
                    tuple(line(label, t, length) for label, length in lengths.items()),
                    x_scale="log",
                    y_scale="log",
                ),
                Curves(
                    f"Adam's steps on {place} at alpha = {settings.learning_rate:g}",
                    "step",
                    "step / alpha",
                    (line("along x", times, moves[:, 0]), line("along y", times, moves[:, 1])),
                    guides=(Guide("alpha", y=1.0), Guide("-alpha", y=-1.0)),
                ),
            )
        ),
        data={
            "paths": path_table(surface, paths),
            "corrections": pd.DataFrame({"step": t, **{key.replace(" ", "_"): v for key, v in lengths.items()}}),
        },
    )


SECTION = LectureSection("adam", "8", "Adam", "What do Adam's two corrections do, and who is first?", AdamSettings, run)
