"""The table of the test part: the setting selected at each level, on examples that decided nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.aggregate import Estimate, estimate
from sweep.analysis.comparison_data import Level, Study
from sweep.analysis.wording import counted, is_cut, limited
from sweep.analysis.wording import value as spell
from sweep.reports.collect import SEED, Findings
from sweep.reports.html_tables import Grid

if TYPE_CHECKING:
    import pandas as pd

PREFIX = "test_"


def held_out_grid(findings: Findings) -> Grid | None:
    """Make the table of the test part beside the values by which the settings were selected and reported.

    Args:
        findings: the results.

    Returns:
        One row per level, in the order of the leaderboard; None without a test part.
    """
    study, test = findings.study, findings.test
    if test is None:
        return None
    names = _metrics(test, study.metric)
    levels = [level for level in study.levels if (test["arm_id"] == level.selected.arm_id).any()]
    if not names or not levels:
        return None
    fresh = any(level.selected.is_fresh for level in levels)
    factor = study.scientific or "settings"
    columns = [factor, f"{study.metric}, selection", *([f"{study.metric}, report"] if fresh else [])]
    columns += [*names, "Seeds", "Best setting"]
    rows, is_any_cut = [], False
    for level in levels:
        own = test[test["arm_id"] == level.selected.arm_id]
        found = {name: _estimate(own, name, study, level) for name in names}
        is_any_cut |= any(is_cut(_formatted(name), one.low, one.high, one.value) for name, one in found.items())
        rows.append(_row(study, level, found, fresh, own["trial_id"].nunique()))
    tests = max(int(test.loc[test["arm_id"] == level.selected.arm_id, "seed"].nunique()) for level in levels)
    at = f" at each {study.scientific}" if study.scientific else ""
    note = (
        f"The test part decided nothing: it was evaluated once, for the setting that {study.metric} selected{at}, on "
        f"{counted(tests, 'seed')}: mean and {100 * study.confidence:g} % interval over seeds. A value of the "
        "selection is the best of many, and looks better than it is."
    )
    if is_any_cut:
        note += " Intervals are Student's, cut where the range of the metric ends."
    numeric = tuple(column not in (factor, "Best setting") for column in columns)
    return Grid("test", "On the test part", tuple(columns), tuple(rows), numeric, note, kept=("row",))


def _metrics(test: pd.DataFrame, metric: str) -> list[str]:
    """The metrics of the test part, first that of the metric that decides."""
    names = [str(name) for name in test if str(name).startswith(PREFIX) and test[name].notna().any()]
    first = PREFIX + metric.partition("_")[2]
    return sorted(names, key=lambda name: name != first)


def _formatted(name: str) -> str:
    """The metric of the validation part, which has the same range and unit."""
    return f"val_{name.removeprefix(PREFIX)}"


def _estimate(own: pd.DataFrame, name: str, study: Study, level: Level) -> Estimate:
    values = own[name].dropna().to_numpy(dtype=np.float64)
    # The trainings of folds share examples, whatever part they are evaluated on.
    overlap = level.selected.report.overlap
    return estimate(values, "mean", np.random.default_rng(SEED), study.confidence, overlap=overlap)


def _row(study: Study, level: Level, found: dict[str, Estimate], fresh: bool, seeds: int) -> tuple[str, ...]:
    row = [level.name, _mean(study.metric, level.selected.selection.mean)]
    if fresh:
        row.append(_mean(study.metric, level.selected.report.mean))
    for name, one in found.items():
        metric = _formatted(name)
        low, high = limited(metric, one.low, one.high, one.value)
        interval = f" ({spell(metric, low)} to {spell(metric, high)})" if one.known else ""
        row.append(f"{_mean(metric, one.value)}{interval}")
    return (*row, str(seeds), level.selected.arm)


def _mean(metric: str, number: float) -> str:
    return spell(metric, number) if np.isfinite(number) else ""
