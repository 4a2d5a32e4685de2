"""Tests the gates that compare with a baseline: no worse by more than a margin, and identical numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweep.analysis.deviation import deviation
from sweep.analysis.hyperparameters import level_of
from sweep.analysis.inferiority import non_inferiority
from sweep.analysis.outcomes import Mode, Outcomes, best_first, lowest_rung
from sweep.analysis.ranking import By, reaching
from sweep.analysis.wording import ALL_SETTINGS, best_name, counted, difference, is_share, metric_name, value
from sweep.config.gates import Exact, NoWorse
from sweep.config.metric import usual_mode
from sweep.gates.decision import Baseline, BaselineArm, BaselineTrial, Part, setting_key
from sweep.gates.sampling import one_sided_test
from sweep.records import ENDED_WELL, Trial

if TYPE_CHECKING:
    import pandas as pd

NOT_NUMBERS = ("trial_id", "arm_id", "seed", "seconds")
"""Columns of the table of epochs that are not results of the training."""

NAMED = 3
"""Number of differing trials in the evidence."""


def no_worse_part(
    gate: NoWorse,
    level: str,
    trials: pd.DataFrame,
    planned: Sequence[Trial],
    baseline: Baseline,
    confidence: float,
    by: By = "final",
    factor: str = "optimizer",
    mode: Mode | None = None,
) -> Part:
    """Test one level of a factor at its best setting in the baseline, on the common seeds."""
    mode = mode or usual_mode(gate.metric) or "min"
    name = best_name(level)
    here = {setting_key(trial.arm.setting): trial.arm.id for trial in planned}
    levels = {
        trial.arm.id: level_of(trial.arm.setting[factor], factor) for trial in planned if factor in trial.arm.setting
    }
    known = [arm for arm in baseline.arms if arm.key in here and levels.get(here[arm.key], ALL_SETTINGS) == level]
    if not known:
        return Part(float("nan"), False, f"the baseline has no setting of {name} that is trained here")
    arm = known[best_first([baseline_outcomes(arm, baseline.metric) for arm in known], baseline.direction)[0]]
    before = baseline_outcomes(arm, gate.metric)
    rows = trials[trials["arm_id"] == here[arm.key]]
    now = _outcomes(rows, f"{by}_{gate.metric}", level)
    if now.pruned and not now.diverged:
        return pruned_part(now, level)
    margin = _margin(gate, before)
    common = [seed for seed in now.seeds if seed in before.seeds]
    lost = [seed for seed in now.diverged if seed in before.seeds]
    if lost:
        evidence = f"{name} diverges on {len(lost)} of {counted(len(lost) + len(common), 'seed')} that did not diverge"
        if 2 * len(lost) >= len(before.seeds):
            return Part(0.0, False, evidence, is_certain=True)
        return Part(float("nan"), False, evidence)
    if not common:
        return Part(float("nan"), False, f"{name} has no seed in common with the baseline")
    old, new = (dict(zip(one.seeds, one.values, strict=True)) for one in (before, now))
    differences = [(new[seed] - old[seed]) * (1 if mode == "max" else -1) for seed in common]
    if not any(differences):
        evidence = f"{name} {reaching(by)} the same {metric_name(gate.metric)} on {counted(len(common), 'seed')}"
        return Part(1.0, True, evidence)
    if gate.is_relative and min(*old.values(), *new.values()) > 0:
        pairs = [(old[seed], new[seed]) for seed in common]
        return _ratio_part(gate, f"{name} {reaching(by)}", pairs, mode, confidence)
    found = non_inferiority(now, before, margin, mode, confidence)
    worse = -found.difference
    ends, was = (value(gate.metric, float(np.mean([one[seed] for seed in common]))) for one in (new, old))
    evidence = (
        f"{name} {reaching(by)} {ends} {metric_name(gate.metric)} where it was {was}, "
        f"{'worse' if worse > 0 else 'better'} by {difference(gate.metric, abs(worse))}"
    )
    if np.isfinite(found.lower):
        evidence += f" (at most {_signed(gate.metric, -found.lower)} worse with 95 % confidence, "
        evidence += f"{counted(len(common), 'paired seed')}; {difference(gate.metric, margin)} may be lost)"
    else:
        evidence += f" ({counted(len(common), 'paired seed')}, which gives no interval)"
    return Part(one_sided_test(differences, -margin, confidence).p_below, found.holds, evidence)


def pruned_part(arm: Outcomes, level: str) -> Part:
    """Say that a gate cannot be told, because a scheduler has ended some seeds of an arm early.

    What is left are its better seeds, whose mean would flatter it.

    Args:
        arm: the arm, with its pruned seeds.
        level: name of the level.
    """
    seeds = counted(len(arm.pruned) + arm.count, "seed")
    said = (
        f"{best_name(level)} was pruned by the scheduler on {len(arm.pruned):,} of {seeds}, from rung {arm.rung:g} on"
    )
    return Part(float("nan"), False, f"{said}, so that it is not known where it ends: check without a scheduler")


def _ratio_part(
    gate: NoWorse, reached: str, pairs: Sequence[tuple[float, float]], mode: Mode, confidence: float
) -> Part:
    """Test a relative margin on log ratios, because the spread of a loss is proportional to its value.

    ``d_i = +-log(new_i / old_i)``, positive for an improvement, against ``-log(1 + margin)``, or ``log(1 - margin)``
    if larger values are better.
    """
    sign = 1.0 if mode == "max" else -1.0
    assert gate.margin is not None
    least = float(np.log1p(-min(gate.margin, 0.999))) if mode == "max" else -float(np.log1p(gate.margin))
    found = one_sided_test([sign * float(np.log(new / old)) for old, new in pairs], least, confidence)
    factor = float(np.exp(sign * found.mean))
    was, ends = (value(gate.metric, float(np.mean(values))) for values in zip(*pairs, strict=True))
    evidence = f"{reached} {ends} {metric_name(gate.metric)} where it was {was}, "
    evidence += f"on average {factor:.4g} times as much "
    if np.isfinite(found.low):
        side = "at least" if mode == "max" else "at most"
        evidence += f"({side} {float(np.exp(sign * found.low)):.4g} times with {100 * confidence:g} % confidence, "
        evidence += f"{counted(len(pairs), 'paired seed')}; {float(np.exp(sign * least)):.4g} is allowed)"
    else:
        evidence += f"({counted(len(pairs), 'paired seed')}, which gives no interval)"
    return Part(found.p_below, found.low >= least, evidence)


def _margin(gate: NoWorse, before: Outcomes) -> float:
    """Return the margin in units of the metric; by default, the standard error of the baseline's mean."""
    if gate.margin is None:
        return float(deviation(before.array) / np.sqrt(len(before.values))) if len(before.values) > 1 else 0.0
    return gate.margin * abs(before.mean) if gate.is_relative else gate.margin


