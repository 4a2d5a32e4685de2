"""Tests each kind of gate on the tables of a sweep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.hyperparameters import grouped_by, level_of
from sweep.analysis.outcomes import Mode, Outcomes, outcomes
from sweep.analysis.ranking import By, reaching
from sweep.analysis.selection import Selected, select
from sweep.analysis.time_to_target import ENDED, TimeToTarget, Unit, arm_times, times_to_target
from sweep.analysis.wording import best_name, counted, level_name, limited, metric_name, value
from sweep.config.gates import Bound, Exact, Gate, NoWorse, Order, Time
from sweep.config.metric import usual_mode
from sweep.gates.against_baseline import exact_parts, no_worse_part, pruned_part
from sweep.gates.decision import Baseline, EvaluatedGate, Part
from sweep.gates.sampling import binomial_p_value, one_sided_test

if TYPE_CHECKING:
    import pandas as pd

    from sweep.config import SweepConfig
    from sweep.records import Trial

CONFIDENCE = 0.95
"""Confidence of the one-sided bounds that show that a gate holds."""


@dataclass(frozen=True)
class Evidence:
    """Data on which gates are decided.

    Args:
        trials: one row per trial.
        epochs: one row per epoch of a trial.
        metric: metric by which the arms are compared.
        mode: whether smaller or larger values are better.
        target: target value of the metric; None for no target.
        baseline: baseline to compare with; None without one.
        planned: all trials, with their settings.
        is_bitwise: whether numbers are reproducible bit for bit: same environment as the baseline, and NumPy.
        by: whether the last or the best epoch of a trial ranks it and is tested by gates on a metric.
        factor: factor whose levels the gates name; empty if all settings are one level.
        asked: metrics that are computed because they are asked.
    """

    trials: pd.DataFrame
    epochs: pd.DataFrame
    metric: str
    mode: Mode
    target: float | None
    baseline: Baseline | None = None
    planned: tuple[Trial, ...] = ()
    is_bitwise: bool = False
    by: By = "final"
    factor: str = "optimizer"
    asked: tuple[str, ...] = ()

    @property
    def levels(self) -> dict[str, str]:
        """Level as a gate spells it -> its name in the tables of a comparison."""
        given = (trial.arm.setting for trial in self.planned)
        return {str(one[self.factor]): level_of(one[self.factor], self.factor) for one in given if self.factor in one}


def evidence_of(
    config: SweepConfig,
    trials: pd.DataFrame,
    epochs: pd.DataFrame,
    planned: tuple[Trial, ...],
    baseline: Baseline | None = None,
    *,
    is_bitwise: bool = False,
) -> Evidence:
    """Collect the data on which the gates of a configuration are decided."""
    metric = config.metric
    target = config.trainer.target
    return Evidence(
        trials=trials,
        epochs=epochs,
        metric=metric.name,
        mode=metric.mode,
        target=target,
        baseline=baseline,
        planned=planned,
        is_bitwise=is_bitwise,
        by=metric.by,
        factor=grouped_by(config),
        asked=() if config.own is not None else metric.columns,
    )


def examine(gates: tuple[Gate, ...], evidence: Evidence) -> tuple[EvaluatedGate, ...]:
    """Run the tests of each gate."""
    found = select(evidence.trials, evidence.metric, evidence.mode, scientific=evidence.factor, by=evidence.by)
    names = {level: name for name, level in evidence.levels.items()}
    picked = {names.get(one.level, one.level): one for one in found}
    if not evidence.trials["status"].isin([*ENDED, "PRUNED"]).any():
        # A sweep that was stopped before its first result has no metric columns.
        return tuple(EvaluatedGate(gate, ()) for gate in gates)
    times = None
    if any(isinstance(gate, Time | Order) for gate in gates):
        assert evidence.target is not None
        times = times_to_target(evidence.trials, evidence.epochs, evidence.metric, evidence.mode, evidence.target)
    return tuple(EvaluatedGate(gate, tuple(_parts(gate, evidence, picked, times))) for gate in gates)


def _parts(gate: Gate, evidence: Evidence, picked: dict[str, Selected], times: pd.DataFrame | None) -> Iterator[Part]:
    if isinstance(gate, Time | Order):
        assert times is not None
        yield from _speeds(gate, evidence, picked, times)
    elif isinstance(gate, NoWorse | Exact):
        assert evidence.baseline is not None
        yield from _comparisons(gate, evidence, picked, evidence.baseline)
    elif gate.metric == "diverged":
        yield _diverged(gate, evidence.trials, picked)
    elif unknown := _unknown(gate, evidence):
        yield Part(0.0, False, unknown, is_certain=True)
    else:
        for one in _wanted(gate.optimizer, picked):
            arm = outcomes(evidence.trials, one.arm_id, f"{evidence.by}_{gate.metric}", one.level)
            if arm.pruned and not arm.diverged:
                yield pruned_part(arm, one.level)
                continue
            yield _bound(gate, arm, reaching(evidence.by))


def _speeds(gate: Time | Order, evidence: Evidence, picked: dict[str, Selected], times: pd.DataFrame) -> Iterator[Part]:
    names = [gate.optimizer] if isinstance(gate, Time) else [gate.first, gate.second]
    wanted = picked.values() if None in names else [picked[name] for name in names if name in picked]
    lost = [one for one in wanted if one.report.pruned]
    if lost:
        # A seed that was cut off may have reached the target soon or never.
        yield from (pruned_part(one.report, one.level) for one in lost)
    elif isinstance(gate, Time):
        for one in _wanted(gate.optimizer, picked):
            yield _time(gate, _clock(times, evidence, one, gate.unit))
    elif {gate.first, gate.second} <= picked.keys():
        first, second = (_clock(times, evidence, picked[name], "steps") for name in (gate.first, gate.second))
        yield _order(first, second)


def _comparisons(
    gate: NoWorse | Exact, evidence: Evidence, picked: dict[str, Selected], baseline: Baseline
) -> Iterator[Part]:
    trials, planned = evidence.trials, evidence.planned
    if isinstance(gate, Exact):
        yield from exact_parts(
            gate=gate,
            trials=trials,
            epochs=evidence.epochs,
            planned=planned,
            baseline=baseline,
            is_bitwise=evidence.is_bitwise,
            by=evidence.by,
            asked=evidence.asked,
        )
        return
    if unknown := _unknown(gate, evidence):
        yield Part(0.0, False, unknown, is_certain=True)
        return
    for one in _wanted(gate.optimizer, picked):
        yield no_worse_part(
            gate=gate,
            level=one.level,
            trials=trials,
            planned=planned,
            baseline=baseline,
            confidence=CONFIDENCE,
            by=evidence.by,
            factor=evidence.factor,
            mode=evidence.mode if gate.metric == evidence.metric else usual_mode(gate.metric) or "min",
        )


def _wanted(optimizer: str | None, picked: dict[str, Selected]) -> list[Selected]:
    return list(picked.values()) if optimizer is None else [picked[optimizer]] if optimizer in picked else []


def _unknown(gate: Bound | NoWorse, evidence: Evidence) -> str:
    """Why the tables lack the numbers of a gate, as of a metric that the user's own training has not reported."""
    if f"{evidence.by}_{gate.metric}" in evidence.trials:
        return ""
    if f"final_{gate.metric}" in evidence.trials:
        return f"it is not known whether a small or a large {gate.metric} is better, and so which epoch is the best"
    return f"no training has reported {gate.metric}"


