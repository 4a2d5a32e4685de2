"""Formats a baseline, and the changes made by an update, as readable lines."""

from __future__ import annotations

from sweep.analysis.wording import counted, difference, value
from sweep.gates.against_baseline import baseline_outcomes
from sweep.gates.decision import Baseline, BaselineArm


def table(baseline: Baseline) -> list[str]:
    """Return one line per arm: its mean over seeds, and the diverged seeds."""
    width = max(len(arm.label) for arm in baseline.arms)
    arms = [f"{arm.label:{width}}  {_mean(arm, baseline.metric)}" for arm in baseline.arms]
    versions = ", ".join(f"{name} {version}" for name, version in baseline.versions.items())
    return [f"{baseline.name}, {baseline.metric}, plan {baseline.plan[:8]}", *arms, f"made with {versions}"]


def changes(before: Baseline | None, after: Baseline) -> list[str]:
    """Return one line for each new, removed or changed arm."""
    count = sum(len(arm.seeds) for arm in after.arms)
    if before is None:
        return [f"{counted(len(after.arms), 'arm')}, {counted(count, 'trial')}"]
    old = {arm.key: arm for arm in before.arms}
    new = {arm.key: arm for arm in after.arms}
    said = [f"gone       {arm.label}" for key, arm in old.items() if key not in new]
    same = 0
    for key, arm in new.items():
        if key not in old:
            said.append(f"new        {arm.label}  {_mean(arm, after.metric)}")
        elif old[key].seeds == arm.seeds:
            same += 1
        else:
            was, now = _mean(old[key], after.metric), _mean(arm, after.metric)
            said.append(f"changed    {arm.label}  {was} -> {now}{_direction(old[key], arm, after)}")
    return [*said, f"{counted(same, 'arm')} of {len(new)} unchanged bit for bit"]


def _mean(arm: BaselineArm, metric: str) -> str:
    found = baseline_outcomes(arm, metric)
    lost = f", diverged on {counted(len(found.diverged), 'seed')}" if found.diverged else ""
    mean = value(metric, found.mean) if found.values else "no value"
    return f"{mean} ({counted(len(found.values), 'seed')}{lost})"


def _direction(old: BaselineArm, new: BaselineArm, baseline: Baseline) -> str:
    metric = baseline.metric
    gap = baseline_outcomes(new, metric).mean - baseline_outcomes(old, metric).mean
    if not gap or gap != gap:
        return ""
    better = (gap > 0) == (baseline.direction == "max")
    return f", {'better' if better else 'worse'} by {difference(metric, abs(gap))}"
