"""Estimates the smallest detectable difference of a sweep from an earlier sweep or a short probe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from pathlib import Path

import numpy as np

from sweep.analysis.deviation import deviation
from sweep.analysis.outcomes import Mode
from sweep.analysis.pairing import compare
from sweep.analysis.power import minimum_detectable_effect
from sweep.analysis.ranking import By
from sweep.analysis.selection import Selected, select
from sweep.analysis.wording import counted, difference, metric_name
from sweep.config.metric import usual_mode
from sweep.driver.prepare import NetworkPreparation, Preparation
from sweep.errors import AnalysisError
from sweep.planning.recipe import batch_size_of, spec_of
from sweep.records import Arm, Trial
from sweep.reports.collect import find_folder
from sweep.results import load_results
from trainers.loop import train

PROBE_SEEDS = 5
"""Enough for a rough standard deviation, whose error exceeds a third in one case of three."""


@dataclass(frozen=True)
class Spread:
    """How much the difference between two levels varies from seed to seed.

    Args:
        deviation: standard deviation of the paired differences, the median over pairs of levels.
        pairs: number of pairs of levels.
        seeds: number of seeds that it was measured on.
        source: description of where it was measured.
    """

    deviation: float
    pairs: int
    seeds: int
    source: str


def find_spread(preparation: Preparation, name: str | None) -> Spread:
    """Return the spread in the sweep called ``name`` (or in that folder), or in a probe if there is no name.

    Raises:
        ResultsError: if there are no such results.
        AnalysisError: if they, or the probe, do not show a spread.
    """
    if name is None:
        return probe_spread(preparation)
    config = preparation.config
    folder, metric = find_folder(name, config.results), config.metric
    return spread_of_results(folder, metric.name, config.scientific, metric.by, metric.mode)


def spread_of_results(folder: Path, metric: str, scientific: str, by: By = "final", mode: Mode | None = None) -> Spread:
    """Measure the spread between the best settings of an earlier sweep's levels.

    Args:
        folder: results folder of the earlier sweep.
        metric: metric of both sweeps.
        scientific: the factor whose levels are compared.
        by: which value of a trial counts.
        mode: whether small or large values are better; None for what the name of the metric says.

    Raises:
        ResultsError: if the folder holds no results.
        AnalysisError: if they do not hold two levels with two seeds in common, or lack the metric.
    """
    trials = load_results(folder).trials
    if f"final_{metric}" not in trials or scientific not in trials:
        lacking = f"final_{metric}" if f"final_{metric}" not in trials else scientific
        raise AnalysisError(
            f"`--spread-from` needs results of the same metric and factor. Received: `{folder}`, which has no "
            f"`{lacking}`. Name a sweep that has, or use `--probe`."
        )
    picked = select(trials, metric, mode or usual_mode(metric) or "min", scientific=scientific, by=by)
    return _spread(picked, str(folder))


def _spread(picked: Sequence[Selected], source: str) -> Spread:
    found = []
    for first, second in combinations([one.selection for one in picked], 2):
        differences = compare(first, second, "max").differences
        if len(differences) > 1:
            found.append((deviation(np.array(differences)), len(differences)))
    if not found:
        raise AnalysisError(
            f"the spread over seeds needs two levels with two seeds in common. Received: {source}, which has none. "
            "Name a sweep with more seeds, or use `--probe`."
        )
    deviations, seeds = zip(*found, strict=True)
    return Spread(float(np.median(deviations)), len(found), min(seeds), source)


def probe_spread(preparation: Preparation) -> Spread:
    """Train the first setting of the first two levels on five seeds in this process, and measure their spread.

    Raises:
        AnalysisError: if there are fewer than two levels, or too few of their trials complete.
        ConfigError: if the training is the user's own, whose cost is not known.
    """
    config, plan = preparation.config, preparation.plan
    if not isinstance(preparation, NetworkPreparation):
        raise config.error(
            "trainer",
            "must be of our networks for a probe. Received: a training of your own, which may take any time. "
            "Name an earlier sweep by `--spread-from`.",
        )
    firsts: dict[object, Arm] = {}
    for arm in plan.arms:
        if plan.design.scientific in arm.setting:
            firsts.setdefault(arm.setting[plan.design.scientific], arm)
    name, best_name = f"final_{config.metric.name}", f"best_{config.metric.name}"
    rows = []
    for level, arm in list(firsts.items())[:2]:
        trials = [Trial(f"{arm.id}-{seed}", arm, seed) for seed in range(PROBE_SEEDS)]
        workload = preparation.workload_of(arm)
        pack = workload.recipe.pack(
            preparation.data_of(workload),
            [spec_of(t) for t in trials],
            batch_size_of(arm.setting),
            int(arm.setting["epochs"]),
        )
        values = np.full(PROBE_SEEDS, np.nan)
        bests = np.full(PROBE_SEEDS, np.nan)
        # A trial is NaN before its first epoch, which fmin and fmax ignore.
        better = np.fmin if config.metric.mode == "min" else np.fmax
        statuses = ["COMPLETED"] * PROBE_SEEDS
        for metrics in train(pack):
            now = metrics.values[config.metric.name]
            # A metric need not be computed after every epoch.
            values[metrics.trials[~np.isnan(now)]] = now[~np.isnan(now)]
            bests = better(bests, values)
            for end in metrics.ended:
                statuses[end.trial] = end.status
        rows += [
            {"arm_id": arm.id, "arm": arm.label, "level": str(level), "seed": t.seed, "status": status, name: value,
             best_name: best}
            for t, status, value, best in zip(trials, statuses, values, bests, strict=True)
        ]  # fmt: skip
    import pandas as pd

    table = pd.DataFrame(rows, columns=["arm_id", "arm", "level", "seed", "status", name, best_name])
    picked = select(table, config.metric.name, config.metric.mode, scientific="level", by=config.metric.by)
    return _spread(picked, f"a probe of {counted(PROBE_SEEDS, 'seed')}")


def detectable(preparation: Preparation, spread: Spread) -> str:
    """Describe the smallest difference that the sweep's seeds can detect.

    **Variant.** A power of 80 % for one pair of levels, at a significance level of 5 % divided by the number of pairs
    (Bonferroni, which is at least as strict as Holm's correction).
    """
    plan, metric = preparation.plan, preparation.config.metric.name
    seeds = len(plan.report_seeds or plan.seeds)
    pairs = max(1, comb(len(plan.design.budgets), 2))
    smallest = minimum_detectable_effect(spread.deviation, seeds, 0.05 / pairs)
    if not np.isfinite(smallest):
        return "with one seed no difference can be seen"
    seen = f"a difference of {difference(metric, smallest)} in {metric_name(metric)} can be seen"
    spelled = difference(metric, spread.deviation)
    return (
        f"with {seeds} paired seeds {seen} (80 % power, {counted(pairs, 'pair')}, spread {spelled} in {spread.source})"
    )
