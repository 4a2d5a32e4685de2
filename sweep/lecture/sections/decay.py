"""Learning-rate decay: all schedules plotted, and how close each gets to the optimum with noisy gradients."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sweep.config.base_section import OneOf, Section
from sweep.lecture.labelled_lines import line, looks_by_label
from sweep.lecture.outcome import LectureSection, Outcome, short
from sweep.lecture.section_config import Rate, Seed, Settings
from sweep.reports.graph_records import Curves, Shares
from trainers.descents import descend
from trainers.schedules import RULES, Schedule, Watch
from trainers.surfaces import heights, quadratic

CONSTANT = "constant"


class ScheduleSettings(Section):
    """One schedule; the keys that apply depend on its kind."""

    kind: Annotated[str, OneOf(tuple(RULES))]
    """Kind of schedule."""

    rate: float | None = Field(default=None, ge=0.0, examples=[0.5])
    """Parameter of the schedule: decay rate, base, k, factor, final multiplier or share."""

    by: Literal["epoch", "step"] = "epoch"
    """Unit of the schedule's counter."""

    interval: int = Field(default=1, ge=1)
    """Number of counts between updates of the rate."""

    boundaries: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(strict=False)] = ()
    """Manual control: counts after which the next value applies."""

    values: Annotated[tuple[Annotated[float, Field(ge=0.0)], ...], Field(strict=False)] = ()
    """Manual control: multipliers, one more than there are boundaries."""

    warmup: int = Field(default=0, ge=0)
    """Number of counts over which the rate is increased at the start."""

    patience: int = Field(default=10, ge=0)
    """reduce_on_plateau: number of epochs without improvement before the rate is reduced."""


class Decay(Settings):
    """Settings of the section."""

    schedules: dict[str, ScheduleSettings]
    """Maps label to schedule; `constant` is the reference and always included."""

    learning_rate: Rate
    """Initial learning rate of all schedules."""

    epochs: Annotated[int, Field(ge=4, le=10_000, examples=[40])]
    """Number of epochs of each run."""

    steps_per_epoch: Annotated[int, Field(ge=1, le=10_000, examples=[20])]
    """Number of steps per epoch."""

    condition_number: Annotated[float, Field(ge=1.0, le=1e6, examples=[10.0])]
    """Condition number of the quadratic valley."""

    noise: Annotated[float, Field(ge=0.0, le=1e6, examples=[3.0])]
    """Standard deviation of the noise added to each gradient component."""

    walks: Annotated[int, Field(ge=2, le=10_000, examples=[100])]
    """Number of runs with each schedule; all schedules get the same noise."""

    seed: Seed
    """Seed of the noise."""


def schedule_of(settings: ScheduleSettings) -> Schedule:
    """Create the schedule described by the settings."""
    return Schedule(**settings.model_dump())


def walked(settings: Decay, schedule: Schedule) -> NDArray[np.float64]:
    """Height after each epoch of each run: (epochs + 1, walks)."""
    surface = quadratic(settings.condition_number)
    path = descend(
        surface,
        "sgd",
        {"learning_rate": settings.learning_rate},
        settings.epochs * settings.steps_per_epoch,
        start=np.tile(surface.start, (settings.walks, 1)),
        schedule=schedule,
        steps_per_epoch=settings.steps_per_epoch,
        noise=settings.noise,
        rng=np.random.default_rng(settings.seed),
    )
    return heights(surface, path[:: settings.steps_per_epoch])