def _signed(metric: str, number: float) -> str:
    text = difference(metric, abs(number))
    return f"-{text}" if number < 0 else text


def baseline_outcomes(arm: BaselineArm, metric: str) -> Outcomes:
    """Return the outcomes of an arm of a baseline."""
    well = {seed: past for seed, past in arm.seeds.items() if past.status in ENDED_WELL and metric in past.values}
    diverged = tuple(sorted(seed for seed, past in arm.seeds.items() if past.status == "DIVERGED"))
    seeds = tuple(sorted(well))
    return Outcomes(f"the baseline's {arm.label}", seeds, tuple(well[seed].values[metric] for seed in seeds), diverged)


def _outcomes(rows: pd.DataFrame, column: str, name: str) -> Outcomes:
    rows = rows.sort_values("seed")
    # A training of the user's own may end well without a metric that others report.
    well = rows[rows["status"].isin(ENDED_WELL) & rows[column].notna()]
    diverged = rows.loc[rows["status"] == "DIVERGED", "seed"]
    pruned = rows[rows["status"] == "PRUNED"]
    rung, rung_value = lowest_rung(pruned)
    return Outcomes(
        name,
        tuple(int(seed) for seed in well["seed"]),
        tuple(float(number) for number in well[column]),
        tuple(int(seed) for seed in diverged),
        pruned=tuple(int(seed) for seed in pruned["seed"]),
        rung=rung,
        rung_value=rung_value,
    )


