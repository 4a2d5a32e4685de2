"""Checks whether a baseline is comparable with a sweep: refuses other data, warns of other plans or versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.analysis.fingerprints import MEANING
from sweep.analysis.wording import counted, listing
from sweep.errors import BaselineError
from sweep.gates.baseline_file import conditions_of
from sweep.gates.decision import Baseline, BaselineTrial, setting_key
from sweep.system.invocation import command

if TYPE_CHECKING:
    from sweep.config import SweepConfig
    from sweep.planning.plan import Plan


def warnings_before(
    baseline: Baseline, path: Path, config: SweepConfig, plan: Plan, versions: Mapping[str, str]
) -> tuple[str, ...]:
    """Check a baseline before anything is trained.

    Returns:
        a warning for each difference that still allows a comparison.

    Raises:
        BaselineError: if data, network or trainer differ, or no trial is in common.
    """
    for key, new, old in _differences(conditions_of(config), baseline.conditions):
        raise BaselineError(
            f"`{key}` must be that of the baseline `{path}`, which has {_format(old)}. Received: {_format(new)}. "
            f"{_hint()}"
        )
    mine = {(setting_key(trial.arm.setting), trial.seed) for trial in plan.trials}
    theirs = {(arm.key, seed) for arm in baseline.arms for seed in arm.seeds}
    if not mine & theirs:
        raise BaselineError(
            f"`baseline` must hold trials of this sweep. Received: {path}, which has none of its settings and seeds. "
            f"{_hint()}"
        )
    messages = []
    if mine != theirs:
        messages.append(
            f"The baseline `{path}` is of another plan ({baseline.plan[:8]}, this one is {plan.hash[:8]}): "
            f"{counted(len(mine & theirs), 'trial')} in common, {len(mine - theirs):,} new, "
            f"{len(theirs - mine):,} no longer there."
        )
    elif baseline.plan != plan.hash:
        messages.append(
            f"The baseline `{path}` is of plan {baseline.plan[:8]} and this one is {plan.hash[:8]}, with the same "
            "settings and seeds: code of your own has changed."
        )
    changed = [
        f"{name} {versions.get(name, 'not installed')} (baseline: {baseline.versions.get(name, 'not noted')})"
        for name in dict.fromkeys((*versions, *baseline.versions))
        if versions.get(name) != baseline.versions.get(name)
    ]
    if changed:
        messages.append(f"The baseline `{path}` was made with other versions: {listing(changed)}.")
    return tuple(messages)


def warnings_after(baseline: Baseline, path: Path, plan: Plan, now: Mapping[str, BaselineTrial]) -> tuple[str, ...]:
    """Compare the trials' fingerprints with those of the baseline.

    Raises:
        BaselineError: if the content of the data differs.
    """
    past = {(arm.key, seed): one for arm in baseline.arms for seed, one in arm.seeds.items()}
    differing: dict[str, int] = {}
    for trial in plan.trials:
        old, new = past.get((setting_key(trial.arm.setting), trial.seed)), now.get(trial.id)
        for part in MEANING if old is not None and new is not None else ():
            a, b = old.fingerprints.get(part), new.fingerprints.get(part)  # type: ignore[union-attr]
            if a is not None and b is not None and a != b:
                differing[part] = differing.get(part, 0) + 1
    if "data" in differing:
        raise BaselineError(
            f"`data` must have the content that it had for the baseline `{path}`. Received: data with another "
            f"fingerprint. {_hint()}"
        )
    return tuple(
        f"{counted(count, 'trial')} had another {MEANING[part]} than in the baseline `{path}`: the same seed no longer "
        "gives the same, and pairs share less."
        for part, count in differing.items()
    )


def _differences(new: Any, old: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(new, Mapping) and isinstance(old, Mapping):
        for key in dict.fromkeys((*new, *old)):
            yield from _differences(new.get(key), old.get(key), f"{at}.{key}" if at else str(key))
    elif new != old:
        yield at, new, old


def _format(value: Any) -> str:
    return "nothing" if value is None else str(value)


def _hint() -> str:
    return f"Go back to what the baseline was made with, or make it anew with `{command('baseline', 'update')}`."
