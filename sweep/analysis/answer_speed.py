"""The part of the answer that tells who reaches the target, who soonest and how much sooner, and who never does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sweep.analysis.standing import MOST_NAMED, leaders, names_of
from sweep.analysis.study import Level, Speed, Study, fastest
from sweep.analysis.time_to_target import Unit
from sweep.analysis.wording import counted, level_name, listing, target_value


def target_parts(study: Study, unit: Unit) -> list[str]:
    """Who reaches the target, who soonest and how much sooner, and who never does."""
    if study.target is None:
        return []
    target = target_value(study.metric, study.target)
    ran = [level for level in study.levels if level.times[unit].times]
    never = [level_name(level.name) for level in ran if not level.times[unit].hits]
    some = [level for level in ran if level.times[unit].hits]
    if not some:
        return [f"{'none reaches' if len(ran) > 1 else 'it never reaches'} {target}"] if ran else []
    first = fastest(ran, unit)
    if first is None:
        parts = [
            f"{target} is reached by no more than half of the seeds: {listing([_hits(level, unit) for level in some])}"
        ]
    else:
        speeds = {speed.ratio.slow: speed for speed in study.speeds[unit]}
        slow = [level for level in some if level is not first and _is_slower(level, speeds, unit)]
        seldom = [level for level in some if np.isinf(level.times[unit].median)]
        soon = [level for level in some if level not in slow and level not in seldom]
        soon.sort(key=lambda level: level.times[unit].median)
        parts = [_soonest(study, soon, target, unit, speeds, alone=len(ran) == 1)]
        if len(slow) > MOST_NAMED:
            factors = [(speeds[level.name].ratio.ratio, level) for level in slow]
            least, most = min(factors, key=lambda f: f[0]), max(factors, key=lambda f: f[0])
            ends = [f"{_times(factor)}x ({level_name(level.name)})" for factor, level in (least, most)]
            parts.append(f"{len(slow)} others take {' to '.join(ends)} the {unit}")
        else:
            parts += [_slower(level, speeds[level.name], unit) for level in slow]
        if seldom:
            few = len(seldom) <= MOST_NAMED
            hits = (
                f"{listing([_hits(level, unit) for level in seldom])} only"
                if few
                else f"{len(seldom)} others seldom do"
            )
            parts.append(hits)
    if never:
        parts.append(f"{listing(never)} never {'does' if len(never) == 1 else 'do'}")
    return parts


def _is_slower(level: Level, speeds: dict[str, Speed], unit: Unit) -> bool:
    speed = speeds[level.name]
    return speed.is_shown and speed.ratio.low > 1 and bool(np.isfinite(level.times[unit].median))


def _soonest(
    study: Study, soon: Sequence[Level], target: str, unit: Unit, speeds: dict[str, Speed], *, alone: bool
) -> str:
    names = [level_name(level.name) for level in soon]
    medians = listing([_spell(level.times[unit].median, unit) for level in soon])
    if len(soon) > MOST_NAMED:
        ends = [f"{_spell(level.times[unit].median, unit)} ({level_name(level.name)})" for level in (soon[0], soon[-1])]
        medians = " to ".join(ends)
    missed = [level for level in soon if level.times[unit].hits < len(level.times[unit].times)]
    misses = f"{listing([_hits(level, unit) for level in missed])} only" if missed else ""
    if len(missed) > MOST_NAMED:
        misses = f"{len(missed)} of them miss it on some seeds"
    when = f"a median of {medians} {unit}" + (f" ({misses})" if misses else "")
    if alone:
        return f"it reaches {target} in {when}"
    if len(soon) == 1:
        return f"{names[0]} reaches {target} soonest, in {when}"
    subject = names_of(study, soon)
    top = leaders(study)
    if len(top) > 1 and {level.name for level in top} == {level.name for level in soon}:
        subject = "both" if len(soon) == 2 else "all of them"
    found = speeds[soon[-1].name].ratio
    times = [f"{_times(found.ratio)}x"] if np.isfinite(found.ratio) else []
    if found.high < np.inf:
        times.append(_ratio_bounds(found.low, found.high, found.confidence))
    sure = f" ({', '.join(times)})" if times else ""
    return f"{subject} reach {target} in {when}, and no difference in speed is shown{sure}"


def _slower(level: Level, speed: Speed, unit: Unit) -> str:
    found = speed.ratio
    sure = _ratio_bounds(found.low, found.high, found.confidence)
    return f"{level_name(level.name)} takes {_times(found.ratio)}x the {unit} ({sure})"


def _ratio_bounds(low: float, high: float, confidence: float) -> str:
    top = f"-{_times(high)}" if np.isfinite(high) else " or more"
    return f"{100 * confidence:g} % CI {_times(low)}{top}"


def _times(factor: float) -> str:
    """Two digits, or three where two would hide that the factor is not 1."""
    short = f"{factor:.2g}"
    return f"{factor:.3g}" if short == "1" else short


def _hits(level: Level, unit: Unit) -> str:
    times = level.times[unit]
    return f"{level_name(level.name)} on {times.hits} of {counted(len(times.times), 'seed')}"


def _spell(time: float, unit: Unit) -> str:
    return f"{time:.3g}" if unit == "seconds" else f"{time:,.10g}"
