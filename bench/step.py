"""Seconds per training step and trial on one core: a pack, torch's eager loop, and the lower bound from the multiplies.

The lower bound is the time of the step's matrix multiplies at the peak rate that one core reaches on large square
matrices in the same run.

Usage: python bench/step.py [--repeat N]
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from rows import Row, main
from threadpoolctl import threadpool_limits

from trainers.data import DatasetShape, Split
from trainers.loop import train
from trainers.pack import NetworkSpec, Pack, TrialSpec

STEPS = 24
SEEDS = 4
"""Seeds in a pack; trials of the same seed differ in their hyperparameters."""


@dataclass(frozen=True)
class Case:
    """A network and a batch size."""

    widths: tuple[int, ...]
    batch_size: int
    trials: int

    @property
    def operations(self) -> int:
        """Floating-point operations of a step's multiplies: forward, weight gradients, deltas of hidden layers."""
        pairs = list(zip(self.widths, self.widths[1:], strict=False))
        return 2 * self.batch_size * (2 * sum(a * b for a, b in pairs) + sum(a * b for a, b in pairs[1:]))


CASES = ((Case((64, 64, 10), 64, 64), 3.0, 2.0), (Case((256, 256, 256, 10), 256, 2), 1.5, 1.5))
"""Networks, with the maximum ratio to the lower bound for plain NumPy and for compiled kernels."""


def peak_rate() -> float:
    """Floating-point operations per second of one core on large float32 matrices, best of many."""
    best = 0.0
    for size in (256, 512, 1024):
        a = np.random.default_rng(0).standard_normal((size, size)).astype(np.float32)
        out = np.empty_like(a)
        for _ in range(12):
            begin = perf_counter()
            np.matmul(a, a, out=out)
            best = max(best, 2 * size**3 / (perf_counter() - begin))
    return best


def arrays(case: Case) -> Split:
    """Random data for STEPS batches."""
    rng = np.random.default_rng(0)
    rows = STEPS * case.batch_size
    inputs = rng.standard_normal((rows + 8, case.widths[0])).astype(np.float32)
    targets = rng.integers(0, case.widths[-1], rows + 8)
    return Split(inputs[:rows], targets[:rows], inputs[rows:], targets[rows:], "")


def pack_step(case: Case, split: Split, compiled: bool = False, epochs: int = 12) -> float:
    """Seconds per step and trial of a pack, in the best epoch."""
    shape = DatasetShape(len(split.train_inputs) + 8, case.widths[0], case.widths[-1], "multiclass")
    trials = tuple(TrialSpec("adam", {"learning_rate": 1e-3}, seed=s % SEEDS) for s in range(case.trials))
    pack = Pack(split, trials, NetworkSpec(case.widths[1:-1]), case.batch_size, epochs, shape=shape)
    past, before = [], 0.0
    for metrics in train(pack, compiled=compiled):
        total = float(metrics.values["seconds"].sum())
        past.append((total - before) / STEPS / case.trials)
        before = total
    return min(past[1:])


def eager_step(case: Case, split: Split, epochs: int = 3) -> float:
    """Seconds per step of torch's eager loop, in the best epoch."""
    layers: list[torch.nn.Module] = []
    for inputs, outputs in zip(case.widths, case.widths[1:], strict=False):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    loss_of = torch.nn.CrossEntropyLoss()
    x, y = torch.as_tensor(split.train_inputs), torch.as_tensor(split.train_targets)
    past = []
    for _ in range(epochs):
        begin = perf_counter()
        for batch in torch.randperm(len(x)).split(case.batch_size):
            optimizer.zero_grad()
            loss = loss_of(network(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
            loss.item()
        past.append((perf_counter() - begin) / STEPS)
    return min(past)


def measure(repeat: int) -> list[Row]:
    """Measure the cases one after another; each repetition measures all quantities of a case."""
    torch.set_num_threads(1)
    rows = []
    with threadpool_limits(1):
        for case, plain_bound, compiled_bound in CASES:
            split = arrays(case)
            past: dict[str, list[float]] = {"floor": [], "plain": [], "compiled": [], "eager": []}
            for _ in range(repeat):
                past["floor"].append(case.operations / peak_rate() * 1e6)
                past["plain"].append(pack_step(case, split) * 1e6)
                past["compiled"].append(pack_step(case, split, compiled=True) * 1e6)
                past["eager"].append(eager_step(case, split) * 1e6)
            network = f"{'-'.join(map(str, case.widths))}, batch {case.batch_size}, pack of {case.trials}"
            measured = {name: tuple(values) for name, values in past.items()}
            for name, bound in (("plain", plain_bound), ("compiled", compiled_bound)):
                what = f"step, {network}, {name}"
                floor = "the multiplies alone"
                rows.append(Row(what, measured[name], floor, measured["floor"], "us", bound, "at most", inverse=False))
                if case.batch_size == 64:
                    rows.append(Row(what, measured[name], "torch eager", measured["eager"], "us", 12, "at least"))
    return rows


if __name__ == "__main__":
    main(measure, __doc__)
