"""Saddles and plateaus: how many steps each optimizer needs to leave them, on surfaces and in a neural network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sweep.config.base_section import CountOr, OneOf
from sweep.lecture.labelled_lines import line, looks_by_label
from sweep.lecture.landscape import path_plot, path_table
from sweep.lecture.outcome import LectureSection, Outcome
from sweep.lecture.section_config import OptimizerName, Rate, Seed, Settings, Steps
from sweep.reports.graph_records import Curves, Panel, Shares
from trainers.data import DataSource, load
from trainers.descents import descend, steps_to_leave
from trainers.loop import train
from trainers.pack import NetworkSpec, Pack, TrialSpec
from trainers.plateaus import FLAT, HIGH
from trainers.surfaces import SURFACES, Surface

if TYPE_CHECKING:
    import pandas as pd

LEAVABLE = tuple(name for name, surface in SURFACES.items() if surface.left_below is not None)
Path = NDArray[np.float64]


class Plateaus(Settings):
    """Settings of the section."""

    surfaces: Annotated[tuple[Annotated[str, OneOf(LEAVABLE)], ...], Field(strict=False, min_length=1)]
    """Surfaces to leave."""

    optimizers: Annotated[tuple[OptimizerName, ...], Field(strict=False, min_length=1)]
    """Optimizers to compare on the surfaces."""

    drawn: Annotated[tuple[OptimizerName, ...], Field(strict=False)]
    """Optimizers whose paths are drawn on the contour plots."""

    learning_rate: Rate
    """Learning rate of all optimizers on the surfaces."""

    steps: Steps
    """Number of steps after which an optimizer counts as stuck."""

    network_learning_rates: Annotated[dict[OptimizerName, Rate], Field(min_length=1)]
    """Maps optimizer to its learning rate for the network."""

    hidden: Annotated[tuple[Annotated[int, Field(ge=1, le=4096)], ...], Field(strict=False)]
    """Widths of the network's sigmoid layers; several layers cause a plateau."""

    batch_size: Annotated[int | str, CountOr("full")]
    """Batch size for training the network on digits."""

    epochs: Annotated[int, Field(ge=1, le=10_000, examples=[300])]
    """Number of epochs for training the network."""

    seed: Seed
    """Seed of the network's weights, data split and batches."""


def trained(settings: Plateaus) -> pd.DataFrame:
    """Train the network with each optimizer: ``optimizer epoch steps train_loss steps_on_plateau``."""
    import pandas as pd

    names = list(settings.network_learning_rates)
    trials = tuple(
        TrialSpec(name, {"learning_rate": rate}, seed=settings.seed)
        for name, rate in settings.network_learning_rates.items()
    )
    size = None if settings.batch_size == "full" else int(settings.batch_size)
    network = NetworkSpec(settings.hidden, "sigmoid", "xavier")
    rows = []
    for epoch in train(Pack(load(DataSource("digits")), trials, network, size, settings.epochs)):
        columns = [epoch.values[name] for name in ("steps", "train_loss", "steps_on_plateau")]
        for row, trial in enumerate(epoch.trials):
            rows.append((names[trial], epoch.epoch, *(float(column[row]) for column in columns)))
    table = pd.DataFrame(rows, columns=["optimizer", "epoch", "steps", "train_loss", "steps_on_plateau"])
    return table.astype({"steps": int, "steps_on_plateau": int})


def leave(surface: Surface, settings: Plateaus) -> dict[str, tuple[int | None, Path]]:
    """Each optimizer's steps to leave (None if it does not) and its path until then: optimizer -> (steps, path)."""
    result = {}
    for name in settings.optimizers:
        path = descend(surface, name, {"learning_rate": settings.learning_rate}, settings.steps)
        count = steps_to_leave(surface, path)
        result[name] = (count, path if count is None else path[: count + 1])
    return result


