"""Figures on the effect of settings: differences, learning-rate sensitivity, heat maps, importance, tuning curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.comparison_data import Level
from sweep.analysis.importance import importances
from sweep.analysis.interaction import heat_map
from sweep.analysis.settings import settings_table
from sweep.analysis.tuning_curve import tuning_curve
from sweep.analysis.wording import capitalised, is_share, level_name, limited_difference, metric_name
from sweep.errors import AnalysisError
from sweep.reports.collect import Findings
from sweep.reports.graph_records import Curve, Curves, Forest, Graph, Heat, Interval, Scale, Shares
from sweep.reports.svg.scales import scale_of
from sweep.reports.training_graphs import label

if TYPE_CHECKING:
    import pandas as pd

MOST_FOR_ALL_PAIRS = 5
"""With more levels, only differences from the best one are drawn."""

PAIRS = (("beta1", "beta2"), ("learning_rate", "batch_size"))

RESAMPLES = 500

MOST_PANELS = 4
"""Maximum number of hyperparameters with a figure of their own."""


def difference_graph(findings: Findings) -> Graph | None:
    """Paired differences with intervals; None for a single level, or without a common seed."""
    study = findings.study
    best = study.levels[0].name if study.levels else ""
    all_pairs = len(study.levels) <= MOST_FOR_ALL_PAIRS
    scale, unit = (100.0, "points of ") if is_share(study.metric) else (1.0, "")
    names = {level.name: label(level, study.scientific) for level in study.levels}
    rows = []
    for pair in study.comparisons:
        if not all_pairs and best not in (pair.first, pair.second):
            continue
        low, high = limited_difference(study.metric, pair.difference.low, pair.difference.high)
        rows.append(
            Interval(
                f"{names[pair.first]} - {names[pair.second]}",
                scale * pair.difference.value,
                scale * low,
                scale * high,
                f"p {pair.adjusted_p_value:.2g}, {len(pair.seeds)} seeds" if pair.seeds else "no seed in common",
                pair.verdict in ("first", "second"),
            )
        )
    if not any(pair.seeds for pair in study.comparisons):
        return None
    which = "Every two" if all_pairs else "The best and every other"
    return Graph(
        "differences",
        "Paired differences",
        f"{which}, seed by seed, with {100 * study.confidence:g} % interval: right of 0 the first is better. Filled: a "
        "difference is shown; open and dashed: none is. p after Holm's correction over all pairs.",
        (
            Forest(
                "Which is better, and by how much",
                f"{unit}{metric_name(study.metric)}",
                tuple(rows),
            ),
        ),
    )


def sensitivity_graph(findings: Findings) -> Graph | None:
    """Best result at each learning rate; None if no optimizer has two learning rates, or if some were pruned.

    Of a training of the user's own, at each value of every hyperparameter that is a number.
    """
    if findings.has_pruned or findings.search != "grid":
        # Few settings of a search share a value, and of pruned ones the better are left; there are slices instead.
        return None
    if findings.study.is_own:
        return _own_sensitivity_graph(findings)
    if "learning_rate" not in findings.trials or findings.trials["learning_rate"].dtype.kind not in "fi":
        return None
    panel = _sensitivity(findings, "learning_rate", "log")
    if panel is None:
        return None
    return Graph(
        "learning-rate-sensitivity",
        "Learning-rate sensitivity",
        "The other hyperparameters are tuned away at each learning rate; mean over seeds. A cross at the top marks a "
        "learning rate at which a setting diverged. A wide top means little tuning.",
        (panel,),
    )


def _own_sensitivity_graph(findings: Findings) -> Graph | None:
    panels = []
    for key in _numeric(findings.trials, findings.subject.keys):
        if key != findings.study.scientific:
            panels.append(
                _sensitivity(findings, key, scale_of(findings.trials[key].dropna().to_numpy(dtype=np.float64)))
            )
    shown = tuple(panel for panel in panels if panel is not None)[:MOST_PANELS]
    if not shown:
        return None
    return Graph(
        "sensitivity",
        "Sensitivity to single hyperparameters",
        "The other hyperparameters are tuned away at each value; mean over seeds. A cross at the top marks a value at "
        "which a setting diverged. A flat line means that the hyperparameter hardly matters.",
        shown,
    )


def _sensitivity(findings: Findings, key: str, scale: Scale) -> Curves | None:
    """The best result at each value of a hyperparameter, one line per level; None below two values or without one."""
    study = findings.study
    curves = []
    tried = 0
    for number, (level, table) in enumerate(_tables(findings)):
        found = table[table[key].notna()].groupby(key)["value"]
        values = (found.max() if study.mode == "max" else found.min()).sort_index()
        lost = np.unique(table.loc[(table["diverged"] > 0) & table[key].notna(), key].to_numpy(dtype=np.float64))
        tried = max(tried, len(values))
        if study.is_own and values.empty:
            continue
        name, x = label(level, study.scientific), values.index.to_numpy(dtype=np.float64)
        curves.append(Curve(name, number, x, values.to_numpy(), crosses=lost, has_dots=True))
    if tried < 2 or not _has_numbers(curves):
        return None
    return Curves(f"Best setting at each {key}", key, metric_name(study.metric), tuple(curves), scale)


def _numeric(trials: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    """The hyperparameters that are numbers and have several values."""
    return [key for key in keys if key in trials and trials[key].dtype.kind in "iuf" and trials[key].nunique() > 1]


def heat_graph(findings: Findings) -> Graph | None:
    """Heat maps of two hyperparameters that both vary within a level; None without any, or if some were pruned."""
    study = findings.study
    column = f"{study.by}_{study.metric}"
    panels: list[Heat] = []
    if findings.has_pruned or findings.search != "grid":
        return None
    for level in study.levels:
        trials = _trials(findings, level)
        for rows, columns in _pairs(findings, trials):
            if not {rows, columns} <= set(trials):
                continue
            near = _neighbours(trials, level.selected.arm_id, (rows, columns), findings.subject.keys)
            if near[rows].nunique() < 2 or near[columns].nunique() < 2:
                continue
            found = heat_map(near, rows, columns, column)
            scale = 100.0 if is_share(study.metric) else 1.0
            notes = tuple(
                tuple(_cell(scale * mean, int(lost)) for mean, lost in zip(*pair, strict=True))
                for pair in zip(found.means, found.diverged, strict=True)
            )
            unit = " (%)" if is_share(study.metric) else ""
            panels.append(
                Heat(
                    title=f"{_all_of(level, study.scientific)}: {metric_name(study.metric)}{unit}",
                    x_label=columns,
                    y_label=rows,
                    x_names=tuple(f"{value:g}" for value in found.column_values),
                    y_names=tuple(f"{value:g}" for value in found.row_values),
                    values=scale * found.means,
                    notes=notes,
                    is_low_good=study.mode == "min",
                    limits=(0.0, 1.0),
                    measure=f"{metric_name(study.metric)}{unit}",
                )
            )
    if not panels:
        return None
    # One shared colour scale, so that colours are comparable across panels.
    known = [float(value) for panel in panels for value in panel.values.flat if np.isfinite(value)]
    limits = (min(known), max(known)) if known else (0.0, 1.0)
    panels = [replace(panel, limits=limits) for panel in panels]
    return Graph(
        "heat-maps",
        "Two hyperparameters together",
        "Mean over seeds; the other hyperparameters are those of the best setting. Bright is good, and a colour means "
        "the same in all panels; x marks how many trials of a cell diverged.",
        tuple(panels),
    )


def importance_graph(findings: Findings) -> Graph | None:
    """Share of the variation explained by each hyperparameter; None without Optuna or with too few settings.

    A search has its own, `sweep.reports.search_setting_graphs.search_importance_graph`.
    """
    study = findings.study
    if findings.is_searched:
        return None
    panels = []
    for level, table in _tables(findings):
        try:
            keys = [key for key in findings.subject.keys if key != study.scientific]
            found = importances(table, keys, study.mode, findings.rng)
        except AnalysisError:
            return None
        if len(found) > 1:
            names = tuple(one.name for one in found)
            lengths = tuple(100 * one.share for one in found)
            notes = tuple(f"{length:.0f} %" for length in lengths)
            panels.append(
                Shares(
                    f"{_all_of(level, study.scientific)} ({len(table)} settings)",
                    "share of importance (%)",
                    names,
                    lengths,
                    notes,
                )
            )
    if not panels:
        return None
    return Graph(
        "importance",
        "Importance of the hyperparameters",
        "Functional ANOVA: how much of the variation among the settings that trained each explains alone.",
        tuple(panels),
    )


def tuning_graph(findings: Findings) -> Graph | None:
    """Expected result after a number of random settings; None below two settings, or if some were pruned."""
    study = findings.study
    curves: list[Curve] = []
    if findings.has_pruned:
        # The settings that were not pruned are no random ones.
        return None
    for number, (level, table) in enumerate(_tables(findings)):
        curve = tuning_curve(table["value"].to_numpy(dtype=np.float64), study.mode, findings.rng, resamples=RESAMPLES)
        name = label(level, study.scientific)
        curves.append(Curve(name, number, curve.tried, curve.expected, curve.low, curve.high))
    longest = max((len(curve.x) for curve in curves), default=0)
    if longest < 2 or not _has_numbers(curves):
        return None
    panel = Curves("Expected best of k settings", "settings tried, k", metric_name(study.metric), tuple(curves),
                   "log" if longest > 20 else "linear")  # fmt: skip
    return Graph(
        "tuning-curves",
        "What tuning is worth",
        "The best result to expect after trying k of the settings at random, with a "
        f"{100 * study.confidence:g} % band. Who is ahead on the left needs less tuning.",
        (panel,),
    )


def _has_numbers(curves: Sequence[Curve]) -> bool:
    """Whether any curve has a finite value; otherwise the y-axis would have meaningless ticks."""
    return any(np.isfinite(np.asarray(curve.y, dtype=np.float64)).any() for curve in curves)


def _all_of(level: Level, factor: str) -> str:
    """The name of a level as a title of what shows all its settings."""
    return capitalised(level_name(level.name), factor)


def _pairs(findings: Findings, trials: pd.DataFrame) -> Sequence[tuple[str, str]]:
    """Pairs of hyperparameters with a heat map; of a training of the user's own, its first three numbers."""
    if not findings.study.is_own:
        return PAIRS
    numbers = [key for key in _numeric(trials, findings.subject.keys) if key != findings.study.scientific]
    return list(combinations(numbers[:3], 2))


def _trials(findings: Findings, level: Level) -> pd.DataFrame:
    return findings.trials[findings.trials["arm_id"].isin(list(level.selected.tried))]


def _tables(findings: Findings) -> list[tuple[Level, pd.DataFrame]]:
    column = f"{findings.study.by}_{findings.study.metric}"
    return [(level, settings_table(_trials(findings, level), column)) for level in findings.study.levels]


def _neighbours(trials: pd.DataFrame, arm_id: str, free: tuple[str, str], keys: Sequence[str]) -> pd.DataFrame:
    """The trials that differ from an arm only in the two given hyperparameters."""
    arm = trials[trials["arm_id"] == arm_id].iloc[0]
    kept = trials
    for key in keys:
        if key in kept and key not in free and kept[key].nunique(dropna=False) > 1:
            kept = kept[kept[key].isna() if arm[key] is None or arm[key] != arm[key] else kept[key] == arm[key]]
    return kept


def _cell(mean: float, lost: int) -> str:
    number = f"{mean:.4g}" if np.isfinite(mean) else ""
    return f"{number} x{lost}".strip() if lost else number
