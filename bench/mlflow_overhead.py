"""Wall time of a sweep whose trials train for a second or more, with and without MLflow.

Both run the whole command, alternately and from scratch. A trial's training time is the wall time of a worker divided
by the number of trials that it trained; the script refuses to compare if it is less than a second.

Usage: python bench/mlflow_overhead.py [--repeat N] [--json]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import pandas as pd
from rows import Row, main

HERE = Path(__file__).parent
CONFIG = HERE / "mlflow_overhead.yaml"
LEAST_SECONDS = 1.0


def seconds(tracked: bool) -> float:
    """Wall time of the command in seconds."""
    with tempfile.TemporaryDirectory(prefix="mlflow-overhead-") as name:
        folder = Path(name)
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
        environment["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder / 'mlflow.db'}"
        command = [sys.executable, "-m", "sweep", "run", str(CONFIG), f"results={folder / 'results'}"]
        command.append(f"tracking.enabled={str(tracked).lower()}")
        begin = perf_counter()
        subprocess.run(command, check=True, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        taken = perf_counter() - begin
        (table,) = folder.glob("results/*/trials.parquet")
        require_long_trials(pd.read_parquet(table))
        if tracked != (folder / "mlflow.db").exists():
            raise RuntimeError("MLflow was not written as asked")
        return taken


def require_long_trials(trials: pd.DataFrame) -> None:
    """Raise an error if the trials of a table trained for less than a second on average."""
    mean = trials["seconds"].mean()
    if mean < LEAST_SECONDS:
        raise RuntimeError(f"a trial trained for {mean:.2f} s, less than {LEAST_SECONDS} s; raise `trainer.epochs`")


def measure(repeat: int) -> list[Row]:
    """Run both alternately after a warm-up."""
    seconds(tracked=True)
    pairs = [(seconds(tracked=True), seconds(tracked=False)) for _ in range(repeat)]
    ours, theirs = zip(*pairs, strict=True)
    what = "sweep of trials of a second or more, with MLflow"
    return [Row(what, ours, "without MLflow", theirs, "s", 1.05, "at most", inverse=False)]


if __name__ == "__main__":
    main(measure, __doc__)
