"""Runs every benchmark and writes ``bench/results.json`` and the table in ``docs/performance.md``.

Usage: python bench/run_all.py
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from sweep.system.limits import available_cpus

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
SCRIPTS = (
    ("step.py", 5),
    ("startup.py", 5),
    ("own_trials.py", 5),
    ("checkpoints.py", 5),
    ("schedulers.py", 5),
    ("data.py", 5),
    ("large.py", 5),
    ("throughput.py", 3),
    ("mlflow_write.py", 5),
    ("scale.py", 1),
    ("device.py", 3),
    ("mlflow_overhead.py", 5),
)
"""Each script with its number of repetitions: five, or fewer if one takes a minute or more."""

BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"


def machine() -> dict[str, str]:
    """The machine and the package versions of the measurements."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    packages = ("ray", "mlflow", "numpy", "torch", "optuna", "numba", "pandas")
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": model[1] if model else platform.processor(),
        "cores": str(available_cpus()),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def run(script: str, repeat: int) -> list[dict[str, Any]]:
    """Run one script and return its rows."""
    start = perf_counter()
    command = [sys.executable, str(HERE / script), "--repeat", str(repeat), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment)
    print(f"{script}: {perf_counter() - start:.0f} s, exit {printed.returncode}", flush=True)
    rows: list[dict[str, Any]] = json.loads(printed.stdout) if printed.returncode == 0 else []
    return rows


def table(rows: list[dict[str, Any]], facts: dict[str, str]) -> str:
    """The rows as a Markdown table."""
    lines = [
        f"Measured on {facts['date']}: {facts['cpu']}, {facts['cores']} cores, Python {facts['python']}, "
        + ", ".join(f"{name} {facts[name]}" for name in ("ray", "mlflow", "numpy", "torch", "numba", "optuna"))
        + ".",
        "",
        "| what | this project | against | measured | ratio (range) | bound | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        pairs = list(zip(row["ours"], row["theirs"], strict=True)) if row["theirs"] else []
        ratios = [b / a if row["inverse"] else a / b for a, b in pairs] or row["ours"]
        sign = "x" if pairs else ""
        theirs = f"{statistics.median(row['theirs']):.4g} {row['unit']}" if pairs else ""
        lines.append(
            f"| {row['what']} | {statistics.median(row['ours']):.4g} {row['unit']} | {row['against']} | {theirs} "
            f"| {statistics.median(ratios):.3g}{sign} ({min(ratios):.3g} to {max(ratios):.3g}) "
            f"| {row['sense']} {row['bound']:g} | {'holds' if row['holds'] else 'missed'} |"
        )
    return "\n".join(lines)


def write(rows: list[dict[str, Any]], facts: dict[str, str]) -> None:
    """Write the results and update the table on the page."""
    (HERE / "results.json").write_text(json.dumps({"machine": facts, "rows": rows}, indent=1) + "\n")
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table(rows, facts)}\n{END}{rest.split(END)[1]}")


def main() -> None:
    """Run all scripts, writing the results after each; a script that fails is reported and its rows are omitted."""
    facts, rows = machine(), []
    for script, repeat in SCRIPTS:
        rows += run(script, repeat)
        write(rows, facts)


if __name__ == "__main__":
    main()
