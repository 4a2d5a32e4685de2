"""Trials per minute on the same distinct settings: this project, plain Ray Tune with MLflow, Optuna's grid with MLflow.

Every figure times the whole command, including the startup of Ray and Python.

Usage: python bench/throughput.py [--repeat N] [--json]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from rows import Row, main

HERE = Path(__file__).parent
CONFIG = HERE / "throughput.yaml"
SEEDS = 10


def environment(folder: Path) -> dict[str, str]:
    """The caller's environment, with this project and the baselines on the Python path, and a separate MLflow store."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)]),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }


def settings() -> list[dict[str, object]]:
    """The distinct settings in the plan of the sweep."""
    command = [sys.executable, "-m", "sweep", "plan", str(CONFIG), "--json"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=environment(Path.cwd()))
    return [arm["setting"] for arm in json.loads(printed.stdout)["arms"]]


def command_of(way: str, folder: Path, listed: Path) -> list[str]:
    """The command of one contender, writing into its own folder."""
    sweep = [sys.executable, "-m", "sweep", "run", str(CONFIG), f"results={folder / 'results'}"]
    tune = [sys.executable, str(HERE / "plain_tune.py"), str(listed), str(folder)]
    return {
        "sweep": sweep,
        "sweep, 10 seeds": [*sweep, f"seeds={SEEDS}"],
        "tune": tune,
        "tune, reused actors": [*tune, "--no-mlflow", "--reuse-actors"],
        "optuna": [sys.executable, str(HERE / "optuna_grid.py"), str(listed), str(folder)],
    }[way]


def rate(way: str, chosen: list[dict[str, object]]) -> float:
    """Trials per minute of one contender; its output goes to a file."""
    with tempfile.TemporaryDirectory(prefix="throughput-") as name:
        folder = Path(name)
        listed = folder / "settings.json"
        listed.write_text(json.dumps(chosen))
        with (folder / "output.txt").open("w") as output:
            start = perf_counter()
            subprocess.run(
                command_of(way, folder, listed),
                check=True,
                cwd=folder,
                env=environment(folder),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            seconds = perf_counter() - start
    trials = len(chosen) * (SEEDS if way == "sweep, 10 seeds" else 1)
    print(f"{way}: {seconds:.1f} s for {trials} trials", file=sys.stderr, flush=True)
    return trials * 60 / seconds


def measure(repeat: int) -> list[Row]:
    """Run each contender the requested number of times, alternately.

    Plain Tune, which takes minutes, runs once; its rate is used for every repetition.
    """
    chosen = settings()
    tune = rate("tune", chosen)
    rates: dict[str, list[float]] = {way: [] for way in ("sweep", "sweep, 10 seeds", "tune, reused actors", "optuna")}
    for _ in range(repeat):
        for way, past in rates.items():
            past.append(rate(way, chosen))
    short, long = tuple(rates["sweep"]), tuple(rates["sweep, 10 seeds"])
    reused, optuna = tuple(rates["tune, reused actors"]), tuple(rates["optuna"])
    plain = (tune,) * repeat
    unit, callback = "trials/min", "plain Tune + MLflowLoggerCallback, once"
    return [
        Row("54 settings, the whole command", short, callback, plain, unit, 40, "at least", inverse=False),
        Row("540 trials, the whole command", long, callback, plain, unit, 300, "at least", inverse=False),
        Row("540 trials", long, "Tune, reused actors, no MLflow", reused, unit, 20, "at least", inverse=False),
        Row("540 trials", long, "Optuna's grid, two processes, MLflow", optuna, unit, 25, "at least", inverse=False),
    ]


if __name__ == "__main__":
    main(measure, __doc__, repeat=3)
