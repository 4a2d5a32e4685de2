"""Understanding mini-batches: the effect of the batch size on the cost curve, step direction and time per step."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sweep.config.base_section import CountOr
from sweep.lecture.labelled_lines import line, looks_by_label
from sweep.lecture.outcome import LectureSection, Outcome, short
from sweep.lecture.section_config import Rate, Seed, Settings, Steps
from sweep.planning.space import auto_batch_size
from sweep.reports.graph_records import Contour, Curve, Curves, Mark, Panel
from trainers.averages import averages
from trainers.data import DatasetShape, DataSource, Split, load
from trainers.loop import trace, train
from trainers.pack import NetworkSpec, Pack, TrialSpec

if TYPE_CHECKING:
    import pandas as pd

BatchSize = Annotated[int | str, CountOr("full")]
Widths = Annotated[tuple[Annotated[int, Field(ge=1, le=4096)], ...], Field(strict=False)]


class Understanding(Settings):
    """Settings of the section."""

    batch_sizes: Annotated[tuple[BatchSize, ...], Field(strict=False, min_length=2)]
    """Batch sizes, from batch gradient descent (full) to stochastic (1)."""

    learning_rates: Annotated[tuple[Rate, ...], Field(strict=False)]
    """One learning rate per batch size; noisier gradients require smaller steps."""

    hidden: Widths
    """Widths of the hidden layers of the network that classifies digits."""

    epochs: Annotated[int, Field(ge=1, le=100, examples=[5])]
    """Number of passes over the digits."""

    line_examples: Annotated[int, Field(ge=8, le=100_000, examples=[256])]
    """Number of points to fit the straight line to, whose two parameters span the contour plot."""

    line_steps: Steps
    """Number of steps of each path on the contour plot."""

    line_learning_rates: Annotated[tuple[Rate, ...], Field(strict=False)]
    """One learning rate per batch size for the straight line."""

    timed_batch_sizes: Annotated[tuple[BatchSize, ...], Field(strict=False, min_length=2)]
    """Batch sizes for which the time per epoch is measured."""

    auto_examples: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(strict=False)]
    """Sizes of training sets for which the batch size chosen by `batch_size: auto` is shown."""

    seed: Seed
    """Seed of the split, the weights, the batches and the points of the line."""


def kind(size: int | str) -> str:
    """Name of gradient descent with that batch size, as used in the lecture.

    >>> kind("full"), kind(64), kind(1)
    ('batch (all)', 'mini-batch (64)', 'stochastic (1)')
    """
    return "batch (all)" if size == "full" else "stochastic (1)" if size == 1 else f"mini-batch ({size})"


def _size(size: int | str) -> int | None:
    return None if size == "full" else int(size)


def costs(settings: Understanding) -> dict[str, NDArray[np.float64]]:
    """Cost of each step's batch, before the step: label -> (steps,)."""
    digits = load(DataSource("digits"))
    result = {}
    for size, rate in zip(settings.batch_sizes, settings.learning_rates, strict=True):
        trial = TrialSpec("sgd", {"learning_rate": rate}, seed=settings.seed)
        pack = Pack(digits, (trial,), NetworkSpec(settings.hidden), _size(size), settings.epochs)
        result[kind(size)] = np.array([float(step.loss[0]) for step in trace(pack)])
    return result


def line_data(examples: int, rng: np.random.Generator) -> Split:
    """Points around the line ``y = 2 x + 1``, with x around 1, so that slope and intercept are correlated."""
    x = 1.0 + rng.standard_normal((examples, 1))
    y = 2.0 * x[:, 0] + 1.0 + 0.7 * rng.standard_normal(examples)
    return Split(x, y, x, y, "0" * 16)


