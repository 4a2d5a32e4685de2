"""Figures of a search over time: best so far, what was proposed, distribution of values, and rungs with survivors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.pruning import pruning
from sweep.analysis.search_settings import best_so_far, common_epoch, distribution
from sweep.analysis.wording import capitalised, counted, metric_name
from sweep.reports.collect import Findings
from sweep.reports.graph_records import Curve, Curves, Graph, Scale, Shares
from sweep.reports.svg.scales import scale_of
from sweep.reports.training_graphs import label

if TYPE_CHECKING:
    import pandas as pd

    from sweep.analysis.outcomes import Floats

MOST_PANELS = 6
"""Maximum number of panels of a figure; the best levels, or the first hyperparameters."""

PRUNED = "pruned, at its last value"


def compared(findings: Findings) -> tuple[str, str]:
    """What is compared at one epoch: the name of the values, and a sentence that says so if something was pruned."""
    name = metric_name(findings.study.metric)
    at = common_epoch(findings.trials)
    if at is None:
        return name, ""
    return (
        f"{name} after epoch {at:g}",
        f" Compared after epoch {at:g}, the last that all reached, since pruned trainings have no final value.",
    )


def searched_keys(findings: Findings) -> list[str]:
    """The hyperparameters with two or more values, except the compared one."""
    trials, factor = findings.trials, findings.study.scientific
    # A hyperparameter with the same value wherever it is used was not searched.
    return [key for key in findings.subject.keys if key != factor and key in trials and trials[key].nunique() > 1]


def value_scale(values: Floats) -> Scale:
    """The scale of values of the metric."""
    return scale_of(values[np.isfinite(values)])


def history_graph(findings: Findings) -> Graph | None:
    """Every setting as a point and the best so far as a line, one panel per level; None if nothing was searched."""
    study = findings.study
    panels = []
    for number, (level, table) in enumerate(findings.searched[:MOST_PANELS] if findings.is_searched else []):
        value, last = table["value"].to_numpy(), table["last"].to_numpy()
        x, is_pruned = table["number"].to_numpy(dtype=np.float64), (table["pruned"] > 0).to_numpy()
        if not np.isfinite(np.where(is_pruned, last, value)).any():
            continue
        lost = x[(table["diverged"] > 0).to_numpy()]
        curves = [
            Curve("best so far", number, x, best_so_far(value, study.mode), crosses=lost, is_step=True),
            Curve("ended", number, x, value, has_dots=True, is_joined=False),
        ]
        if is_pruned.any():
            shown = np.where(is_pruned, last, np.nan)
            curves.append(Curve(PRUNED, 0, x, shown, has_dots=True, is_joined=False, is_open=True, tone="grey"))
        every = np.concatenate([np.asarray(curve.y, dtype=np.float64) for curve in curves])
        title = f"{capitalised(label(level, study.scientific))}: {counted(len(table), 'setting')}"
        panels.append(
            Curves(title, "setting, in the order proposed", metric_name(study.metric), tuple(curves),
                   y_scale=value_scale(every))
        )  # fmt: skip
    if not panels:
        return None
    pruned = " Open and grey: a seed was pruned." if any(len(panel.curves) > 2 for panel in panels) else ""
    return Graph(
        "search-history",
        "Search history",
        f"Each point is a setting, mean over seeds{_method(findings)}; the line is the best that had ended by then, of "
        f"those without a pruned or diverged seed.{pruned} A cross at the top marks a setting that diverged.",
        tuple(panels),
    )


def _method(findings: Findings) -> str:
    parts = [f"proposed by `{findings.search}`"] if findings.search != "grid" else []
    does = "changed" if any(one.parent for one in findings.descents) else "pruned"
    parts += [f"{does} by `{findings.scheduler}`"] if findings.scheduler else []
    return f", {' and '.join(parts)}" if parts else ""


def proposals_graph(findings: Findings) -> Graph | None:
    """The values of each numeric hyperparameter in the order of the proposals; None without a search method."""
    if findings.search == "grid":
        return None
    study, found = findings.study, findings.searched
    panels = []
    for key in searched_keys(findings):
        if findings.trials[key].dtype.kind not in "iuf":
            continue
        curves = tuple(
            Curve(label(level, study.scientific), number, _numbers(table, "number"), _numbers(table, key),
                  has_dots=True, is_joined=False)
            for number, (level, table) in enumerate(found)
            if key in table and table[key].notna().any()
        )  # fmt: skip
        if curves:
            every = np.concatenate([np.asarray(curve.y, dtype=np.float64) for curve in curves])
            panels.append(
                Curves(f"{key} over time", "setting, in the order proposed", key, curves, y_scale=value_scale(every))
            )
    if not panels:
        return None
    return Graph(
        "proposals",
        "What was proposed over time",
        f"The values that `{findings.search}` proposed, in that order. A method that learns narrows its range; one "
        "that draws at random does not.",
        tuple(panels[:MOST_PANELS]),
    )


def _numbers(table: pd.DataFrame, key: str) -> Floats:
    return np.asarray(table[key].to_numpy(dtype=np.float64, na_value=np.nan))


def distribution_graph(findings: Findings) -> Graph | None:
    """The empirical distribution of the values of all settings, one line per level; None if nothing was searched."""
    study = findings.study
    measure, note = compared(findings)
    curves = []
    for number, (level, table) in enumerate(findings.searched if findings.is_searched else []):
        values, shares = distribution(table["same"].to_numpy(dtype=np.float64))
        if len(values):
            start = [values[0], *values], [0.0, *shares]
            curves.append(Curve(label(level, study.scientific), number, *start, is_step=True))
    if max((len(curve.x) for curve in curves), default=0) < 3:
        return None
    every = np.concatenate([np.asarray(curve.x, dtype=np.float64) for curve in curves])
    good = "left" if study.mode == "min" else "right"
    return Graph(
        "distribution",
        "Distribution of the values",
        "The share of settings whose value, mean over seeds, is no larger. A line further to the "
        f"{good} is of better settings; a steep one is of settings that hardly differ.{note}",
        (
            Curves("Share of settings", measure, "share of settings", tuple(curves), value_scale(every),
                   y_limits=(-0.03, 1.05)),
        ),
    )  # fmt: skip


def rungs_graph(findings: Findings) -> Graph | None:
    """How many trainings reached each rung, and how many were pruned there; None if nothing was pruned."""
    study, panels = findings.study, []
    for level in study.levels:
        rows = findings.trials[findings.trials["arm_id"].isin(list(level.selected.tried))]
        found = pruning(rows)
        if found is None or len(found.rungs) < 2:
            continue
        ends = ["the end" if np.isinf(rung.at) else f"rung {rung.at:g}" for rung in found.rungs]
        names = tuple(f"{end}: {rung.reached:,}" for end, rung in zip(ends, found.rungs, strict=True))
        notes = tuple("" if np.isinf(rung.at) else f"{rung.pruned:,} pruned" for rung in found.rungs)
        saved = f"{100 * found.saved_epochs:.0f} % of the epochs saved"
        panels.append(
            Shares(f"{capitalised(label(level, study.scientific))}: {saved}", "trainings that reached the rung", names,
                   tuple(float(rung.reached) for rung in found.rungs), notes)
        )  # fmt: skip
    if not panels:
        return None
    return Graph(
        "rungs",
        "Rungs and survivors",
        "How many trainings reached each rung, and how many the scheduler pruned there. Rungs are epochs, unless the "
        "scheduler counts something else.",
        tuple(panels[:MOST_PANELS]),
    )
