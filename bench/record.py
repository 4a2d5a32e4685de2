"""Records what every shipped sweep prints, trains and logs, and compares two such records.

    python bench/record.py record OUT      # with the code that is installed here
    python bench/record.py compare A B     # prints every difference; exits 1 if there is one

Times, code versions and folder names are left out, since they differ between two runs of the same code.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).parents[1]
COMMAND = [str(Path(sys.executable).with_name("sweep"))]
VOLATILE = re.compile(r"second|time|node|mlflow_run|run_id|start|end|efficien|speed", re.IGNORECASE)
"""Columns and keys whose values are times or identifiers of a run."""

TAGS = ("mlflow.", "code", "git", "hostname", "python", "ray", "cpu", "platform", "version", "sweep_id")


def sweeps() -> list[Path]:
    """The sweep files that run without a network or extra packages."""
    return [*sorted((ROOT / "configs").glob("*.yaml")), *sorted((ROOT / "examples").glob("*.yaml"))]


def said(*arguments: str, folder: Path) -> str:
    """The exit code and the output of a command, with parts that vary between runs replaced."""
    ended = subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=1200, check=False)
    text = (ended.stdout + ended.stderr).replace(str(folder), "OUT")
    text = re.sub(r"\S*OUT\S*", "PATH", text)
    text = re.sub(r"\b\d[\d,.]* ?(?:ms|s|min|h|kB|MB|GB|%)(?=\W|$)", "TIME", text)
    return f"exit {ended.returncode}\n" + re.sub(r"[ \t─━]+", " ", text)


def table(folder: Path) -> dict[str, dict[str, Any]]:
    """Trial id -> its row of the trials table, without times."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*/trials.parquet")):
        frame = pd.read_parquet(path)
        for row in frame.to_dict("records"):
            found[str(row["trial_id"])] = {key: repr(value) for key, value in row.items() if not VOLATILE.search(key)}
    return found


def logged(path: Path) -> dict[str, Any]:
    """The content of each run in the MLflow store, by trial id or by name."""
    runs: dict[str, Any] = {}
    with contextlib.closing(sqlite3.connect(path)) as database:
        for run, status, name in database.execute("SELECT run_uuid, status, name FROM runs").fetchall():
            tags = dict(database.execute("SELECT key, value FROM tags WHERE run_uuid = ?", (run,)).fetchall())
            metrics = database.execute("SELECT key, step, value FROM metrics WHERE run_uuid = ? ORDER BY 1, 2", (run,))
            kept = {key: value for key, value in tags.items() if not key.startswith(TAGS) and not VOLATILE.search(key)}
            runs[tags.get("trial_id", f"{kept.get('kind')} {name}")] = {
                "status": status,
                "params": sorted(
                    database.execute("SELECT key, value FROM params WHERE run_uuid = ?", (run,)).fetchall()
                ),
                "metrics": [list(row) for row in metrics if not VOLATILE.search(row[0])],
                "tags": sorted(kept),
            }
    return runs


def record(out: Path) -> None:
    """Run every sweep without Ray and write one JSON file for each."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "help.json").write_text(json.dumps({"help": said("--help", folder=out)}, indent=1))
    for path in sweeps():
        folder = Path(tempfile.mkdtemp(prefix="sweep-record-"))
        try:
            name = str(path.relative_to(ROOT))
            overrides = [
                "resources.executor=inline",
                f"tracking.uri=sqlite:///{folder}/mlflow.db",
                f"results={folder}/results",
            ]
            parts = {
                "plan": said("plan", name, folder=folder),
                "run": said("run", name, "--quiet", *overrides, folder=folder),
                "trials": table(folder / "results"),
                "mlflow": logged(folder / "mlflow.db") if (folder / "mlflow.db").exists() else {},
                "files": sorted(
                    str(one.relative_to(folder / "results")).partition("/")[2]
                    for one in (folder / "results").rglob("*")
                    if one.is_file()
                ),
            }
            (out / f"{path.parent.name}-{path.stem}.json").write_text(json.dumps(parts, indent=1, sort_keys=True))
            sys.stdout.write(f"{name}: {len(parts['trials'])} trials, {len(parts['mlflow'])} runs\n")
            sys.stdout.flush()
        finally:
            shutil.rmtree(folder)


def differences(one: Any, other: Any, where: str) -> list[str]:
    """The differences between two records, each with both values."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            found
            for key in sorted(one.keys() | other.keys())
            for found in differences(one.get(key), other.get(key), f"{where}/{key}")
        ]
    return [] if one == other else [f"{where}: {str(one)[:300]!r} is now {str(other)[:300]!r}"]


def compare(one: Path, other: Path) -> int:
    """Print every difference of two records."""
    count = 0
    for name in sorted({path.name for folder in (one, other) for path in folder.glob("*.json")}):
        read = [
            json.loads((folder / name).read_text()) if (folder / name).exists() else None for folder in (one, other)
        ]
        found = differences(*read, name)
        count += len(found)
        sys.stdout.write("".join(f"{line}\n" for line in found[:20]) or f"{name}: equal\n")
    return 1 if count else 0


if __name__ == "__main__":
    if sys.argv[1] == "compare":
        sys.exit(compare(Path(sys.argv[2]), Path(sys.argv[3])))
    record(Path(sys.argv[2]).resolve())