def _diverged(gate: Bound, trials: pd.DataFrame, picked: dict[str, Selected]) -> Part:
    arms = [arm_id for one in _wanted(gate.optimizer, picked) for arm_id in one.tried]
    rows = trials if gate.optimizer is None else trials[trials["arm_id"].isin(arms)]
    ended = rows[rows["status"].isin(ENDED)]
    lost, count = int((ended["status"] == "DIVERGED").sum()), len(ended)
    said = f"{lost:,} of {counted(count, 'trial')} diverged, where {gate.value:g} of them may"
    return Part(binomial_p_value(lost, count, gate.value), bool(count) and lost <= gate.value * count, said)


def _bound(gate: Bound, arm: Outcomes, reached: str) -> Part:
    sign = 1.0 if gate.is_lower else -1.0
    found = one_sided_test([sign * number for number in arm.values], sign * gate.value, CONFIDENCE)
    name = best_name(arm.name)
    if not arm.values:
        lost = f"{name} diverges on every seed" if arm.diverged else f"{name} has not ended on any seed"
        return Part(0.0 if arm.diverged else float("nan"), False, lost, is_certain=bool(arm.diverged))
    holds = found.low >= sign * gate.value and not arm.diverged
    said = f"{name} {reached} {value(gate.metric, arm.mean)} {metric_name(gate.metric)}"
    if np.isfinite(found.low):
        side = "at least" if gate.is_lower else "at most"
        # Clip the confidence bound to the metric's range.
        least, most = limited(gate.metric, sign * found.low, sign * found.low, arm.mean)
        bound = value(gate.metric, least if gate.is_lower else most)
        said += f" ({side} {bound} with 95 % confidence, {counted(found.count, 'seed')})"
    else:
        said += f" ({counted(found.count, 'seed')}, which gives no interval)"
    if arm.diverged:
        said += f" and diverges on {len(arm.diverged)} of {counted(arm.count, 'seed')}"
    return Part(found.p_below, holds, said)