def line_paths(settings: Understanding, data: Split) -> dict[str, NDArray[np.float64]]:
    """Slope and intercept of the line after each step: label -> (T + 1, 2)."""
    examples = len(data.train_targets)
    start = [(np.array([[-1.0]]), np.array([4.0]))]
    result = {}
    for size, rate in zip(settings.batch_sizes, settings.line_learning_rates, strict=True):
        batch = _size(size)
        epochs = -(-settings.line_steps // max(1, examples // (batch or examples)))
        pack = Pack(
            data,
            (TrialSpec("sgd", {"learning_rate": rate}, seed=settings.seed),),
            NetworkSpec(()),
            batch,
            epochs,
            "float64",
            shape=DatasetShape(2 * examples, 1, 1, "regression"),
        )
        steps = zip(range(settings.line_steps), trace(pack, initial=start), strict=False)
        path = [(float(s.parameters[0][0][0, 0, 0]), float(s.parameters[0][1][0, 0])) for _, s in steps]
        result[kind(size)] = np.array([(-1.0, 4.0), *path])
    return result


def line_contour(data: Split) -> Contour:
    """The cost of the whole set over slope and intercept, ``J = mean((w x + b - y)^2)``."""
    w, b = np.linspace(-2.5, 4.5, 121), np.linspace(-1.5, 5.0, 121)
    x, y = data.train_inputs[:, 0], data.train_targets
    # J is quadratic in (w, b), so the means of the products are sufficient.
    grid_w, grid_b = np.meshgrid(w, b)
    squares = grid_w**2 * np.mean(x * x) + grid_b**2 + np.mean(y * y)
    products = 2.0 * (grid_w * grid_b * np.mean(x) - grid_w * np.mean(x * y) - grid_b * np.mean(y))
    z = squares + products
    return Contour(w, b, z, float(z.min()) + (float(z.max()) - float(z.min())) * np.linspace(0.0, 1.0, 15)[1:] ** 2.5)


def seconds_per_epoch(settings: Understanding) -> pd.DataFrame:
    """Time one epoch on this machine, the fastest of three: ``batch_size steps seconds microseconds_per_step``."""
    import pandas as pd

    digits = load(DataSource("digits"))
    rows = []
    for size in settings.timed_batch_sizes:
        trial = TrialSpec("sgd", {"learning_rate": 0.01}, seed=settings.seed)
        epochs = list(train(Pack(digits, (trial,), NetworkSpec(settings.hidden), _size(size), 4)))
        seconds = np.diff([float(epoch.values["seconds"][0]) for epoch in epochs]).min()
        steps, examples = (int(epochs[0].values[name][0]) for name in ("steps", "examples"))
        rows.append((_size(size) or examples, steps, seconds, seconds / steps * 1e6))
    return pd.DataFrame(rows, columns=["batch_size", "steps", "seconds", "microseconds_per_step"])


def run(settings: Understanding) -> Outcome:
    """Compare batch, mini-batch and stochastic gradient descent."""
    import pandas as pd

    curves = costs(settings)
    data = line_data(settings.line_examples, np.random.default_rng(settings.seed))
    paths = line_paths(settings, data)
    timed = seconds_per_epoch(settings)
    choices = [auto_batch_size(m)[0] for m in settings.auto_examples]
    auto = pd.DataFrame({"examples": settings.auto_examples, "batch_size": choices})
    auto["chosen_examples"] = [
        m if size == "full" else int(size) for m, size in zip(settings.auto_examples, choices, strict=True)
    ]
    rises = {label: _share_of_rises(cost) for label, cost in curves.items()}
    by_size = dict(zip(timed["batch_size"].tolist(), timed["seconds"].tolist(), strict=True))
    quick, slow = min(by_size, key=by_size.__getitem__), max(by_size, key=by_size.__getitem__)
    times = by_size[slow] / by_size[quick]
    tail = {label: float(cost[-max(1, len(cost) // settings.epochs) :].mean()) for label, cost in curves.items()}
    first, *_, last = curves
    chosen = ", ".join(
        f"{'all' if size == 'full' else size} of {m:,}" for m, size in zip(settings.auto_examples, choices, strict=True)
    )
    return Outcome(
        columns=("gradient descent", "steps", "cost in the last epoch", "steps that raise the cost"),
        rows=tuple(
            (label, f"{len(cost):,}", short(tail[label]), f"{rises[label]:.0%}") for label, cost in curves.items()
        ),
        sentence=(
            f"In {settings.epochs} epochs, {first} makes {len(curves[first]):,} steps of which {rises[first]:.0%} "
            "raise the "
            f"cost, {last} {len(curves[last]):,} of which {rises[last]:.0%} do; an epoch in batches of "
            f"{slow} takes {times:.0f} times as long as in batches of {quick} "
            "here."
        ),
        formulas=("J^{(t)} = (1 / b) sum_{i in batch t} L(yhat_i, y_i)", "w = w - alpha dJ^{(t)} / dw"),
        paragraphs=(
            "All three train the same network on the same handwritten digits for the same number of epochs. With the "
            "whole set as one batch each step lowers the cost, but there is one step per epoch. A mini-batch's cost is "
            "measured on other examples at each step: it falls with noise, and far sooner, as there are many steps. "
            "With "
            f"single examples the noise is largest: {rises[last]:.0%} of the steps end at a higher cost than the one "
            "before.",
            "On the contour, two parameters of a straight line are fitted. Batch gradient descent goes straight across "
            "the lines of equal cost; single examples send it about, and with a constant rate it never settles.",
            f"Why not always small batches? A matrix multiply of one example keeps a processor idle. Measured on this "
            f"machine, an epoch takes {short(by_size[slow])} s in batches of {slow} and "
            f"{short(by_size[quick])} s in batches of {quick}. Hence the advice: all examples up to "
            f"2,000, else a power of two from 64 to 512. `batch_size: auto` follows it and takes {chosen}.",
        ),
        panels=_panels(curves, paths, data, timed, auto, settings.epochs),
        data={
            "costs": pd.concat(
                [
                    pd.DataFrame({"kind": label, "step": np.arange(1, len(cost) + 1), "cost": cost})
                    for label, cost in curves.items()
                ],
                ignore_index=True,
            ),
            "paths": pd.concat(
                [
                    pd.DataFrame({"kind": label, "step": np.arange(len(p)), "slope": p[:, 0], "height": p[:, 1]})
                    for label, p in paths.items()
                ],
                ignore_index=True,
            ),
            "seconds": timed,
            "automatic": auto,
        },
    )


def _beta(steps: int, epochs: int) -> float:
    """The beta whose window is a tenth of an epoch; 0 (no averaging) if that is less than one step."""
    return 1.0 - 1.0 / max(1.0, steps / epochs / 10.0)


def _share_of_rises(cost: NDArray[np.float64]) -> float:
    return float(np.mean([after > before for before, after in pairwise(cost)]))


def _panels(
    curves: dict[str, NDArray[np.float64]],
    paths: dict[str, NDArray[Any]],
    data: Split,
    timed: pd.DataFrame,
    auto: pd.DataFrame,
    epochs: int,
) -> tuple[Panel, ...]:
    raw = [Curve(label, 0, np.arange(1, len(cost) + 1), cost, tone="pale") for label, cost in curves.items()]
    smooth = [line(one.label, one.x, averages(one.y, _beta(len(one.x), epochs), corrected=True)) for one in raw]
    return looks_by_label(
        (
            Curves(
                "Cost of each step's batch (pale), averaged over about a tenth of an epoch",
                "step",
                "cross-entropy (nats)",
                (*reversed(raw), *reversed(smooth)),
                x_scale="log",
                y_scale="log",
                y_limits=(5e-3, 12.0),
            ),
            Curves(
                "Paths to the minimum of a fitted line's cost",
                "slope w",
                "height b",
                tuple(line(label, p[:, 0], p[:, 1], has_dots=True) for label, p in reversed(paths.items())),
                y_limits=(-1.5, 5.0),
                x_limits=(-2.5, 4.5),
                contour=line_contour(data),
                marks=(Mark("start", -1.0, 4.0, "start"),),
            ),
            Curves(
                "What an epoch costs, measured here",
                "batch size (examples)",
                "seconds per epoch",
                (line("one epoch of digits", timed["batch_size"].tolist(), timed["seconds"].tolist(), has_dots=True),),
                x_scale="log",
                y_scale="log",
            ),
            Curves(
                "What batch_size: auto chooses",
                "training examples m",
                "batch size (examples)",
                (Curve("auto", 0, auto["examples"].to_numpy(), auto["chosen_examples"].to_numpy(), is_joined=False),),
                x_scale="log",
                y_scale="log",
            ),
        )
    )


SECTION = LectureSection(
    "understanding",
    "2",
    "Understanding mini-batch gradient descent",
    "How do batch, mini-batch and stochastic gradient descent differ?",
    Understanding,
    run,
)
