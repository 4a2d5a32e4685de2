"""Finds the fastest tile size (trials trained in lockstep) on this machine, and caches the measurement."""

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
"""Sizes from a core's L2 cache to a large L3 cache."""

ROUNDS = 4
"""Number of interleaved measurements of each candidate, so that short load peaks do not decide."""

CACHES = Path("/sys/devices/system/cpu/cpu0/cache")


def tuned_tile_bytes(cache: Path | None, caches: Path = CACHES) -> int:
    """Return the tile size in bytes (see `trainers.session.choose_tile_size`) that is fastest on this machine.

    Args:
        cache: file that caches the result; it is measured again if the file is damaged or from another machine.
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
        # If the cache cannot be written, the next sweep only has to measure again.
        pass
    return best


def cache_share(caches: Path = CACHES) -> int | None:
    """Size of the last-level cache per CPU that shares it; None if the kernel does not report it."""
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
    """Count the CPUs in a CPU list of the kernel.

    >>> count_cpus("0-3,8"), count_cpus("5")
    (5, 1)
    """
    bounds = [part.split("-") for part in ranges.split(",")]
    return sum(int(part[-1]) - int(part[0]) + 1 for part in bounds)


def fitting(share: int | None) -> tuple[int, ...]:
    """Return the candidates that fit the CPU's share of the cache, or else the smallest candidate.

    The measurement runs alone and would not show that all workers share the cache.

    >>> [size // 2**20 for size in fitting(16 * 2**20)]
    [2, 4, 8, 12]
    """
    limit = TILE_BYTES if share is None else share
    return tuple(size for size in CANDIDATES if size <= limit) or CANDIDATES[:1]


def measure(candidates: tuple[int, ...], steps: int = 3, epochs: int = 4) -> dict[int, float]:
    """Measure seconds per step and trial for each tile size: the best epoch of a small network with Adam."""
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
        # The first round includes page faults and cold caches.
        for size in candidates * ROUNDS:
            trials = choose_tile_size(pack(1), batch_size, size)
            totals = [float(np.sum(metrics.values["seconds"])) for metrics in train(pack(trials), tile_size=trials)]
            seconds[size] = min(seconds[size], float(np.min(np.diff([0.0, *totals]))) / steps / trials)
    return seconds


def fastest(seconds: Mapping[int, float]) -> int:
    """Return the smallest size within 2 % of the fastest, since smaller differences are noise.

    >>> fastest({2: 1.5, 4: 1.01, 8: 1.0})
    4
    """
    return min(size for size, taken in seconds.items() if taken <= 1.02 * min(seconds.values()))
