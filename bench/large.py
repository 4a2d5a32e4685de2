"""A trial larger than a core's cache, as a pack of one, compared with the bare loop over the same arrays.

The bare loop calls the network and the optimizer of `trainers` step by step, without the rest of the training loop.

Usage: python bench/large.py [--repeat N]
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from time import perf_counter

import numpy as np
from rows import Row, main
from threadpoolctl import threadpool_limits

from trainers.data import DatasetShape, Split
from trainers.layout import Layout
from trainers.loop import train
from trainers.networks.numpy_mlp import InputRun, NumpyMLP, with_ones
from trainers.optimizers import OPTIMIZERS
from trainers.pack import NetworkSpec, Pack, TrialSpec

WIDTHS = (784, 1024, 1024, 10)
BATCH, STEPS = 256, 234
"""An epoch of about 60,000 examples."""

EPOCHS = 4
"""Epochs of each per repetition; the first one runs with cold caches and does not count."""


def arrays() -> tuple[np.ndarray, np.ndarray]:
    """Random inputs and targets for one epoch."""
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((BATCH * STEPS + 8, WIDTHS[0])).astype(np.float32)
    return inputs, rng.integers(0, WIDTHS[-1], len(inputs))


def bare(x: np.ndarray, y: np.ndarray) -> Iterator[None]:
    """Train with the bare loop, one epoch at a time."""
    layout = Layout(WIDTHS)
    parameters = (np.random.default_rng(1).standard_normal((1, layout.size)) * 0.03).astype(np.float32)
    gradients, work = np.empty_like(parameters), np.empty_like(parameters)
    network = NumpyMLP(layout, "relu", "multiclass", parameters, gradients)
    space = network.workspace(BATCH)
    optimizer = OPTIMIZERS["sgd"]
    state, alpha = optimizer.init(parameters), {"alpha": np.full((1, 1), 1e-3, np.float32)}
    inputs = with_ones(x)
    while True:
        order = np.random.default_rng(2).permutation(BATCH * STEPS)
        for start in range(0, BATCH * STEPS, BATCH):
            rows = order[start : start + BATCH]
            network.loss_and_gradients([InputRun(0, 1, inputs.take(rows, axis=0))], y[rows][None], space)
            optimizer.update(parameters, gradients, state, alpha, work)
        yield


def packed(x: np.ndarray, y: np.ndarray) -> Iterator[None]:
    """Train the same trial as a pack of one, one epoch at a time."""
    cut = BATCH * STEPS
    split = Split(x[:cut], y[:cut], x[cut:], y[cut:], "")
    shape = DatasetShape(len(x), WIDTHS[0], WIDTHS[-1], "multiclass")
    trial = TrialSpec("sgd", {"learning_rate": 1e-3})
    pack = Pack(split, (trial,), NetworkSpec(WIDTHS[1:-1]), BATCH, EPOCHS, shape=shape)
    for _ in train(pack):
        yield


def milliseconds_a_step(epochs: Iterator[None]) -> float:
    """Train one epoch and return its milliseconds per step."""
    begin = perf_counter()
    next(epochs)
    return (perf_counter() - begin) / STEPS * 1e3


def measure(repeat: int) -> list[Row]:
    """Train epochs of both alternately, on two BLAS threads, so that other load on the machine affects both equally."""
    x, y = arrays()
    ours, theirs = [], []
    with threadpool_limits(2):
        for _ in range(repeat):
            ways = bare(x, y), packed(x, y)
            past = [[milliseconds_a_step(way) for way in ways] for _ in range(EPOCHS)][1:]
            theirs.append(median(pair[0] for pair in past))
            ours.append(median(pair[1] for pair in past))
    what = f"large trial, {'-'.join(map(str, WIDTHS))}, batch {BATCH}, sgd, two BLAS threads"
    return [Row(what, tuple(ours), "the bare loop", tuple(theirs), "ms/step", 1.02, "at most", inverse=False)]


if __name__ == "__main__":
    main(measure, __doc__)
