"""Tables of a report as plain text: levels, arms and trials."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from sweep.analysis.leader import step_unit
from sweep.analysis.ranking import OTHER, mean, rule
from sweep.analysis.wording import (
    capitalised,
    metric_name,
)
from sweep.reports.collect import Findings
from sweep.system.invocation import command
from sweep.tracking.addresses import is_server
from sweep.tracking.views import run_page

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 2_000
"""Maximum number of rows; longer tables make a page slow, and the full table is in the results folder."""

ROUNDED = ("seconds", "seconds_mean")
"""Columns that are shown with few digits, like standard deviations."""

Side: TypeAlias = Literal["rank", "row", "result", "id", ""]


@dataclass(frozen=True)
class Grid:
    """A table.

    Args:
        name: id of its HTML element.
        heading: heading of the table.
        columns: column headers.
        rows: one text per cell.
        numeric: which columns hold numbers and are right-aligned.
        note: note below the table; empty for none.
        addresses: maps the text of a cell to its link.
        kept: role of each column: ``rank`` and ``row`` (identify a row) stay in view at the left when scrolling,
            ``result`` at the right; ``id`` marks ids, which are abbreviated on a page; empty for the others.
        base_rows: rows below the others, not affected by sorting or filters.
    """

    name: str
    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    note: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[Side, ...] = ()
    base_rows: tuple[tuple[str, ...], ...] = ()


def arms_grid(findings: Findings) -> Grid:
    """One row per arm, best first."""
    board, metric, by = findings.leaderboard, findings.study.metric, findings.study.by
    other = "best" if by == "final" else "last"
    used = varied(board, findings.subject.keys) or (findings.subject.keys if findings.study.is_own else ())
    names = {
        "rank": "rank",
        "optimizer": "optimizer",
        **{key: key for key in used},
        f"{by}_{metric}_std": "std",
        f"{by}_{metric}_min": "min",
        f"{by}_{metric}_max": "max",
        f"{OTHER[by]}_{metric}_mean": f"{other} value",
        "seeds": "seeds",
        "pruned": "pruned",
        "pruned_rung": "pruned from rung",
        "pruned_value": "value there",
        "diverged": "diverged",
        "failed": "failed",
        "reached": "reached",
        "target_steps_median": f"median {step_unit(findings.study)} to target",
        "seconds_mean": findings.subject.seconds,
        "arm_id": "arm_id",
        f"{by}_{metric}_mean": f"{metric}, mean",
    }
    note = "An arm is one setting of all hyperparameters, trained with each seed. "
    if not board[f"{by}_{metric}_mean"].notna().any():
        return _grid("arms", "All arms", board, names, f"{note}None has a result.")
    note += (
        f"Ranked by the {rule(by)}, which the last column has, with standard deviation, lowest and highest "
        f"{metric_name(metric)}; the {other} value is the mean over seeds of the {other} epoch."
    )
    if findings.subject.are_seconds_shared:
        note += " Seconds are each trial's equal share of the time that its pack trained."
    seeds = {int(seed) for seed in findings.trials["seed"]}
    known = [(rate.name, list(rate.on(metric, seeds).values())) for rate in findings.base_rates]
    guesses = [
        {"optimizer": capitalised(name), "seeds": str(len(values)), f"{by}_{metric}_mean": _text(mean(values))}
        for name, values in known
        if values
    ]
    if guesses:
        note += " Rows at the end, without a rank, are base rates: simple predictions without a network."
    return _grid("arms", "All arms", board, names, note, guesses)


def trials_grid(findings: Findings) -> Grid:
    """One row per trial, in plan order."""
    trials, metric = findings.trials, findings.study.metric
    names = {
        "optimizer": "optimizer",
        **{key: key for key in varied(trials, findings.subject.keys)},
        "seed": "seed",
        "status": "status",
        f"best_{metric}": "best value",
        "best_epoch": "best epoch",
        "target_steps": f"{step_unit(findings.study)} to target",
        "pruned_rung": "pruned at rung",
        "pruned_value": "value there",
        "diverged_step": "diverged at step",
        "seconds": findings.subject.seconds,
        "trial_id": "trial_id",
    }
    runs, last = findings.runs, {f"final_{metric}": metric}
    said = (
        f"The best value and the epoch that had it; {metric_name(metric)} in the last column is after the last epoch."
        if trials[f"final_{metric}"].notna().any()
        else "No trial has a result."
    )
    if runs is None:
        return _grid("trials", "All trials", trials, {**names, **last}, said)
    names = {**names, "mlflow_run": "mlflow_run", **last}
    shown = trials.assign(mlflow_run=trials["trial_id"].map(dict(runs.runs)))
    if is_server(runs.uri):
        pages = {run: run_page(runs.uri, runs.experiment_id, run) for run in runs.runs.values()}
        return replace(_grid("trials", "All trials", shown, names, said), addresses=pages)
    opening = f"{command('ui')} --uri {shlex.quote(runs.uri)}"
    note = (
        f"{said} `{opening}` opens MLflow's dashboard; a run is at #/experiments/{runs.experiment_id}/runs/ and its id."
    )
    return _grid("trials", "All trials", shown, names, note)


def varied(table: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    """The hyperparameters, except the optimizer, that differ between the rows of a table."""
    return [key for key in keys if key != "optimizer" and key in table and table[key].nunique(dropna=False) > 1]


def _grid(
    name: str,
    heading: str,
    table: pd.DataFrame,
    names: dict[str, str],
    note: str,
    base: Sequence[Mapping[str, str]] = (),
) -> Grid:
    # Counts that are zero in every row are omitted.
    kept = [
        key
        for key in names
        if key in table
        and table[key].notna().any()
        and (key not in ("pruned", "diverged", "failed") or table[key].any())
    ]
    shown = table[kept].head(MOST_ROWS)
    cells = [
        [
            "" if empty else _text(cell, 4 if key in ROUNDED or key.endswith("_std") else 6)
            for cell, empty in zip(shown[key], shown[key].isna(), strict=True)
        ]
        for key in kept
    ]
    if len(table) > MOST_ROWS:
        note = f"{note} The first {MOST_ROWS:,} of {len(table):,} rows; the results folder holds all.".strip()
    columns = tuple(names[key] for key in kept)
    numeric = tuple(table[key].dtype.kind in "iuf" for key in kept)
    # The first column other than the rank identifies the row; the mean or value of the metric is the last.
    row = next((place for place, key in enumerate(kept) if key != "rank"), None)
    last = len(kept) - 1 if kept and kept[-1].startswith(("final_", "best_")) else None
    sides: tuple[Side, ...] = tuple(
        "rank" if key == "rank" else "row" if place == row else "result" if place == last else _id(key)
        for place, key in enumerate(kept)
    )
    base_rows = tuple(tuple(row.get(key, "") for key in kept) for row in base)
    return Grid(name, heading, columns, tuple(zip(*cells, strict=True)), numeric, note, kept=sides, base_rows=base_rows)


def _id(key: str) -> Literal["id", ""]:
    return "id" if key in ("arm_id", "trial_id", "mlflow_run") else ""


def _text(cell: object, digits: int = 6) -> str:
    return f"{cell:.{digits}g}" if isinstance(cell, float) else str(cell)
