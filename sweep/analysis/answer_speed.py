"""The part of the answer about time to target: which levels reach it, how fast, and which never do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sweep.analysis.comparison_data import Level, Speed, Study, fastest
from sweep.analysis.leader import MOST_NAMED, names_of
from sweep.analysis.time_to_target import Unit
from sweep.analysis.wording import counted, level_name, listing, target_value


def target_parts(study: Study, unit: Unit) -> list[str]:
    """State which levels reach the target, which is fastest and by how much, and which never do."""
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
        hits = listing([_hits(level, unit) for level in some])
        parts = [f"{target} is reached by no more than half of the seeds: {hits}"]
    else:
        parts = _reached(study, first, [level for level in some if level is not first], target, unit, len(ran) == 1)
    if never:
        parts.append(f"{listing(never)} never {'does' if len(never) == 1 else 'do'}")
    return parts


def _reached(study: Study, first: Level, others: Sequence[Level], target: str, unit: Unit, is_alone: bool) -> list[str]:
    """State which levels have a finite median time to target, which are slower, and which rarely reach it."""
    speeds = {speed.ratio.slow: speed for speed in study.speeds[unit]}
    seldom = [level for level in others if np.isinf(level.times[unit].median)]
    often = [level for level in others if level not in seldom]
    slow = [level for level in often if speeds[level.name].is_shown and speeds[level.name].ratio.low > 1]
    # In the order of the leaderboard, like all lists of the answer.
    soon = [level for level in study.levels if level is first or (level in often and level not in slow)]
    parts = [_soonest(study, first, soon, target, unit, is_alone)]
    # The first has the shortest median over its own seeds, but may be slower on the seeds shared with another level.
    ahead = [level for level in soon if level is not first and speeds[level.name].is_shown]
    parts += [f"on common seeds {_slower(level, first, speeds[level.name], unit)}" for level in ahead]
    if len(slow) > MOST_NAMED:
        factors = [(speeds[level.name].ratio.ratio, level) for level in slow]
        least, most = min(factors, key=lambda f: f[0]), max(factors, key=lambda f: f[0])
        ends = [f"{_times(factor)}x ({level_name(level.name)})" for factor, level in (least, most)]
        parts.append(f"{len(slow)} others take {' to '.join(ends)} the {unit} of {level_name(first.name)}")
    else:
        parts += [_slower(level, first, speeds[level.name], unit) for level in slow]
    if seldom:
        hits = listing([_hits(level, unit) for level in seldom])
        parts.append(f"{hits} only" if len(seldom) <= MOST_NAMED else f"{len(seldom)} others seldom do")
    return parts


def _soonest(study: Study, first: Level, soon: Sequence[Level], target: str, unit: Unit, is_alone: bool) -> str:
    """The medians of the levels that are not shown to be slower."""
    missed = [level for level in soon if level.times[unit].hits < len(level.times[unit].times)]
    misses = f" ({listing([_hits(level, unit) for level in missed])} only)" if missed else ""
    if len(missed) > MOST_NAMED:
        misses = f" ({len(missed)} of them miss it on some seeds)"
    if len(soon) == 1:
        who = f"it reaches {target}" if is_alone else f"{level_name(first.name)} reaches {target} soonest,"
        return f"{who} in a median of {_spell(first.times[unit].median, unit)} {unit}{misses}"
    medians = [(level.times[unit].median, level_name(level.name)) for level in soon]
    if len(soon) > MOST_NAMED:
        ends = [min(medians, key=lambda pair: pair[0]), max(medians, key=lambda pair: pair[0])]
        texts = [f"{_spell(time, unit)} ({name})" for time, name in ends]
        if ends[0][0] == ends[1][0]:
            texts = [f"{_spell(ends[0][0], unit)}"]
        when = f"{names_of(study, soon)} reach {target} in a median of {' to '.join(texts)} {unit}{misses}"
    else:
        texts = [f"{_spell(time, unit)} ({name})" for time, name in medians]
        when = f"{target} is reached in a median of {listing(texts)} {unit}{misses}"
    return f"{when}{_undecided_speeds(study, first, soon, unit)}"


def _undecided_speeds(study: Study, first: Level, soon: Sequence[Level], unit: Unit) -> str:
    """State that speeds are not told apart, with the largest ratio."""
    names = {level.name for level in soon if level is not first}
    open_ = [speed for speed in study.speeds[unit] if speed.ratio.slow in names and not speed.is_shown]
    if not open_:
        return ""
    widest = max(open_, key=lambda speed: speed.ratio.ratio if np.isfinite(speed.ratio.ratio) else 0.0)
    found = widest.ratio
    said = ", not told apart in speed"
    if not np.isfinite(found.ratio):
        return said
    said += f": {level_name(found.slow)} takes {_times(found.ratio)}x the {unit} of {level_name(first.name)}"
    if not np.isfinite(found.high) and found.low == 0:
        return f"{said} (no interval can be given)"
    sure = _ratio_bounds(found.low, found.high, found.confidence)
    # The interval of one pair and the verdict over all pairs can disagree.
    if found.excludes_one:
        sure += f", not shown once all {len(study.comparisons)} pairs are accounted for"
    return f"{said} ({sure})"


def _slower(level: Level, first: Level, speed: Speed, unit: Unit) -> str:
    found = speed.ratio
    sure = _ratio_bounds(found.low, found.high, found.confidence)
    return f"{level_name(level.name)} takes {_times(found.ratio)}x the {unit} of {level_name(first.name)} ({sure})"


def _ratio_bounds(low: float, high: float, confidence: float) -> str:
    top = f"-{_times(high)}" if np.isfinite(high) else " or more"
    return f"{100 * confidence:g} % CI {_times(low)}{top}"


def _times(factor: float) -> str:
    """Two digits, or three if two would hide that the factor is not 1."""
    short = f"{factor:.2g}"
    return f"{factor:.3g}" if short == "1" else short


def _hits(level: Level, unit: Unit) -> str:
    times = level.times[unit]
    return f"{level_name(level.name)} on {times.hits} of {counted(len(times.times), 'seed')}"


def _spell(time: float, unit: Unit) -> str:
    return f"{time:.3g}" if unit == "seconds" else f"{time:,.10g}"
