"""Which search method and which scheduler find a good setting soonest: replays of the recorded curves of 500 trials.

Each method is replayed by ``sweep simulate`` with 20 values of ``search.seed`` over the same ranges. Writes the table
of ``docs/how-to-search.md`` (best value seen after a share of the epochs of the whole grid) and its figure.

Usage: python bench/methods.py [--repeats N]
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

ROOT = Path(__file__).parents[1]
FILE, CURVES = ROOT / "configs" / "digits-500.yaml", ROOT / "docs" / "recorded" / "digits-500.parquet"
PAGE, FIGURE = ROOT / "docs" / "how-to-search.md", ROOT / "docs" / "site" / "methods.svg"
BEGIN, END = "<!-- methods: begin -->", "<!-- methods: end -->"
SHARES = (0.05, 0.1, 0.2, 0.4, 1.0)
RANGES = (
    "optimizers.sgd.learning_rate={log_uniform: [0.003, 0.3]}",
    "optimizers.momentum.learning_rate={log_uniform: [0.003, 0.3]}",
    "optimizers.rmsprop.learning_rate={log_uniform: [0.0001, 0.01]}",
    "optimizers.adam.learning_rate={log_uniform: [0.0001, 0.01]}",
    "space.batch_size={log_int_uniform: [16, 256]}",
)
METHODS = {
    "random": ("random", "none"),
    "sobol": ("sobol", "none"),
    "tpe": ("tpe", "none"),
    "gp": ("gp", "none"),
    "cmaes": ("cmaes", "none"),
    "random, median": ("random", "median"),
    "random, successive_halving": ("random", "successive_halving"),
    "random, hyperband": ("random", "hyperband"),
    "random, asha": ("random", "asha"),
    "tpe, asha": ("tpe", "asha"),
}


def replays(search: str, scheduler: str, repeats: int) -> list[dict[str, object]]:
    """What each replay of a method has found, by the epochs trained."""
    settings = [f"search={{method: {search}, trials: 25}}", f"scheduler={{method: {scheduler}}}", *RANGES]
    command = [sys.executable, "-m", "sweep", "simulate", str(FILE), "--from", str(CURVES), *settings]
    found = subprocess.run([*command, "--repeats", str(repeats), "--json"], check=True, capture_output=True, text=True)
    print(f"{search}, {scheduler}: done", file=sys.stderr, flush=True)
    return json.loads(found.stdout)  # type: ignore[no-any-return]


def best_at(replay: dict[str, object], epochs: Sequence[float]) -> np.ndarray:
    """The best value seen after each number of epochs; NaN before the first."""
    history = np.array(replay["history"], dtype=float)
    at = np.searchsorted(history[:, 0], epochs, side="right") - 1
    return np.where(at < 0, np.nan, history[np.maximum(at, 0), 1])


def table(found: dict[str, list[dict[str, object]]]) -> str:
    """The table: the median over the replays with the 5 % and 95 % quantiles."""
    lines = ["| method | " + " | ".join(f"{share:.0%}" for share in SHARES) + " | epochs in all |"]
    lines.append("| --- |" + " ---: |" * (len(SHARES) + 1))
    for name, ended in found.items():
        whole = float(ended[0]["whole_epochs"])  # type: ignore[arg-type]
        values = 100 * np.array([best_at(one, [share * whole for share in SHARES]) for one in ended])
        cells = []
        for column in values.T:
            if np.isnan(column).mean() > 0.5:
                cells.append("-")
                continue
            low, middle, high = np.nanquantile(column, [0.05, 0.5, 0.95])
            cells.append(f"{middle:.1f} ({low:.1f} to {high:.1f})")
        spent = np.median([float(one["epochs"]) for one in ended])  # type: ignore[arg-type]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {spent / whole:.0%} |")
    return "\n".join(lines)


def draw(found: dict[str, list[dict[str, object]]]) -> None:
    """The figure: the median by epochs, a panel for methods and one for schedulers, with the band of the replays."""
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "methods"
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
    whole = float(found["random"][0]["whole_epochs"])  # type: ignore[arg-type]
    grid = np.geomspace(0.01, 1, 120) * whole
    parts = (("Search", ["random", "sobol", "tpe", "gp", "cmaes"]), ("Early stopping", [*list(METHODS)[5:], "random"]))
    for panel, (title, names) in zip(panels, parts, strict=True):
        for number, name in enumerate(names):
            values = 100 * np.array([best_at(one, grid) for one in found[name]])
            shown = np.isfinite(values).mean(axis=0) > 0.5
            low, middle, high = np.nanquantile(values[:, shown], [0.05, 0.5, 0.95], axis=0)
            (line,) = panel.step(grid[shown] / whole, middle, where="post", label=name, color=f"C{number}")
            if name in ("random", "tpe", "random, asha"):
                panel.fill_between(
                    grid[shown] / whole, low, high, step="post", alpha=0.15, color=line.get_color(), lw=0
                )
        panel.set(title=title, xscale="log", xlabel="share of the grid's epochs", ylim=(94, 98.6))
        panel.set_xticks([0.01, 0.03, 0.1, 0.3, 1], ["1 %", "3 %", "10 %", "30 %", "100 %"])
        panel.legend(fontsize="small", frameon=False)
    panels[0].set_ylabel("best validation accuracy, %")
    figure.savefig(FIGURE, metadata={"Date": None})


def main() -> None:
    """Replay all methods and write the table and the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=20, help="replays of each method")
    repeats = parser.parse_args().repeats
    found = {name: replays(*method, repeats) for name, method in METHODS.items()}
    text = table(found)
    print(text)
    draw(found)
    page = PAGE.read_text(encoding="utf-8")
    block = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    PAGE.write_text(block.sub(f"{BEGIN}\n{text}\n{END}", page), encoding="utf-8")


if __name__ == "__main__":
    main()