def run(settings: Plateaus) -> Outcome:
    """Start each optimizer on each surface, and train the network with each."""
    import pandas as pd

    left = {name: leave(SURFACES[name], settings) for name in settings.surfaces}
    counts = {name: {who: count for who, (count, _) in walked.items()} for name, walked in left.items()}
    network = trained(settings)
    last = network.groupby("optimizer", sort=False).last()
    stuck = last["steps_on_plateau"]
    first, *_ = settings.surfaces
    title = first.replace("_", " ")
    quick, slow = _extremes(counts[first], settings.steps)
    most, least = str(stuck.idxmax()), str(stuck.idxmin())
    return Outcome(
        columns=(
            "optimizer",
            *(f"steps to leave: {name.replace('_', ' ')}" for name in counts),
            "on a network's plateau",
        ),
        rows=tuple(
            (
                who,
                *(_steps(counts[name][who], settings.steps) for name in counts),
                f"{stuck[who]:,} of {last['steps'][who]:,} steps" if who in stuck.index else "",
            )
            for who in settings.optimizers
        ),
        sentence=(
            f"All at a learning rate of {settings.learning_rate:g}, {quick} leaves the {title} in "
            f"{_steps(counts[first][quick], settings.steps)} steps and {slow} in "
            f"{_steps(counts[first][slow], settings.steps)}; "
            f"in the network, {most} spends {stuck[most]:,} of {last['steps'][most]:,} steps on a plateau, {least} "
            f"{stuck[least]:,}."
        ),
        formulas=(
            "saddle:  f = x^2 - y^2;  monkey saddle:  f = x^3 - 3 x y^2",
            "plateau:  f = 1 - exp(-(x^2 + y^2) / 2)",
            f"on a plateau while  vhat < {FLAT:g} max(vhat)  and  loss > {HIGH:g} loss_1,  vhat the corrected average "
            "of |g|",
        ),
        paragraphs=(
            "In many dimensions a point with zero gradient is hardly ever a bad minimum: all directions would have to "
            "curve upwards. Mostly it is a saddle. Saddles and plateaus do not trap a descent, but it is slow there, "
            "as "
            "its steps are as long as the gradient, which is almost nothing.",
            "Each walk starts a thousandth off the ridge that leads into the saddle, at height 1, and has left it "
            "once it "
            "is as far below (f < -1). The plateau is a plain at height 1 around a well: it starts where the slope is "
            "0.005 and has left once half of the height is gone (f < 0.5). The learning rate is the same for all. "
            "Methods that divide by the size of the gradient take steps of about alpha however flat it is; accumulated "
            "momentum (heavy_ball) helps, as steps in one direction add up; the averaged form, at the same "
            "alpha, does not. With other rates the numbers change, and that of plain gradient descent most of all.",
            "On a real network a plateau must be told from a minimum, where gradients vanish too. Every trial of a "
            "sweep "
            "has the metric `steps_on_plateau`: it counts while the bias-corrected average of the gradient norm is "
            "below "
            "a tenth of its own maximum and the loss is still above half of the first epoch's. Here "
            f"{len(settings.hidden)} "
            f"sigmoid layers read digits: {most} sat on a plateau for {stuck[most]:,} steps, {least} for "
            f"{stuck[least]:,}.",
        ),
        panels=_panels(settings, left, network),
        data={
            "steps_to_leave": pd.DataFrame({name: pd.Series(by, dtype="Int64") for name, by in counts.items()})
            .rename_axis("optimizer")
            .reset_index(),
            "paths": pd.concat(
                [
                    path_table(SURFACES[name], {who: path for who, (_, path) in walked.items()}).assign(surface=name)
                    for name, walked in left.items()
                ],
                ignore_index=True,
            ),
            "network": network,
        },
    )


def _steps(count: int | None, most: int) -> str:
    return f"more than {most:,}" if count is None else f"{count:,}"


def _extremes(counts: dict[str, int | None], most: int) -> tuple[str, str]:
    """The first and the last optimizer to leave."""
    order = sorted(counts, key=lambda who: most + 1 if counts[who] is None else counts[who] or 0)
    return order[0], order[-1]


def _panels(
    settings: Plateaus, left: dict[str, dict[str, tuple[int | None, Path]]], network: pd.DataFrame
) -> tuple[Panel, ...]:
    panels: list[Panel] = []
    for name, walked in left.items():
        title = name.replace("_", " ").capitalize()
        paths = {who: path for who, (_, path) in walked.items() if who in settings.drawn}
        panels.append(path_plot(f"{title}: paths until it is left", SURFACES[name], paths))
        panels.append(
            _bars(f"{title}: steps to leave it", {who: count for who, (count, _) in walked.items()}, settings)
        )
    losses = [
        line(str(who), table["steps"].to_numpy(), table["train_loss"].to_numpy())
        for who, table in network.groupby("optimizer", sort=False)
    ]
    on = [
        line(str(who), table["steps"].to_numpy(), table["steps_on_plateau"].to_numpy())
        for who, table in network.groupby("optimizer", sort=False)
    ]
    sizes = f"{len(settings.hidden)} sigmoid layers on digits"
    panels.append(Curves(f"{sizes}: training loss", "step", "cross-entropy (nats)", tuple(losses)))
    panels.append(Curves(f"{sizes}: steps_on_plateau", "step", "steps on a plateau so far", tuple(on)))
    return looks_by_label(panels)


def _bars(title: str, counts: dict[str, int | None], settings: Plateaus) -> Shares:
    order = sorted(counts, key=lambda who: settings.steps + 1 if counts[who] is None else counts[who] or 0)
    return Shares(
        title,
        f"steps at learning rate {settings.learning_rate:g}",
        tuple(order),
        [float(counts[who] or settings.steps) for who in order],
        tuple(_steps(counts[who], settings.steps) for who in order),
        tuple(counts[who] is None for who in order),
        scale="log",
    )


SECTION = LectureSection(
    "plateaus",
    "10",
    "Saddles and plateaus",
    "How many steps does each optimizer need to leave a saddle or a plateau?",
    Plateaus,
    run,
)
