"""Whether packing keeps its speed under early stopping and adaptive search: this project beside plain Ray Tune.

Three pairs, each the whole command on the same network, data and machine: a grid, the grid under ASHA (Ray's
``AsyncHyperBandScheduler``), and Optuna's TPE (Ray's ``OptunaSearch``). The speedup under ASHA and under TPE is divided
by the speedup on the grid. The time to draw a setting is measured in a process of its own.

Usage: python bench/search.py [--repeat N] [--json]
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
from throughput import CONFIG, HERE, environment, settings

WAYS = ("grid", "asha", "tpe")
SEARCH = HERE / "search.yaml"
SEARCHED = 56
"""Settings of search.yaml: 14 of each of four optimizers."""
DRAWN = 10_000
ASHA = "scheduler={method: asha, reduction_factor: 3, grace_period: 1}"


def seconds_of(command: list[str], folder: Path) -> float:
    """Time of a whole command; its output goes to a file."""
    with (folder / "output.txt").open("w") as output:
        start = perf_counter()
        streams = {"stdout": output, "stderr": subprocess.STDOUT}
        subprocess.run(command, check=True, cwd=folder, env=environment(folder), **streams)
        return perf_counter() - start


def ours(way: str) -> float:
    """Seconds of a setting with this project."""
    with tempfile.TemporaryDirectory(prefix="search-") as name:
        folder = Path(name)
        results = f"results={folder / 'results'}"
        file, more, count = (
            (SEARCH, [], SEARCHED) if way == "tpe" else (CONFIG, [ASHA] * (way == "asha"), len(settings()))
        )
        return seconds_of([sys.executable, "-m", "sweep", "run", str(file), results, *more], folder) / count


def theirs(way: str) -> float:
    """Seconds of a setting with plain Ray Tune; without a time of its own where the settings are listed."""
    listed = settings()
    if way == "tpe":
        listed = (listed * 2)[:SEARCHED]
    with tempfile.TemporaryDirectory(prefix="tune-") as name:
        folder = Path(name)
        (folder / "settings.json").write_text(json.dumps(listed))
        script = [sys.executable, str(HERE / "plain_search.py"), way]
        return seconds_of([*script, str(folder / "settings.json"), str(folder)], folder) / len(listed)


def drawing_milliseconds(method: str) -> float:
    """Time to draw, check and plan one of 10,000 settings."""
    levels = [f"search={{method: {method}, trials: {DRAWN // 4}}}", "resources.executor=inline"]
    code = (
        "import sys; from time import perf_counter; from sweep import load_config\n"
        "from sweep.driver.prepare import prepare\n"
        "config = load_config(sys.argv[1], sys.argv[2:]); start = perf_counter(); plan = prepare(config).plan\n"
        "print(1000 * (perf_counter() - start) / len(plan.arms))"
    )
    command = [sys.executable, "-c", code, str(SEARCH), *levels]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=environment(Path(os.getcwd())))
    return float(printed.stdout)


def measure(repeat: int) -> list[Row]:
    """Run the pairs alternately; plain Tune takes minutes, so that it runs once each."""
    baseline = {way: theirs(way) for way in WAYS}
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(repeat):
        for way, past in taken.items():
            past.append(ours(way))
    speedup = {way: tuple(baseline[way] / seconds for seconds in past) for way, past in taken.items()}
    for way, ratios in speedup.items():
        print(f"{way}: plain Tune {baseline[way]:.3g} s a setting, speedups {ratios}", file=sys.stderr, flush=True)
    drawn = {method: tuple(drawing_milliseconds(method) for _ in range(repeat)) for method in ("random", "sobol")}
    kept = "that on the grid"
    return [
        Row(
            "Speedup over Tune under ASHA", speedup["asha"], kept, speedup["grid"], "x", 0.5, "at least", inverse=False
        ),
        Row("Speedup over Tune under TPE", speedup["tpe"], kept, speedup["grid"], "x", 0.5, "at least", inverse=False),
        *(
            Row(f"A setting of 10,000 by {method}", times, "", (), "ms", 5, "at most")
            for method, times in drawn.items()
        ),
    ]


if __name__ == "__main__":
    main(measure, __doc__, repeat=3)
