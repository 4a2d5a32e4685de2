"""Figures of training: learning curves, times to the target, and the learning rates actually used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sweep.analysis.censored_times import reached_by
from sweep.analysis.comparison_data import Level
from sweep.analysis.curves import learning_curves
from sweep.analysis.leader import step_unit
from sweep.analysis.profiles import performance_profiles, performance_ratios
from sweep.analysis.wording import best_name, capitalised, is_share, metric_name, target_value
from sweep.reports.collect import Findings
from sweep.reports.graph_records import Curve, Curves, Graph, Scale, View

LARGEST_FACTOR = 10.0
"""Performance profiles end at this multiple of the fastest time."""

MOST_SCHEDULES = 7

MOST_METRICS = 4
"""Maximum number of metrics with learning curves."""

LOSSES = ("val_loss", "train_loss")

NOT_METRICS = ("trial_id", "arm_id", "seed", "epoch", "steps", "examples", "seconds")
"""Columns of the table of epochs that are no results."""

X_AXES = {"epochs": "epoch", "steps": "steps", "seconds": "seconds"}
"""Maps the x-axis of learning curves to its column."""

SHARED = (
    " The trials of a pack train together: over seconds, each has an equal share of the time of its pack, which tells "
    "the settings of one pack apart no better than their steps do."
)


def label(level: Level, factor: str = "") -> str:
    """The name of a level of a factor as spelled in a legend."""
    return capitalised(best_name(level.name), factor)


def learning_graph(findings: Findings) -> Graph | None:
    """The metric and the losses over training, one line per level; None if nothing was trained."""
    levels = findings.study.levels
    arms = [level.selected.arm_id for level in levels]
    epochs = findings.epochs[findings.epochs["arm_id"].isin(arms)]
    if epochs.empty or epochs[findings.study.metric].isna().all():
        return None
    shown = _shown_metrics(findings, epochs)
    whose = f" of each {findings.study.scientific}" if findings.study.scientific else ""
    lines = {arm: _lines(epochs[epochs["arm_id"] == arm], arm, shown) for arm in arms}
    views = tuple(
        View(unit, scale, tuple(_learning(findings, lines, name, unit, scale) for name in shown))
        for scale in ("usual", "other")
        for unit in X_AXES
        if epochs[X_AXES[unit]].notna().any()
        # A training of the user's own that counts no steps has no axis of them.
        and not (findings.study.is_own and unit == "steps" and (epochs["steps"] == epochs["epoch"]).all())
    )
    return Graph(
        "learning-curves",
        "Learning curves",
        f"The best setting{whose}: mean over seeds, and in the band all seeds. "
        f"A line ends where no seed went on.{SHARED if findings.subject.are_seconds_shared else ''}",
        views[0].panels,
        views,
    )


def _shown_metrics(findings: Findings, epochs: pd.DataFrame) -> list[str]:
    """The metrics with learning curves: the compared one, and the losses or all that the user's training reports."""
    metric = findings.study.metric
    # Those that are asked come before the training loss.
    of_networks = (LOSSES[0], *findings.beside, *LOSSES[1:])
    others = [name for name in epochs if name not in NOT_METRICS] if findings.study.is_own else of_networks
    known = [name for name in dict.fromkeys(others) if name != metric and name in epochs and epochs[name].notna().any()]
    return [metric, *map(str, known[: MOST_METRICS - 1])]


def _lines(rows: pd.DataFrame, arm_id: str, metrics: list[str]) -> dict[str, pd.DataFrame]:
    """The curve of each metric of one arm, with the columns for its x-axes."""
    axes = rows.groupby("epoch")[[column for column in X_AXES.values() if column != "epoch"]].mean()
    return {name: learning_curves(rows, [arm_id], name).join(axes, on="epoch") for name in metrics}


def _learning(
    findings: Findings, lines: dict[str, dict[str, pd.DataFrame]], metric: str, unit: str, scale: str
) -> Curves:
    """Plot a metric over one unit; losses default to a log scale, since they span decades, and shares to a linear one.

    The log scale of a share shows 1 - share, because the logarithm of a share near 1 is not informative.
    """
    lowest = min(table[metric]["low"].min() for table in lines.values())
    is_log = (metric.endswith("loss") and not lowest <= 0) != (scale == "other")
    is_error = is_log and is_share(metric)
    curves = []
    for number, level in enumerate(findings.study.levels):
        table = lines[level.selected.arm_id][metric]
        x = table[X_AXES[unit]].to_numpy(dtype=np.float64)
        mean, low, high = (table[key].to_numpy(dtype=np.float64) for key in ("mean", "low", "high"))
        if is_error:
            mean, low, high = 1 - mean, 1 - high, 1 - low
        curves.append(Curve(label(level, findings.study.scientific), number, x, mean, low, high))
    axis: Scale = "log" if is_log else "linear"
    words = f"1 - {metric_name(metric)}" if is_error else metric_name(metric)
    target = findings.study.target if metric == findings.study.metric else None
    if target is not None and is_error:
        target = 1 - target
    if is_log and target is not None and target <= 0:
        target = None
    x_label = findings.subject.seconds if unit == "seconds" else unit
    return Curves(f"{capitalised(words)} over {unit}", x_label, words, tuple(curves), y_scale=axis, target=target)


