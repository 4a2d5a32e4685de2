"""Trials a minute of the same distinct settings: this project, plain Ray Tune with MLflow, Optuna's grid with MLflow.

Every figure counts the whole command, the start of Ray and of Python included.

Usage: python bench/throughput.py [--repeat N] [--only sweep,tune,optuna]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).parent
CONFIG = HERE / "throughput.yaml"


def settings() -> list[dict[str, object]]:
    """The distinct settings that the plan of the sweep lists."""
    command = [sys.executable, "-m", "sweep", "plan", str(CONFIG), "--json"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=environment())
    return [arm["setting"] for arm in json.loads(printed.stdout)["arms"]]


def commands(folder: Path, listed: Path) -> dict[str, list[str]]:
    """The three ways, each writing into a folder of its own."""
    return {
        "sweep": [sys.executable, "-m", "sweep", "run", str(CONFIG), f"results={folder / 'results'}"],
        "tune": [sys.executable, str(HERE / "plain_tune.py"), str(listed), str(folder)],
        "optuna": [sys.executable, str(HERE / "optuna_grid.py"), str(listed), str(folder)],
    }


def environment() -> dict[str, str]:
    """The caller's, with this project and the baselines importable from any folder."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}


def measure(command: list[str], folder: Path) -> float:
    """Seconds of one command; its output goes to a file in the folder."""
    variables = {
        **environment(),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    with (folder / "output.txt").open("w") as output:
        start = perf_counter()
        subprocess.run(command, check=True, cwd=folder, env=variables, stdout=output, stderr=subprocess.STDOUT)
        return perf_counter() - start


def main() -> None:
    """Run each way as often as asked, in turn, and print rates and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=1, help="runs of each way")
    parser.add_argument("--only", default="sweep,tune,optuna", help="ways to run, separated by commas")
    arguments = parser.parse_args()
    chosen = settings()
    seconds: dict[str, list[float]] = {way: [] for way in arguments.only.split(",")}
    for repetition in range(arguments.repeat):
        for way, past in seconds.items():
            with tempfile.TemporaryDirectory(prefix=f"throughput-{way}-") as name:
                folder = Path(name)
                listed = folder / "settings.json"
                listed.write_text(json.dumps(chosen))
                past.append(measure(commands(folder, listed)[way], folder))
            print(f"{way} run {repetition + 1}: {past[-1]:.1f} s", flush=True)
    rates = {way: len(chosen) * 60 / statistics.median(past) for way, past in seconds.items()}
    print(f"\n{len(chosen)} trials; the whole command, median of {arguments.repeat}")
    for way, rate in rates.items():
        spread = f"{min(seconds[way]):.1f} to {max(seconds[way]):.1f} s"
        ratio = f", sweep is {rates['sweep'] / rate:.1f} times as fast" if "sweep" in rates and way != "sweep" else ""
        print(f"{way:7} {rate:8.1f} trials/min ({spread}){ratio}")


if __name__ == "__main__":
    main()
