"""Sweeps of a function of one's own beside plain Ray Tune with MLflow's callback: its overhead on trials that sleep.

Every figure times the whole command, including the startup of Ray and Python, the tables and the report. Ray's start is
timed by itself, since the floor of a sweep is its trials' time and that.

Usage: python bench/own_sweep.py [--repeat N] [--json]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from rows import Row, main

HERE = Path(__file__).parent
WORKERS = 2
LONG = {"trials": 200, "seconds": 1.0, "reports": 10}
SHORT = {"trials": 1000, "seconds": 0.05, "reports": 1}
FEW, MORE = 20, 60
"""Trials of plain Tune, from which its time for all is extrapolated: a thousand take half an hour."""

SWEEP = """
trainer: {{function: sleeping_training:train, epochs: {reports}}}
metric: {{name: val_loss, mode: min}}
space: {{x: {{range: [1, {trials}, 1]}}, duration: {seconds}, reports: {reports}}}
seeds: 1
resources: {{workers: {workers}}}
"""

TUNE = """
import os, sys
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
import ray
from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback
from sleeping_training import train_on_tune
ray.init(num_cpus={workers}, runtime_env={{"env_vars": {{"PYTHONPATH": os.environ["PYTHONPATH"]}}}})
callback = MLflowLoggerCallback(tracking_uri="sqlite:///tune.db", experiment_name="tune")
space = {{"x": tune.grid_search(list(range(1, {trials} + 1))), "duration": {seconds}, "reports": {reports}}}
tune.Tuner(
    train_on_tune, param_space=space, tune_config=tune.TuneConfig(max_concurrent_trials={workers}),
    run_config=tune.RunConfig(storage_path=os.getcwd(), callbacks=[callback]),
).fit()
"""

START = "import os; os.environ['RAY_USAGE_STATS_ENABLED'] = '0'; import ray; ray.init(); ray.shutdown()"


def timed(arguments: list[str], folder: Path) -> float:
    """Seconds of a command."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)]),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    with (folder / "output.txt").open("w") as output:
        begin = perf_counter()
        subprocess.run(arguments, check=True, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
        return perf_counter() - begin


def sweep(kind: dict[str, float]) -> float:
    """Seconds of a sweep of this project."""
    with tempfile.TemporaryDirectory(prefix="own-sweep-") as name:
        folder = Path(name)
        (folder / "own.yaml").write_text(SWEEP.format(**kind, workers=WORKERS))
        seconds = timed([sys.executable, "-m", "sweep", "run", "own.yaml"], folder)
    print(f"sweep: {seconds:.1f} s for {kind}", file=sys.stderr, flush=True)
    return seconds


def tune(kind: dict[str, float]) -> float:
    """Seconds that plain Tune would take for all trials: its start, and the time of a trial, from two runs."""
    few, more = tune_once(kind, FEW), tune_once(kind, MORE)
    return few + (kind["trials"] - FEW) * (more - few) / (MORE - FEW)


def tune_once(kind: dict[str, float], trials: int) -> float:
    """Seconds of plain Tune for some trials."""
    with tempfile.TemporaryDirectory(prefix="own-tune-") as name:
        folder = Path(name)
        code = TUNE.format(**{**kind, "trials": trials}, workers=WORKERS)
        seconds = timed([sys.executable, "-c", code], folder)
    print(f"tune: {seconds:.1f} s for {trials} of {kind}", file=sys.stderr, flush=True)
    return seconds


def ray_start() -> float:
    """Seconds of Ray's start and end."""
    with tempfile.TemporaryDirectory(prefix="own-ray-") as name:
        return timed([sys.executable, "-c", START], Path(name))


def measure(repeat: int) -> list[Row]:
    """Run each contender the requested number of times, alternately; plain Tune once, on fewer trials."""
    tuned = {"long": tune(LONG), "short": tune(SHORT)}
    floors, longs, shorts = [], [], []
    for _ in range(repeat):
        floors.append(LONG["trials"] * LONG["seconds"] / WORKERS + ray_start())
        longs.append(sweep(LONG))
        shorts.append(sweep(SHORT))
    name = f"plain Tune + MLflowLoggerCallback, once, extrapolated from {FEW} and {MORE} trials"
    return [
        Row(
            "200 own trials of 1 s in ten reports, two workers", tuple(longs), "their time and Ray's start",
            tuple(floors), "s", 1.05, "at most", inverse=False,
        ),
        Row(
            "200 own trials of 1 s in ten reports, two workers", tuple(longs), name,
            (tuned["long"],) * repeat, "s", 1.0, "at least",
        ),
        Row("1,000 own trials of 50 ms", tuple(shorts), name, (tuned["short"],) * repeat, "s", 10, "at least"),
    ]  # fmt: skip


if __name__ == "__main__":
    main(measure, __doc__, repeat=3)
