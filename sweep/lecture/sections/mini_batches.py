"""Mini-batches: m examples, shuffled and split into T batches again in each epoch."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass
from time import perf_counter
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sweep.lecture.labelled_lines import line, looks_by_label
from sweep.lecture.outcome import LectureSection, Outcome, short
from sweep.lecture.section_config import Seed, Settings
from sweep.reports.graph_records import Cells, Curves, Guide
from trainers.batches import epochs, partition
from trainers.seeding import generator

Examples = Annotated[int, Field(ge=1, le=100_000_000, examples=[5_000_000])]
BYTES_PER_INDEX = np.dtype(np.intp).itemsize
MEGABYTE = 1e6


class MiniBatches(Settings):
    """Settings of the section."""

    examples: Examples
    """Size m of the training set."""

    batch_size: Annotated[int, Field(ge=1, examples=[1000])]
    """Number of examples per mini-batch."""

    epochs: Annotated[int, Field(ge=2, le=100, examples=[2])]
    """Number of passes over the training set."""

    small_examples: Annotated[int, Field(ge=2, le=30, examples=[20])]
    """Size of the small training set that is drawn as cells."""

    small_batch_size: Annotated[int, Field(ge=1, le=30, examples=[6])]
    """Number of examples per mini-batch of the small set."""

    seed: Seed
    """Seed of the shuffling."""


@dataclass(frozen=True)
class Cut:
    """A training set split into mini-batches, with the time and memory that an epoch took.

    Args:
        examples: number of examples m.
        batches: number of batches T.
        last: number of examples in the last batch.
        seconds: fastest time to shuffle and split one epoch.
        peak_bytes: peak memory of the indices of an epoch.
        is_partition: whether each epoch contained every example exactly once.
        moved: share of the examples that are in a different batch in the second epoch.
    """

    examples: int
    batches: int
    last: int
    seconds: float
    peak_bytes: int
    is_partition: bool
    moved: float


def cut(examples: int, batch_size: int, epoch_count: int, seed: int) -> Cut:
    """Shuffle and split a training set, and measure time and memory."""
    stream = epochs(examples, batch_size, generator(seed, "batches"))
    seconds, peaks = [], []
    homes: list[tuple[NDArray[np.int32], int]] = []
    last = 0
    for _ in range(epoch_count):
        tracemalloc.start()
        begin = perf_counter()
        batches = next(stream)
        seconds.append(perf_counter() - begin)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        home = np.full(examples, -1, dtype=np.int32)
        for number, batch in enumerate(batches):
            home[batch] = number
        count, total, last = len(batches), sum(len(batch) for batch in batches), len(batches[-1])
        del batches, batch
        homes = [*homes[-1:], (home, total)]
    # As many indices as examples and none missing, so each example is in exactly one batch.
    is_partition = all(total == examples and bool((home >= 0).all()) for home, total in homes)
    moved = float(np.mean(homes[0][0] != homes[1][0]))
    return Cut(
        examples=examples,
        batches=count,
        last=last,
        seconds=min(seconds),
        peak_bytes=max(peaks),
        is_partition=is_partition,
        moved=moved,
    )


def run(settings: MiniBatches) -> Outcome:
    """Split sets of increasing size, up to the configured one, and draw a small one."""
    import pandas as pd

    sizes = sorted({max(1, settings.examples // divisor) for divisor in (1000, 100, 10, 1)})
    cuts = [cut(size, settings.batch_size, settings.epochs, settings.seed) for size in sizes]
    big = cuts[-1]
    rng = generator(settings.seed, "batches")
    orders = [rng.permutation(settings.small_examples) for _ in range(3)]
    cells = tuple(
        tuple(
            (int(i) + 1, number) for number, batch in enumerate(partition(o, settings.small_batch_size)) for i in batch
        )
        for o in orders
    )
    small_last = settings.small_examples % settings.small_batch_size or settings.small_batch_size
    memory = [one.peak_bytes / MEGABYTE for one in cuts]
    panels = looks_by_label(
        (
            Cells(
                f"{settings.small_examples} examples in batches of {settings.small_batch_size}: one colour a batch, "
                f"the last of {small_last}",
                "place in the epoch (in each cell: the example)",
                ("epoch 1", "epoch 2", "epoch 3"),
                cells,
            ),
            Curves(
                f"Memory of one epoch of batches of {settings.batch_size:,}",
                "examples m",
                "peak memory (MB)",
                (
                    line("measured", sizes, memory, has_dots=True),
                    line(f"{BYTES_PER_INDEX} bytes an example", sizes, [BYTES_PER_INDEX * m / MEGABYTE for m in sizes]),
                ),
                guides=(Guide(f"m = {settings.examples:,}", x=settings.examples),),
                x_scale="log",
                y_scale="log",
            ),
        )
    )
    table = pd.DataFrame([vars(one) for one in cuts])
    places = pd.DataFrame(
        [
            {"epoch": epoch, "place": place, "example": example, "batch": batch + 1}
            for epoch, row in enumerate(cells, 1)
            for place, (example, batch) in enumerate(row, 1)
        ]
    )
    peak, steps = big.peak_bytes / MEGABYTE, settings.epochs * big.batches
    return Outcome(
        columns=("examples m", "batches T", "last batch", "seconds an epoch", "peak memory (MB)", "each example once"),
        rows=tuple(
            (
                f"{one.examples:,}",
                f"{one.batches:,}",
                f"{one.last:,}",
                f"{one.seconds:.4f}",
                f"{one.peak_bytes / MEGABYTE:.2f}",
                "yes" if one.is_partition else "NO",
            )
            for one in cuts
        ),
        sentence=(
            f"{big.examples:,} examples make {big.batches:,} mini-batches of {settings.batch_size:,} in "
            f"{big.seconds:.2f} s and {peak:.0f} MB, {peak * MEGABYTE / big.examples:.1f} bytes an example."
        ),
        formulas=("T = ceil(m / b)", "batch t = order[(t - 1) b : t b],  t = 1, ..., T"),
        paragraphs=(
            f"Gradient descent needs the whole training set for one step. Cut into mini-batches, {big.examples:,} "
            "examples "
            f"give {big.batches:,} steps in one pass: an epoch is a pass over the data, a step is one update, and "
            f"{settings.epochs} epochs here are {steps:,} steps.",
            "Each epoch draws one new order of the examples and cuts it; every example is in exactly one batch of an "
            f"epoch, and {big.moved:.2%} of them are in another batch in the next. Where b does not divide m, the last "
            f"batch is short: {settings.small_examples} examples in batches of {settings.small_batch_size} end with "
            f"one of {small_last}.",
            f"The batches are views of that one order, so an epoch costs {BYTES_PER_INDEX} bytes an example and "
            f"nothing for the examples themselves: {peak:.1f} MB measured at the peak for m = {short(big.examples)}.",
        ),
        panels=panels,
        data={"partitions": table, "batches": places},
    )


SECTION = LectureSection(
    "mini-batches", "1", "Mini-batch gradient descent", "How are m examples cut into T mini-batches?", MiniBatches, run
)
