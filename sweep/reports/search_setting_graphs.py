"""Figures of a search over its hyperparameters: slices, contours of the two most important, and importances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.importance import FEWEST_SETTINGS, Importance, Method, importances
from sweep.analysis.search_settings import surface
from sweep.analysis.wording import capitalised, counted, level_name, metric_name
from sweep.errors import AnalysisError
from sweep.reports.collect import Findings
from sweep.reports.graph_records import Contour, Curve, Curves, Forest, Graph, Interval, Panel, Shares
from sweep.reports.search_graphs import MOST_PANELS, PRUNED, compared, searched_keys, value_scale
from sweep.reports.svg.scales import scale_of
from sweep.reports.training_graphs import label

if TYPE_CHECKING:
    import pandas as pd

    from sweep.analysis.comparison_data import Level

GRID = 40
"""Number of grid points of a contour along each axis."""

LEVELS = 9
"""Number of contour lines."""

FEWEST_POINTS = 6
"""Minimum number of settings for a contour."""

NAMES: dict[Method, str] = {"fanova": "fANOVA", "ped-anova": "PED-ANOVA"}


def slice_graph(findings: Findings) -> Graph | None:
    """The value of every setting over each hyperparameter; None if nothing was searched, or nothing varies."""
    if not findings.is_searched:
        return None
    panels = [panel for key in searched_keys(findings) if (panel := _slice(findings, key)) is not None]
    if not panels:
        return None
    return Graph(
        "slices",
        "Slices",
        "Each point is a setting, mean over seeds, at its value of one hyperparameter; all others differ too."
        f"{' Open and grey: a seed was pruned.' if findings.has_pruned else ''}"
        f"{_of_categories(panels)}",
        tuple(panels[: 2 * MOST_PANELS]),
    )


def _of_categories(panels: list[Panel]) -> str:
    if not any(isinstance(panel, Forest) for panel in panels):
        return ""
    return (
        " Of a categorical one the median of its settings is shown, from the first to the third quartile; the line is "
        "the median of all."
    )


def _slice(findings: Findings, key: str) -> Panel | None:
    if findings.trials[key].dtype.kind not in "iuf":
        return _categories(findings, key)
    study, curves, lost = findings.study, [], []
    for number, (level, table) in enumerate(findings.searched):
        used = table[table[key].notna()]
        x = used[key].to_numpy(dtype=np.float64)
        value, last = used["value"].to_numpy(), used["last"].to_numpy()
        lost.append((x, np.where(used["pruned"] > 0, last, np.nan)))
        crosses = np.unique(x[(used["diverged"] > 0).to_numpy()])
        if np.isfinite(value).any() or len(crosses):
            curves.append(
                Curve(label(level, study.scientific), number, x, value, crosses=crosses, has_dots=True, is_joined=False)
            )
    x, y = (np.concatenate(parts) for parts in zip(*lost, strict=True)) if lost else (np.empty(0), np.empty(0))
    if np.isfinite(y).any():
        curves.append(Curve(PRUNED, 0, x, y, has_dots=True, is_joined=False, is_open=True, tone="grey"))
    if not curves:
        return None
    xs, ys = (
        np.concatenate([np.asarray(getattr(curve, axis), dtype=np.float64) for curve in curves]) for axis in ("x", "y")
    )
    return Curves(f"Over {key}", key, metric_name(study.metric), tuple(curves), scale_of(xs), value_scale(ys))


def _categories(findings: Findings, key: str) -> Forest | None:
    """The median and the quartiles of the settings with each value of a categorical hyperparameter."""
    import pandas as pd

    measure, _ = compared(findings)
    joined = pd.concat([table for _, table in findings.searched])
    joined = joined[joined[key].notna() & np.isfinite(joined["same"].to_numpy(dtype=np.float64))]
    rows = []
    for value, own in joined.groupby(key, sort=True):
        low, middle, high = (
            float(found) for found in np.percentile(own["same"].to_numpy(dtype=np.float64), [25, 50, 75])
        )
        rows.append(Interval(str(value), middle, low, high, counted(len(own), "setting"), is_shown=True))
    if len(rows) < 2:
        return None
    everything = float(np.median(joined["same"].to_numpy(dtype=np.float64)))
    return Forest(f"By {key}", measure, tuple(rows), everything)


def contour_graph(findings: Findings) -> Graph | None:
    """The value over the two most important numeric hyperparameters of each level; None with too few settings."""
    if not findings.is_searched:
        return None
    measure, note = compared(findings)
    panels = [
        panel
        for level, table in findings.searched[:MOST_PANELS]
        if (panel := _contour(findings, level, table, measure)) is not None
    ]
    if not panels:
        return None
    return Graph(
        "contours",
        "The two most important together",
        "The value between the settings, marked, by linear interpolation over two numeric hyperparameters; the others "
        f"differ too. Bright is good.{note}",
        tuple(panels),
    )


def _contour(findings: Findings, level: Level, table: pd.DataFrame, measure: str) -> Curves | None:
    numeric = [key for key in searched_keys(findings) if table[key].dtype.kind in "iuf" and table[key].nunique() > 1]
    used = table[np.isfinite(table["same"].to_numpy(dtype=np.float64))]
    numeric = [key for key in numeric if used[key].notna().all()]
    if len(numeric) < 2 or len(used) < FEWEST_POINTS:
        return None
    across, up = _first_two(findings, used, numeric)
    x, y = (used[key].to_numpy(dtype=np.float64) for key in (across, up))
    scales = scale_of(x), scale_of(y)
    heights = used["same"].to_numpy(dtype=np.float64)
    on_axes = [np.log10(values) if scale == "log" else values for values, scale in zip((x, y), scales, strict=True)]
    found = surface(on_axes[0], on_axes[1], heights, GRID)
    if found is None or heights.min() == heights.max():
        return None
    grid = [10**values if scale == "log" else values for values, scale in zip(found[:2], scales, strict=True)]
    # A few bad settings would leave one colour for all others.
    low, high = np.percentile(heights, [0, 90] if findings.study.mode == "min" else [10, 100])
    levels = np.linspace(low, high if high > low else heights.max(), LEVELS)
    return Curves(
        title=f"{capitalised(level_name(level.name), findings.study.scientific)}: {counted(len(used), 'setting')}",
        x_label=across,
        y_label=up,
        curves=(Curve("setting", 0, x, y, has_dots=True, is_joined=False, is_open=True, tone="grey"),),
        x_scale=scales[0],
        y_scale=scales[1],
        contour=Contour(grid[0], grid[1], found[2], levels, measure, findings.study.mode == "min"),
    )


def _first_two(findings: Findings, table: pd.DataFrame, keys: list[str]) -> tuple[str, str]:
    """The two most important of the hyperparameters; the first two where that is not known."""
    try:
        found = importances(table, keys, findings.study.mode, findings.rng, value="same")
    except AnalysisError:
        found = ()
    names = [one.name for one in found]
    first, second, *_ = [*names, *(key for key in keys if key not in names)]
    return first, second


def search_importance_graph(findings: Findings) -> Graph | None:
    """Importance by fANOVA and by PED-ANOVA, conditional hyperparameters named; None if nothing was searched."""
    if not findings.is_searched:
        return None
    measure, note = compared(findings)
    heading = "Importance of the hyperparameters"
    panels: list[Panel] = []
    try:
        for level, table in findings.searched[:MOST_PANELS]:
            panels += _importance(findings, level, table)
    except AnalysisError as error:
        return Graph("importance", heading, str(error), ())
    if not panels:
        return None
    return Graph(
        "importance",
        heading,
        f"Of {measure}. Functional ANOVA: how much of the variation over the whole space each explains alone. "
        "PED-ANOVA: how far the values of the best tenth of the settings differ from those of all. A conditional "
        f"hyperparameter is measured among the settings that have it.{note}",
        tuple(panels),
    )


def _importance(findings: Findings, level: Level, table: pd.DataFrame) -> Iterator[Shares]:
    used = table[np.isfinite(table["same"].to_numpy(dtype=np.float64))]
    keys = [key for key in searched_keys(findings) if key in used and used[key].nunique() > 1]
    always = [key for key in keys if used[key].notna().all()]
    for method, name in NAMES.items():
        found = importances(used, always, findings.study.mode, findings.rng, method, "same")
        shares = {one.name: one.share for one in found}
        for key in keys:
            if key not in always and (own := _conditional(findings, used, keys, key, method)) is not None:
                shares[f"{key} (conditional: {int(used[key].notna().sum()):,} settings)"] = own.share
        if len(shares) > 1:
            order = sorted(shares, key=lambda one: -shares[one])
            lengths = tuple(100 * shares[one] for one in order)
            title = f"{name}, {level_name(level.name)} ({counted(len(used), 'setting')})"
            notes = tuple(f"{length:.0f} %" for length in lengths)
            yield Shares(title, "share of importance (%)", tuple(order), lengths, notes)


def _conditional(
    findings: Findings, table: pd.DataFrame, keys: list[str], key: str, method: Method
) -> Importance | None:
    """The importance of a hyperparameter among the settings that have it."""
    rows = table[table[key].notna()]
    if len(rows) < FEWEST_SETTINGS or rows[key].nunique() < 2:
        return None
    known = [one for one in keys if rows[one].notna().all()]
    found = importances(rows, known, findings.study.mode, findings.rng, method, "same")
    return next((one for one in found if one.name == key), None)
