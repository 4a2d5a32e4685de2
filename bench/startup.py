"""Wall time of `sweep --help` and `sweep plan` in seconds, including the startup of Python.

Usage: python bench/startup.py [--repeat N]
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from rows import Row, main

ROOT = Path(__file__).parent.parent


def seconds(*arguments: str) -> float:
    """Wall time of one command in seconds."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "sweep", *arguments]
    start = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return perf_counter() - start


def measure(repeat: int) -> list[Row]:
    """Time both commands after a warm-up."""
    plan = ("plan", str(ROOT / "configs" / "quickstart.yaml"))
    seconds("--help"), seconds(*plan)
    helps = tuple(seconds("--help") for _ in range(repeat))
    plans = tuple(seconds(*plan) for _ in range(repeat))
    return [
        Row("sweep --help", helps, "", (), "s", 0.5, "at most"),
        Row("sweep plan configs/quickstart.yaml", plans, "", (), "s", 0.5, "at most"),
    ]


if __name__ == "__main__":
    main(measure, __doc__)