def multipliers(settings: Decay, schedule: Schedule, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The multiplier at every step of a run whose heights after each epoch were ``values``: (steps,)."""
    steps, watch, parts = settings.steps_per_epoch, Watch(), []
    for epoch in range(settings.epochs):
        parts.append(schedule.multipliers(epoch, epoch * steps, steps, settings.epochs, watch.reductions))
        watch = watch.after(float(values[epoch + 1]), schedule)
    return np.concatenate(parts)


def run(settings: Decay) -> Outcome:
    """Plot the schedules and descend a noisy valley with each."""
    import pandas as pd

    schedules = {CONSTANT: Schedule()} | {name: schedule_of(given) for name, given in settings.schedules.items()}
    walks = {name: walked(settings, schedule) for name, schedule in schedules.items()}
    rates = {name: multipliers(settings, schedule, walks[name][:, 0]) for name, schedule in schedules.items()}
    means = {name: values.mean(axis=1) for name, values in walks.items()}
    late = max(1, settings.epochs // 10)
    ends = {name: float(values[-late:].mean()) for name, values in walks.items()}
    closer = {name: ends[CONSTANT] / end for name, end in ends.items()}
    epochs = np.arange(settings.epochs + 1)
    time = np.arange(settings.epochs * settings.steps_per_epoch) / settings.steps_per_epoch
    names = [name for name in schedules if name != CONSTANT]
    half = (len(names) + 1) // 2
    order = sorted(ends, key=ends.__getitem__)
    winners = [name for name in names if ends[name] < ends[CONSTANT]]

    def rate_plot(title: str, shown: list[str]) -> Curves:
        lines = tuple(line(name, time, rates[name]) for name in shown)
        return Curves(title, "epochs finished", "learning rate / alpha_0", lines)

    return Outcome(
        columns=("schedule", "last multiplier", f"mean f in the last {late} epochs", "times closer than constant"),
        rows=tuple((name, short(float(rates[name][-1])), short(ends[name]), f"{closer[name]:.1f}") for name in order),
        sentence=(
            f"With noisy gradients {len(winners)} of {len(names)} schedules end below the constant rate, which stays "
            "at "
            f"f = {ends[CONSTANT]:.2g}; {order[0]} ends lowest, {closer[order[0]]:.0f} times as low."
        ),
        formulas=(
            "inverse time:  alpha = alpha_0 / (1 + rate epoch)",
            "exponential:  alpha = rate^{epoch} alpha_0",
            "alpha = k / sqrt(epoch) alpha_0,  or  k / sqrt(t) alpha_0,  t the step",
            "staircase:  alpha = rate^{floor(epoch / n)} alpha_0;  by hand:  a list of epochs and values",
            "cosine:  alpha = (1 + cos(pi epoch / T)) / 2 alpha_0",
        ),
        paragraphs=(
            "Near the optimum a mini-batch's gradient is mostly noise. At a constant rate of "
            f"{settings.learning_rate:g} "
            f"the walk never settles: after the first epochs it stays about f = {ends[CONSTANT]:.2g}, however long it "
            "goes "
            "on. The height of that floor is proportional to the rate, so a rate that shrinks takes the floor down "
            "with it.",
            "Shrinking too fast stops the walk before it has arrived; that is what the formulas differ in. "
            f"{settings.walks} walks with each schedule meet the same noise (standard deviation {settings.noise:g} on "
            "each "
            f"component); {order[0]} ends lowest at {ends[order[0]]:.2g}, {order[-1]} highest at "
            f"{ends[order[-1]]:.2g}.",
            "A schedule's numbers are tuned like the learning rate; those here are in its file. One that watches the "
            "validation loss (reduce on plateau) needs no length of the training, one by hand needs a person who "
            "watches. "
            "k/sqrt(t) counts steps where k/sqrt(epoch) counts epochs, so it falls within the first epoch already.",
        ),
        panels=looks_by_label(
            (
                rate_plot("The formulas", [CONSTANT, *names[:half]]),
                rate_plot("More schedules (one that watches: in the first walk)", [CONSTANT, *names[half:]]),
                Curves(
                    f"Height after each epoch, mean of {settings.walks} walks",
                    "epochs finished",
                    "f above the minimum",
                    tuple(line(name, epochs, values) for name, values in means.items()),
                    y_scale="log",
                ),
                Shares(
                    f"Where they end: mean of the last {late} epochs",
                    "f above the minimum",
                    tuple(order),
                    [ends[name] for name in order],
                    tuple(short(ends[name]) for name in order),
                    hatched=tuple(name == CONSTANT for name in order),
                ),
            )
        ),
        data={
            "learning_rates": pd.DataFrame({"step": np.arange(1, len(time) + 1), **rates}),
            "heights": pd.DataFrame({"epoch": epochs, **means}),
            "ends": pd.DataFrame({"schedule": order, "f": [ends[name] for name in order]}),
        },
    )


SECTION = LectureSection(
    "decay", "9", "Learning-rate decay", "Does a shrinking learning rate end closer to the optimum?", Decay, run
)
