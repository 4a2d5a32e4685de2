"""Prints the leaderboard of a sweep, fitted to the terminal or as plain columns to a file or pipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sweep.analysis.deviation import deviation
from sweep.analysis.outcomes import Mode, best_first
from sweep.analysis.ranking import By
from sweep.analysis.selection import Selected

if TYPE_CHECKING:
    import pandas as pd

TOP_ARMS = 10
ARM_WIDTH = 32
"""Minimum width of the arms' labels; optional columns are dropped to keep it."""

SPARED = ("best", "last", "steps", "reached")


def render_leaderboard(
    frame: pd.DataFrame,
    console: Console,
    by: By = "final",
    base_rates: Mapping[str, Sequence[float]] | None = None,
    factor: str = "optimizer",
) -> None:
    """Print the best arms: the first ten, and the best of each level; then the base rates, without a rank.

    Args:
        frame: table from `sweep.results.leaderboard`.
        by: which value of a trial ranks it.
        base_rates: name of a simple prediction -> its value on each seed; none by default.
        factor: factor of the levels; empty if all arms are one level.
        console: output console; anything but a terminal gets plain columns of full width.
    """
    is_first = ~frame[factor].duplicated() if factor else False
    shown = frame[(frame.index < TOP_ARMS) | is_first]
    plus_minus = "±" if "utf" in console.encoding.lower() else "+/-"
    columns = _columns(shown, plus_minus, by)
    for name, values in (base_rates or {}).items():
        cells = {"arm": name, list(columns)[2]: _with_deviation(np.array(values), plus_minus)}
        columns = {key: [*column, cells.get(key, "")] for key, column in columns.items()}
    if console.is_terminal:
        console.print(_table(_fitting(columns, console.width), box.SIMPLE_HEAD))
    else:
        table = _table(columns, None)
        width = console.measure(table, options=console.options.update(max_width=10_000)).maximum
        Console(file=console.file, width=width, color_system=None).print(table)
    hidden = len(frame) - len(shown)
    if hidden:
        arms = "arm" if hidden == 1 else "arms"
        console.print(Text(f"and {hidden:,} more {arms} in leaderboard.csv", style="dim"), soft_wrap=True)


def render_selected(selected: Sequence[Selected], mode: Mode, console: Console) -> None:
    """Print the best setting of each level on selection and report seeds, the best on report seeds first.

    Args:
        selected: result of `sweep.analysis.selection.select`, with report seeds.
        mode: whether smaller or larger values are better.
        console: output console.
    """
    order = best_first([one.report for one in selected], mode)
    chosen = [selected[position] for position in order]
    plus_minus = "±" if "utf" in console.encoding.lower() else "+/-"
    columns: dict[str, Sequence[str]] = {
        "arm": [one.arm for one in chosen],
        "on fresh seeds": [_with_deviation(one.report.array, plus_minus) for one in chosen],
        "seeds": [str(len(one.report.seeds)) for one in chosen],
        "picked at": [spell(one.selection.mean) for one in chosen],
        "optimism": [spell(one.optimism(mode)) for one in chosen],
    }
    if any(one.report.pruned for one in chosen):
        columns["pruned"] = [str(len(one.report.pruned)) for one in chosen]
    if any(one.report.diverged for one in chosen):
        columns["diverged"] = [str(len(one.report.diverged)) for one in chosen]
    console.print(_table(columns, box.SIMPLE_HEAD if console.is_terminal else None))


def _with_deviation(values: NDArray[np.float64], plus_minus: str) -> str:
    if not len(values):
        return "-"
    return _mean_and_deviation(float(values.mean()), deviation(values) if len(values) > 1 else float("nan"), plus_minus)


def _mean_and_deviation(mean: float, deviation: float, plus_minus: str) -> str:
    """Format mean and deviation; a deviation due to rounding alone is shown as 0."""
    if deviation <= 1e-12 * abs(mean):
        deviation = 0.0
    return spell(mean) + (f" {plus_minus} {spell(deviation)}" if deviation == deviation else "")


def spell(value: float) -> str:
    """Format a number with about four digits; `-` for NaN.

    >>> spell(0.97222), spell(1437.0), spell(1.2e-7), spell(float("nan"))
    ('0.9722', '1437', '1.2e-07', '-')
    """
    if value != value:
        return "-"
    return f"{value:.4f}" if 0.001 <= abs(value) < 10 else f"{value:.4g}"


def _columns(frame: pd.DataFrame, plus_minus: str, by: By) -> dict[str, Sequence[str]]:
    """Format the cells of each column; columns of zero counts are omitted."""
    means = next(name for name in frame.columns if name.startswith(f"{by}_") and name.endswith("_mean"))
    metric = means.removeprefix(f"{by}_").removesuffix("_mean")
    other: tuple[str, By] = ("best", "best") if by == "final" else ("last", "final")
    columns: dict[str, Sequence[str]] = {
        "": ["-" if rank != rank else f"{rank:.0f}" for rank in frame["rank"].astype("float64")],
        "arm": frame["arm"].astype(str).tolist(),
        metric: [
            _mean_and_deviation(mean, std, plus_minus)
            for mean, std in zip(frame[means], frame[f"{by}_{metric}_std"], strict=True)
        ],
        other[0]: [spell(value) for value in frame[f"{other[1]}_{metric}_mean"]],
    }
    if (frame["seeds"] != 1).any():
        columns["seeds"] = frame["seeds"].astype(str).tolist()
    for name in ("pruned", "diverged", "failed", "unfinished"):
        # Tables of earlier versions count no pruned trials.
        if name in frame and (frame[name] > 0).any():
            columns[name] = frame[name].astype(str).tolist()
    if "reached" in frame:
        columns["reached"] = frame["reached"].astype(str).tolist()
        columns["steps"] = [spell(value) for value in frame["target_steps_median"]]
    return columns


def _fitting(columns: dict[str, Sequence[str]], width: int) -> dict[str, Sequence[str]]:
    """Drop optional columns one by one until the arms' labels have enough width."""
    columns = dict(columns)
    arms = min(ARM_WIDTH, max((len(arm) for arm in columns["arm"]), default=0))
    for name in SPARED:
        needed = sum(max(len(text) for text in (key, *cells)) + 2 for key, cells in columns.items() if key != "arm")
        if needed + arms <= width:
            break
        columns.pop(name, None)
    return columns


def _table(columns: dict[str, Sequence[str]], style: box.Box | None) -> Table:
    table = Table(box=style, show_edge=False, padding=(0, 1, 0, 0) if style else (0, 2, 0, 0), header_style="bold")
    for name in columns:
        # If the table does not fit, only the arm's label is wrapped.
        table.add_column(name, no_wrap=name != "arm", justify="left" if name == "arm" else "right")
    for row in zip(*columns.values(), strict=True):
        table.add_row(*(Text(cell) for cell in row))
    return table
