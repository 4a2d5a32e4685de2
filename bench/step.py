"""Seconds of one training step a trial, on one core: a pack, torch's eager loop, and the floor of its multiplies.

The floor is the number of floating-point operations of the step's matrix multiplies at the best rate that one core
reaches on large square matrices in the same run.

Usage: python bench/step.py [--repeat N]
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from trainers.data import DatasetShape, Split
from trainers.loop import train
from trainers.pack import NetworkSpec, Pack, TrialSpec

STEPS = 24
SEEDS = 4
"""Seeds of a pack; its other trials differ in their hyperparameters."""


@dataclass(frozen=True)
class Case:
    """A network and a batch size."""

    widths: tuple[int, ...]
    batch_size: int
    trials: int

    @property
    def operations(self) -> int:
        """Floating-point operations of a step's multiplies: forward, weights' gradients, deltas below the top."""
        pairs = list(zip(self.widths, self.widths[1:], strict=False))
        return 2 * self.batch_size * (2 * sum(a * b for a, b in pairs) + sum(a * b for a, b in pairs[1:]))


def peak_rate() -> float:
    """Floating-point operations a second of one core on large float32 matrices, the best of many."""
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
    """Random data of STEPS batches."""
    rng = np.random.default_rng(0)
    rows = STEPS * case.batch_size
    inputs = rng.standard_normal((rows + 8, case.widths[0])).astype(np.float32)
    targets = rng.integers(0, case.widths[-1], rows + 8)
    return Split(inputs[:rows], targets[:rows], inputs[rows:], targets[rows:], "")


def pack_step(case: Case, split: Split, compiled: bool = False, epochs: int = 12) -> float:
    """Seconds a step and trial of a pack: the best epoch."""
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
    """Seconds a step of torch's eager loop: the best epoch."""
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


def repeated(measure: Callable[[], float], times: int) -> list[float]:
    """Measure several times."""
    return [measure() for _ in range(times)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each case and print a table; medians and ranges over the repetitions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    cases = [Case((64, 64, 10), 64, 64), Case((64, 64, 10), 64, 1), Case((256, 256, 256, 10), 256, 8)]
    rows = []
    with threadpool_limits(1):
        for case in cases:
            split = arrays(case)
            floors, packs, fused, eagers = [], [], [], []
            for _ in range(options.repeat):
                floors.append(case.operations / peak_rate())
                packs.append(pack_step(case, split))
                fused.append(pack_step(case, split, compiled=True))
                eagers.append(eager_step(case, split))
            rows.append({**asdict(case), "floor": floors, "pack": packs, "compiled": fused, "eager": eagers})
    if options.json:
        print(json.dumps(rows))
        return
    print(f"microseconds a step and trial, one core, Adam, float32; median (range) of {options.repeat}")
    for row in rows:
        floor, eager = statistics.median(row["floor"]) * 1e6, statistics.median(row["eager"]) * 1e6
        widths = "-".join(map(str, row["widths"]))
        print(f"{widths}, batch {row['batch_size']}: torch eager {eager:.1f}, multiplies alone {floor:.1f}")
        for name in ("pack", "compiled"):
            past = [seconds * 1e6 for seconds in row[name]]
            middle = statistics.median(past)
            print(
                f"  {name:8} of {row['trials']:2}: {middle:7.1f} ({min(past):.1f} to {max(past):.1f}), "
                f"torch takes {eager / middle:.1f}x, the multiplies alone 1/{middle / floor:.2f}"
            )


if __name__ == "__main__":
    main()
