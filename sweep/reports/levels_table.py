"""The table of a report with one row per level: its best setting, its result, and how it was found."""

from __future__ import annotations

import numpy as np

from sweep.analysis.aggregate import estimate
from sweep.analysis.comparison_data import Level, Study
from sweep.analysis.leader import unit_of
from sweep.analysis.outcomes import ranks
from sweep.analysis.ranking import mean, rule
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
from sweep.reports.html_tables import Grid
from trainers.base_rates import BaseRate


def levels_grid(findings: Findings) -> Grid:
    """One row per level of the scientific factor, at its best setting, best first."""
    study = findings.study
    name = capitalised(metric_name(study.metric))
    fresh = any(level.selected.is_fresh for level in study.levels)
    factor = study.scientific or "settings"
    columns = ["", factor, f"{name}, mean", f"{100 * study.confidence:g} % interval", "Seeds", "Diverged"]
    has_pruned = any(level.selected.report.pruned for level in study.levels)
    columns += ["Pruned"] if has_pruned else []
    if fresh:
        columns += ["Where it was picked", "Optimism"]
    if study.target is not None:
        columns += ["Reached target", f"Median {unit_of(study)}"]
    columns += [f"{capitalised(metric_name(name))}, mean" for name in findings.beside]
    columns += ["Tried", "Best setting"]
    places = ranks([level.selected.report for level in study.levels])
    rows = [
        _level_row(study, place, level, fresh, has_pruned, _beside(findings, level))
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


def _level_row(
    study: Study, place: int | None, level: Level, fresh: bool, has_pruned: bool, beside: tuple[str, ...]
) -> tuple[str, ...]:
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
        *([str(len(report.pruned))] if has_pruned else []),
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
