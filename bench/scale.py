"""Seconds per trial at 10,000 trials vs 1,000, with the driver's peak memory and the size of the results folder.

The sweep trains a small network on digits, with MLflow on SQLite; the whole command is timed.

Usage: python bench/scale.py [--repeat N]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from rows import Row, main

HERE = Path(__file__).parent
CONFIG = HERE / "scale.yaml"


def run(seeds: int) -> tuple[float, float, float]:
    """Seconds of the whole command, peak memory of the driver in MB and size of the results folder in MB."""
    with tempfile.TemporaryDirectory(prefix="scale-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "sweep", "run", str(CONFIG), f"seeds={seeds}", "--quiet"]
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE.parent),
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
        }
        start = perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment)
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _peak_megabytes(process.pid))
            try:
                process.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
        seconds = perf_counter() - start
        if process.returncode:
            raise SystemExit(f"the sweep ended with {process.returncode}")
        size = sum(path.stat().st_size for path in (folder / "results").rglob("*") if path.is_file())
        return seconds, peak, size / 1e6


def _peak_megabytes(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else 0.0


def measure(repeat: int) -> list[Row]:
    """Run 1,000 and 10,000 trials (10 arms with 100 and 1,000 seeds) alternately."""
    small, large, memory, disk = [], [], [], []
    for _ in range(repeat):
        small.append(run(100)[0] / 1_000 * 1e3)
        seconds, peak, size = run(1_000)
        large.append(seconds / 10_000 * 1e3)
        memory.append(peak)
        disk.append(size)
    what = "10,000 trials"
    return [
        Row(
            f"{what}, the whole command", tuple(large), "1,000 trials", tuple(small), "ms/trial", 1.1, "at most", False
        ),
        Row(f"{what}, driver's peak memory", tuple(memory), "", (), "MB", 1000, "at most"),
        Row(f"{what}, results folder", tuple(disk), "", (), "MB", 200, "at most"),
    ]


if __name__ == "__main__":
    main(measure, __doc__, repeat=1)
