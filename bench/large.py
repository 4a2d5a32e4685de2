"""A trial larger than a core's cache as a pack of one against the bare loop over the same arrays.

The bare loop is the network and the optimizer of `trainers` called step by step, with nothing around them.

Usage: python bench/large.py [--repeat N]
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
from rows import Row, main
from threadpoolctl import threadpool_limits

from trainers.data import DatasetShape, Split
from trainers.loop import train
from trainers.networks.base import Layout
from trainers.networks.numpy_mlp import InputRun, NumpyMLP, with_ones
from trainers.optimizers import OPTIMIZERS
from trainers.pack import NetworkSpec, Pack, TrialSpec

WIDTHS = (784, 1024, 1024, 10)
BATCH, STEPS, EPOCHS = 256, 234, 3
"""An epoch of about 60,000 examples."""


def arrays() -> tuple[np.ndarray, np.ndarray]:
    """Random inputs and targets of an epoch."""
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((BATCH * STEPS + 8, WIDTHS[0])).astype(np.float32)
    return inputs, rng.integers(0, WIDTHS[-1], len(inputs))


def bare(x: np.ndarray, y: np.ndarray) -> float:
    """Seconds a step of the bare loop."""
    layout = Layout(WIDTHS)
    parameters = (np.random.default_rng(1).standard_normal((1, layout.size)) * 0.03).astype(np.float32)
    gradients, work = np.empty_like(parameters), np.empty_like(parameters)
    network = NumpyMLP(layout, "relu", "multiclass", parameters, gradients)
    space = network.workspace(BATCH)
    optimizer = OPTIMIZERS["sgd"]
    state, alpha = optimizer.init(parameters), {"alpha": np.full((1, 1), 1e-3, np.float32)}
    inputs = with_ones(x)
    past = []
    for _ in range(EPOCHS):
        begin = perf_counter()
        order = np.random.default_rng(2).permutation(BATCH * STEPS)
        for start in range(0, BATCH * STEPS, BATCH):
            rows = order[start : start + BATCH]
            network.loss_and_gradients([InputRun(0, 1, inputs.take(rows, axis=0))], y[rows][None], space)
            optimizer.update(parameters, gradients, state, alpha, work)
        past.append((perf_counter() - begin) / STEPS)
    return min(past)


def packed(x: np.ndarray, y: np.ndarray) -> float:
    """Seconds a step of the same trial as a pack of one."""
    cut = BATCH * STEPS
    split = Split(x[:cut], y[:cut], x[cut:], y[cut:], "")
    shape = DatasetShape(len(x), WIDTHS[0], WIDTHS[-1], "multiclass")
    trial = TrialSpec("sgd", {"learning_rate": 1e-3})
    pack = Pack(split, (trial,), NetworkSpec(WIDTHS[1:-1]), BATCH, EPOCHS, shape=shape)
    past, before = [], 0.0
    for metrics in train(pack):
        total = float(metrics.values["seconds"][0])
        past.append((total - before) / STEPS)
        before = total
    return min(past)


def measure(repeat: int) -> list[Row]:
    """Both in turn, on two BLAS threads."""
    x, y = arrays()
    ours, theirs = [], []
    with threadpool_limits(2):
        for _ in range(repeat):
            theirs.append(bare(x, y) * 1e3)
            ours.append(packed(x, y) * 1e3)
    what = f"large trial, {'-'.join(map(str, WIDTHS))}, batch {BATCH}, sgd, two BLAS threads"
    return [Row(what, tuple(ours), "the bare loop", tuple(theirs), "ms/step", 1.02, "at most", inverse=False)]


if __name__ == "__main__":
    main(measure, __doc__)