def exact_parts(
    gate: Exact,
    trials: pd.DataFrame,
    epochs: pd.DataFrame,
    planned: Sequence[Trial],
    baseline: Baseline,
    is_bitwise: bool,
    by: By = "final",
    asked: Collection[str] = (),
) -> list[Part]:
    """Compare every trial with the same trial of the baseline, bit for bit or within the tolerance."""
    past = {(arm.key, seed): one for arm in baseline.arms for seed, one in arm.seeds.items()}
    now = baseline_trials(trials, epochs, by, asked)
    differing, missing, same = [], 0, 0
    for trial in planned:
        old, new = past.get((setting_key(trial.arm.setting), trial.seed)), now.get(trial.id)
        if old is None or new is None:
            missing += 1
        elif problem := _difference(old, new, gate.tolerance, is_bitwise, reaching(by)):
            differing.append(f"`{trial.arm.label}` with seed {trial.seed} {problem}")
        else:
            same += 1
    how = (
        "bit for bit" if is_bitwise else f"within {gate.tolerance:g} of the baseline's, which is of another environment"
    )
    if differing:
        more = f" and {len(differing) - NAMED:,} more" if len(differing) > NAMED else ""
        evidence = (
            f"{len(differing):,} of {counted(len(differing) + same, 'trial')} differ: {'; '.join(differing[:NAMED])}"
        )
        return [Part(0.0, False, evidence + more, is_certain=True)]
    if missing:
        evidence = f"{counted(missing, 'trial')} can't be compared, as they are not in the baseline or have not ended"
        pruned = int((trials["status"] == "PRUNED").sum())
        evidence += f"; {pruned:,} were pruned by the scheduler" if pruned else ""
        return [Part(float("nan"), False, evidence)]
    return [Part(1.0, True, f"{counted(same, 'trial')} gave the same numbers {how}", is_certain=True)]


def _difference(old: BaselineTrial, new: BaselineTrial, tolerance: float, is_bitwise: bool, reached: str) -> str:
    if old.status != new.status:
        return f"is {new.status}, where it was {old.status}"
    for metric in (name for name in old.values if name in new.values):
        a, b = old.values[metric], new.values[metric]
        if (a != b) if is_bitwise else abs(a - b) > tolerance * (1.0 if is_share(metric) else abs(a)):
            return f"{reached} {metric} {b!r}, where it was {a!r}"
    if is_bitwise and old.curve != new.curve:
        return "ends the same after other epochs"
    return ""


def baseline_trials(
    trials: pd.DataFrame, epochs: pd.DataFrame, by: By = "final", asked: Collection[str] = ()
) -> dict[str, BaselineTrial]:
    """Extract the baseline's record of each ended trial, by trial id.

    Args:
        trials: one row per trial.
        epochs: one row per epoch of a trial.
        by: which value of a trial counts.
        asked: metrics that are computed because they are asked, which are no part of the curve: asking for another one
            changes no number.
    """
    left_out = (*NOT_NUMBERS, *asked)
    numbers = [name for name in epochs.columns if name not in left_out and not name.startswith("fingerprint")]
    rows = {str(trial_id): part[numbers].to_numpy(np.float64) for trial_id, part in epochs.groupby("trial_id")}
    finals = [name for name in trials.columns if name.startswith(f"{by}_") and name != "best_epoch"]
    prints = [name for name in trials.columns if name.startswith("fingerprint_")]
    found = {}
    for row in trials.to_dict("records"):
        if row["status"] not in (*ENDED_WELL, "DIVERGED"):
            continue
        values = {name.removeprefix(f"{by}_"): float(row[name]) for name in finals if np.isfinite(row[name])}
        found[str(row["trial_id"])] = BaselineTrial(
            str(row["status"]),
            values,
            _digest(rows.get(str(row["trial_id"]), np.empty((0, 0)))),
            {
                name.removeprefix("fingerprint_"): row[name]
                for name in prints
                if isinstance(row[name], str) and row[name]
            },
        )
    return found


def _digest(numbers: NDArray[np.float64]) -> str:
    return hashlib.sha256(np.ascontiguousarray(numbers).tobytes()).hexdigest()[:16]
