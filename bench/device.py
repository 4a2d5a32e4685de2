"""1,024 trials of one network as a pack on PyTorch, compared with training the same trials sequentially in torch.

Runs on a GPU if there is one, else on the CPU with fewer sequential trials, whose time is extrapolated to all trials.

Usage: python bench/device.py [--repeat N]
"""

from __future__ import annotations

from time import perf_counter

import torch
from rows import Row, main
from torch import nn

from trainers.data import DataSource, load
from trainers.loop import train
from trainers.pack import NetworkSpec, Pack, TrialSpec

TRIALS, EPOCHS, BATCH = 1024, 2, 64
ONE_BY_ONE = 8


def packed() -> float:
    """Seconds of the second epoch of the whole pack."""
    trials = tuple(TrialSpec("adam", {"learning_rate": 1e-3 * (1 + i % 16)}, seed=0) for i in range(TRIALS))
    pack = Pack(load(DataSource("digits")), trials, NetworkSpec((64,)), BATCH, EPOCHS, backend="torch")
    *_, before, last = train(pack)
    return float(last.values["seconds"].sum() - before.values["seconds"].sum())


def one_by_one(device: torch.device) -> float:
    """Seconds of an epoch of all trials trained sequentially, extrapolated from a few of them."""
    examples = 1437
    x = torch.randn(examples, 64, device=device)
    y = torch.randint(0, 10, (examples,), device=device)
    loss_of = nn.CrossEntropyLoss()
    past = []
    for _ in range(ONE_BY_ONE):
        network = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)).to(device)
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
        begin = perf_counter()
        for batch in torch.randperm(examples, device=device).split(BATCH):
            optimizer.zero_grad()
            loss_of(network(x[batch]), y[batch]).backward()
            optimizer.step()
        if device.type == "cuda":
            torch.cuda.synchronize()
        past.append(perf_counter() - begin)
    return min(past) * TRIALS


def measure(repeat: int) -> list[Row]:
    """Measure both alternately."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    ours, theirs = [], []
    for _ in range(repeat):
        theirs.append(one_by_one(device))
        ours.append(packed())
    name = torch.cuda.get_device_name() if device.type == "cuda" else "CPU, where no bound is set"
    bound = 200 if device.type == "cuda" else 1
    what = f"epoch of 1,024 trials, 64-64-10, batch {BATCH}, torch on {name}"
    return [Row(what, tuple(ours), "one after another in torch", tuple(theirs), "s", bound, "at least")]


if __name__ == "__main__":
    main(measure, __doc__, repeat=3)
