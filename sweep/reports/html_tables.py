"""Tables of a report as plain text: levels, arms and trials."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from sweep.analysis.aggregate import estimate
from sweep.analysis.comparison_data import Level, Study
from sweep.analysis.leader import step_unit, unit_of
from sweep.analysis.outcomes import ranks
from sweep.analysis.ranking import OTHER, mean, rule
from sweep.analysis.wording import (
    capitalised,
    counted,
    difference,
    is_cut,
    level_name,
    limited,
    listing,
    metric_name,
    range_note,
)
from sweep.analysis.wording import value as spell
from sweep.reports.collect import Findings
from sweep.system.invocation import command
from sweep.tracking.addresses import is_server
from sweep.tracking.views import run_page
from trainers.base_rates import BaseRate

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


def levels_grid(findings: Findings) -> Grid:
    """One row per level of the scientific factor, at its best setting, best first."""
    study = findings.study
    name = capitalised(metric_name(study.metric))
    fresh = any(level.selected.is_fresh for level in study.levels)
    factor = study.scientific or "settings"
    columns = ["", factor, f"{name}, mean", f"{100 * study.confidence:g} % interval", "Seeds", "Diverged"]
    if fresh:
        columns += ["Where it was picked", "Optimism"]
    if study.target is not None:
        columns += ["Reached target", f"Median {unit_of(study)}"]
    columns += [f"{capitalised(metric_name(name))}, mean" for name in findings.beside]
    columns += ["Tried", "Best setting"]
    places = ranks([level.selected.report for level in study.levels])
    rows = [
        _level_row(study, place, level, fresh, _beside(findings, level))
        for place, level in zip(places, study.levels, strict=True)
    ]
    guesses = [row for rate in findings.base_rates if (row := _base_rate_row(study, rate, len(columns)))]
    rows += guesses
    words = {factor, "Best setting", f"{100 * study.confidence:g} % interval", "Reached target"}
    note = f"Ranked by the {rule(study.by)}: {name[:1].lower()}{name[1:]} at the best of the settings tried"
    note += f" for each {study.scientific}." if study.scientific else "."
    if fresh:
        seeds = max(len(level.selected.selection.seeds) for level in study.levels)
        note += f" Picked on {counted(seeds, 'seed')} and shown on others; optimism is the difference."
    if not fresh and any(level.selected.settings > 1 and level.selected.report.values for level in study.levels):
        note += " Shown on the seeds that picked the setting, which flatters all of them."
    means = [level.estimates["mean"] for level in study.levels]
    if any(is_cut(study.metric, one.low, one.high, one.value) for one in means):
        note += f" Intervals are Student's, cut {range_note(study.metric)}, where the range of the metric ends."
    if findings.beside:
        verb = "is" if len(findings.beside) == 1 else "are"
        note += f" {capitalised(listing([metric_name(name) for name in findings.beside]))} {verb} after the last epoch."
    if guesses:
        note += " Rows without a rank are base rates: simple predictions on the same splits, without a network."
    numeric = tuple(column not in words for column in columns)
    spelled = {level.name: level_name(level.name) for level in study.levels}
    other = [f"{name} is {said}" for name, said in spelled.items() if said.lower() != name]
    note += f" {listing(other)}." if other else ""
    heading = "Leaderboard" if study.scientific else "Best setting"
    return Grid("levels", heading, tuple(columns), tuple(rows), numeric, note, kept=("rank", "row"))


def _base_rate_row(study: Study, rate: BaseRate, width: int) -> tuple[str, ...]:
    """A row without a rank, over the seeds for which a level has a result; empty if there are none.

    Without any result of a level, there is nothing to compare a base rate with.
    """
    seeds = {seed for level in study.levels for seed in level.selected.report.seeds}
    values = list(rate.on(study.metric, seeds).values())
    if not values:
        return ()
    found = estimate(np.array(values), "mean", np.random.default_rng(0), study.confidence)
    low, high = limited(study.metric, found.low, found.high, found.value)
    interval = f"{spell(study.metric, low)} to {spell(study.metric, high)}" if found.known else "none"
    row = ("", capitalised(rate.name), spell(study.metric, found.value), interval, str(len(values)))
    return (*row, *[""] * (width - len(row) - 1), "base rate")


def _beside(findings: Findings, level: Level) -> tuple[str, ...]:
    """The means of the metrics that are asked besides, of the level's best setting after the last epoch."""
    trials, selected = findings.trials, level.selected
    rows = trials[(trials["arm_id"] == selected.arm_id) & trials["seed"].isin(selected.report.seeds)]
    found = {name: rows[f"final_{name}"].to_numpy(np.float64, na_value=np.nan) for name in findings.beside}
    known = {name: values[np.isfinite(values)] for name, values in found.items()}
    return tuple(spell(name, mean(values)) if len(values) else "none" for name, values in known.items())


def _level_row(study: Study, place: int | None, level: Level, fresh: bool, beside: tuple[str, ...]) -> tuple[str, ...]:
    found, report = level.estimates["mean"], level.selected.report
    has = bool(report.values)
    low, high = limited(study.metric, found.low, found.high, found.value)
    interval = f"{spell(study.metric, low)} to {spell(study.metric, high)}" if found.known else "none"
    row = [
        str(place) if place is not None else "",
        level.name,
        spell(study.metric, found.value) if has else "none",
        interval,
        str(len(report.seeds)),
        str(len(report.diverged)),
    ]
    if fresh:
        flattery = level.selected.optimism(study.mode)
        picked = level.selected.selection.mean
        row += [
            spell(study.metric, picked) if np.isfinite(picked) else "",
            difference(study.metric, flattery) if np.isfinite(flattery) else "",
        ]
    if study.target is not None:
        times = level.times[unit_of(study)]
        row += [
            f"{times.hits} of {len(times.times)}",
            f"{times.median:,.10g}" if np.isfinite(times.median) else "never",
        ]
    return (*row, *beside, str(level.selected.settings), level.selected.arm)


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
        if key in table and table[key].notna().any() and (key not in ("diverged", "failed") or table[key].any())
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