def target_graph(findings: Findings) -> Graph | None:
    """Steps that the levels need to reach the target; None without a target or if none reaches it."""
    study = findings.study
    if study.target is None or not any(level.times["steps"].hits for level in study.levels):
        return None
    reached = [time for level in study.levels for time in level.times["steps"].times if np.isfinite(time)]
    end = 1.05 * max(reached)
    curves = []
    for number, level in enumerate(study.levels):
        times = level.times["steps"]
        found = reached_by(np.array(times.times, dtype=np.float64), times.cut)
        hits, shares = found.times, found.shares
        last = shares[-1] if shares else 0.0
        curves.append(
            Curve(label(level, study.scientific), number, [0, *hits, end], [0.0, *shares, last], is_step=True)
        )
    goal, unit = target_value(study.metric, study.target), step_unit(study)
    panels = [Curves(f"Seeds that have reached {goal}", unit, "share of seeds", tuple(curves), y_limits=(-0.03, 1.05))]
    if profile := _profile(findings):
        panels.append(profile)
    return Graph(
        "time-to-target",
        "Time to target",
        f"First, the share of seeds that have reached the target after so many {unit}; a line that stays below 1 "
        "misses. Second, the performance profile, the share of seeds on which it is within that factor of the fastest.",
        tuple(panels),
    )


def _profile(findings: Findings) -> Curves | None:
    levels = findings.study.levels
    if len(levels) < 2:
        return None
    times = pd.DataFrame(
        {level.name: dict(zip(map(str, level.times["steps"].seeds), level.times["steps"].times, strict=True))
         for level in levels}
    ).T  # fmt: skip
    factors = np.geomspace(1.0, LARGEST_FACTOR, 200)
    profile = performance_profiles(
        performance_ratios(times.reindex([level.name for level in levels]), LARGEST_FACTOR), factors
    )
    curves = tuple(
        Curve(label(level, findings.study.scientific), number, profile.factors, profile.shares[number], is_step=True)
        for number, level in enumerate(levels)
    )
    factor = f"times the {step_unit(findings.study)} of the fastest"
    return Curves("Performance profile", factor, "share of seeds", curves, "log", y_limits=(-0.03, 1.05))


def schedule_graph(findings: Findings) -> Graph | None:
    """The learning rate over the epochs, one line per schedule; None if all are constant."""
    trials, epochs = findings.trials, findings.epochs
    if findings.study.is_own or "learning_rate" not in epochs:
        return None
    keys = [str(key) for key in trials if str(key).startswith("decay") and trials[key].nunique() > 0]
    board = findings.leaderboard.merge(
        trials.drop_duplicates("arm_id")[["arm_id", *keys]], on="arm_id", suffixes=("_", "")
    )
    best = board[board["rank"].notna()].drop_duplicates(keys)
    curves: list[Curve] = []
    for _, arm in best.iterrows():
        rows = epochs[epochs["arm_id"] == arm["arm_id"]]
        rates = rows.groupby("epoch")["learning_rate"].mean() / float(arm["learning_rate"])
        # A constant schedule without warmup is not drawn.
        if rates.max() - rates.min() > 1e-9 and len(curves) < MOST_SCHEDULES:
            name, multiples = _schedule_name(arm, keys), rates.to_numpy(dtype=np.float64)
            x = rates.index.to_numpy(dtype=np.float64)
            curves.append(Curve(name, len(curves), x, multiples, has_dots=True))
    if not curves:
        return None
    return Graph(
        "schedules",
        "Learning-rate schedules actually followed",
        "The learning rate in each epoch as a multiple of the one that was set, as the trainings logged it, in the "
        "best arm of each schedule; mean over seeds.",
        (Curves("Learning rate over epochs", "epochs", "multiple of the set rate", tuple(curves)),),
    )


def _schedule_name(arm: pd.Series[Any], keys: list[str]) -> str:
    extras = [
        f"{key.removeprefix('decay_')} {arm[key]:g}"
        if isinstance(arm[key], float)
        else f"{key.removeprefix('decay_')} {arm[key]}"
        for key in keys
        if key not in ("decay", "decay_by") and pd.notna(arm[key])
    ]
    return ", ".join([str(arm["decay"]), *extras])
