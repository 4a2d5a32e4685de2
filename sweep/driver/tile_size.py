"""Finds how many trials this machine trains fastest in step: measured once, then remembered."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from sweep.system.limits import cpu_model
from trainers.data import DatasetShape, Split
from trainers.loop import train
from trainers.pack import NetworkSpec, Pack, TrialSpec
from trainers.session import TILE_BYTES, choose_tile_size

MEBIBYTE = 2**20
CANDIDATES = (2 * MEBIBYTE, 4 * MEBIBYTE, 8 * MEBIBYTE, 12 * MEBIBYTE, 24 * MEBIBYTE)
"""From a core's second-level cache to a large third-level one."""

ROUNDS = 4
"""Each candidate is measured so often, in turn, so that a moment's load elsewhere does not decide."""

CACHES = Path("/sys/devices/system/cpu/cpu0/cache")


def tuned_tile_bytes(cache: Path | None, caches: Path = CACHES) -> int:
    """Bytes of a tile (see `trainers.session.choose_tile_size`) with which this machine trains fastest.

    Args:
        cache: file that remembers it; a damaged one, or one of another machine, is measured anew; None for none.
        caches: the kernel's description of a CPU's caches.
    """
    machine = f"{cpu_model() or platform.machine()} {cache_share(caches)} numpy {np.__version__}"
    if cache is None:
        return fastest(measure(fitting(cache_share(caches))))
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
        if known["machine"] == machine:
            return int(known["tile_bytes"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    best = fastest(measure(fitting(cache_share(caches))))
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps({"machine": machine, "tile_bytes": best}) + "\n", encoding="utf-8")
    except OSError:
        # A home that cannot be written costs the measurement again, nothing else.
        pass
    return best


def cache_share(caches: Path = CACHES) -> int | None:
    """Bytes of the last cache that one of the CPUs which share it can count on; None where the kernel does not say."""
    sizes = {}
    for index in caches.glob("index*"):
        try:
            level = int((index / "level").read_text())
            size = (index / "size").read_text().strip()
            shared = (index / "shared_cpu_list").read_text().strip()
        except (OSError, ValueError):
            continue
        if match := re.fullmatch(r"(\d+)([KM])", size):
            sizes[level] = int(match[1]) * {"K": 1024, "M": MEBIBYTE}[match[2]] // count_cpus(shared)
    return sizes[max(sizes)] if sizes else None


def count_cpus(ranges: str) -> int:
    """How many CPUs a list of the kernel names.

    >>> count_cpus("0-3,8"), count_cpus("5")
    (5, 1)
    """
    bounds = [part.split("-") for part in ranges.split(",")]
    return sum(int(part[-1]) - int(part[0]) + 1 for part in bounds)


def fitting(share: int | None) -> tuple[int, ...]:
    """The candidates that leave the other CPUs their share of the cache, at least the smallest.

    A measurement alone on the machine would not notice that all workers train at once.

    >>> [size // 2**20 for size in fitting(16 * 2**20)]
    [2, 4, 8, 12]
    """
    limit = TILE_BYTES if share is None else share
    return tuple(size for size in CANDIDATES if size <= limit) or CANDIDATES[:1]


def measure(candidates: tuple[int, ...], steps: int = 3, epochs: int = 4) -> dict[int, float]:
    """Seconds a step and trial for each size of a tile: the best epoch of the classic small network under Adam."""
    rng = np.random.default_rng(0)
    batch_size, features, classes = 64, 64, 10
    rows = steps * batch_size
    inputs = rng.standard_normal((rows + classes, features)).astype(np.float32)
    targets = rng.integers(0, classes, len(inputs))
    split = Split(inputs[:rows], targets[:rows], inputs[rows:], targets[rows:], fingerprint="")
    shape = DatasetShape(len(inputs), features, classes, "multiclass")

    def pack(trials: int) -> Pack:
        specs = tuple(TrialSpec("adam", {"learning_rate": 1e-3}) for _ in range(trials))
        return Pack(split, specs, NetworkSpec((64,)), batch_size, epochs, shape=shape)

    seconds = dict.fromkeys(candidates, np.inf)
    with threadpool_limits(1):
        # The first round also brings the memory in.
        for size in candidates * ROUNDS:
            trials = choose_tile_size(pack(1), batch_size, size)
            totals = [float(np.sum(metrics.values["seconds"])) for metrics in train(pack(trials), tile_size=trials)]
            seconds[size] = min(seconds[size], float(np.min(np.diff([0.0, *totals]))) / steps / trials)
    return seconds


def fastest(seconds: Mapping[int, float]) -> int:
    """The smallest size within 2 % of the best: a difference that small is noise, and memory is not free.

    >>> fastest({2: 1.5, 4: 1.01, 8: 1.0})
    4
    """
    return min(size for size, taken in seconds.items() if taken <= 1.02 * min(seconds.values()))