@dataclass(frozen=True)
class _Clock:
    """Times to target of one arm; a miss counts as the training length, a lower bound of its time."""

    name: str
    times: dict[int, float]
    misses: frozenset[int]
    resolution: float


def _clock(times: pd.DataFrame, evidence: Evidence, one: Selected, unit: Unit) -> _Clock:
    found: TimeToTarget = arm_times(times, one.arm_id, unit, one.level)
    rows = evidence.epochs[evidence.epochs["arm_id"] == one.arm_id]
    column = "epoch" if unit == "epochs" else unit
    length = float(rows[column].max()) if len(rows) else 1.0
    # Times are measured with a resolution of one epoch.
    resolution = length / float(rows["epoch"].max()) if len(rows) else 1.0
    pairs = dict(zip(found.seeds, found.times, strict=True))
    misses = frozenset(seed for seed, time in pairs.items() if not np.isfinite(time))
    return _Clock(
        one.level, {seed: length if seed in misses else time for seed, time in pairs.items()}, misses, resolution
    )


def _time(gate: Time, clock: _Clock) -> Part:
    name, values = best_name(clock.name), list(clock.times.values())
    if not values:
        return Part(float("nan"), False, f"{name} has not ended on any seed, or counts no {gate.unit}")
    late = [
        max(clock.times[seed], 2 * gate.value) if seed in clock.misses else clock.times[seed] for seed in clock.times
    ]
    found = one_sided_test([-time for time in late], -gate.value, CONFIDENCE, clock.resolution / np.sqrt(12))
    reached = len(values) - len(clock.misses)
    said = f"{name} reaches the target on {reached} of {counted(len(values), 'seed')}"
    if reached:
        hits = [time for seed, time in clock.times.items() if seed not in clock.misses]
        said += f", in {np.mean(hits):,.4g} {gate.unit} on average"
    if values and len(clock.misses) == len(values):
        return Part(0.0, False, said, is_certain=len(values) > 1)
    return Part(found.p_below, found.low >= -gate.value and not clock.misses, said)


def _order(first: _Clock, second: _Clock) -> Part:
    seeds = [seed for seed in first.times if seed in second.times]
    differences = [float(np.log(second.times[seed] / first.times[seed])) for seed in seeds]
    spread = [
        clock.resolution / max(float(np.median([clock.times[seed] for seed in seeds] or [1.0])), 1.0)
        for clock in (first, second)
    ]
    found = one_sided_test(differences, 0.0, CONFIDENCE, float(np.hypot(spread[0], spread[1])) / np.sqrt(12))
    names = level_name(first.name), level_name(second.name)
    if seeds and set(seeds) <= first.misses & second.misses:
        return Part(float("nan"), False, f"neither {names[0]} nor {names[1]} reaches the target")
    ratio = float(np.exp(found.mean)) if seeds else float("nan")
    more = " or more" if second.misses and not first.misses else ""
    said = f"{names[1]} takes {ratio:.3g}{more} times the steps of {names[0]} ({counted(len(seeds), 'seed')}"
    said += f", {1 / ratio:.3g} the other way round)" if ratio < 1 else ")"
    return Part(found.p_below, bool(found.low > 0), said)
