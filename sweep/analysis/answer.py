"""The answer to a sweep's question in one sentence, with its uncertainty, and no claim that the data do not carry."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sweep.analysis.answer_speed import target_parts
from sweep.analysis.pairing import Comparison
from sweep.analysis.standing import MOST_NAMED, leaders, names_of
from sweep.analysis.study import Level, Study
from sweep.analysis.time_to_target import Unit
from sweep.analysis.wording import (
    bounds,
    capitalised,
    counted,
    difference,
    is_share,
    level_name,
    listing,
    metric_name,
    value,
)


def answer(study: Study, unit: Unit = "steps") -> str:
    """Say in one sentence which levels are best, which tie, which reach the target soonest, and which diverge.

    **Variant.** A level is called better only if Holm's correction over all pairs leaves the paired t test below
    1 - confidence, and it diverged on no seed; ``tie`` means that no difference is shown. A level is called slower only
    if an interval at Bonferroni's level for all pairs excludes 1; the interval that is printed is that of the one pair.

    Args:
        study: as `sweep.analysis.study.make_study` gives it.
        unit: of the times to target.
    """
    levels = study.levels
    numbered = [level for level in levels if level.selected.report.values]
    if not numbered:
        return _nothing(levels)
    if len(levels) == 1:
        kind = "optimizer" if study.scientific == "optimizer" else f"value of {study.scientific}"
        parts = [f"only one {kind} was tried: {_alone(study, levels[0])}", *target_parts(study, unit)]
    elif len(numbered) == 1:
        others = listing([level_name(level.name) for level in levels if level is not numbered[0]])
        parts = [f"only {_alone(study, numbered[0])}; {others} ended on no seed", *target_parts(study, unit)]
    elif max(len(pair.seeds) for pair in study.comparisons) < 2:
        return capitalised(_one_seed(study, numbered))
    else:
        parts = [*_result(study, numbered), *target_parts(study, unit)]
    return f"{capitalised('; '.join(parts))}."


def _nothing(levels: Sequence[Level]) -> str:
    diverged = sum(len(level.selected.report.diverged) for level in levels)
    missing = sum(len(level.selected.report.missing) for level in levels)
    if not levels or not diverged:
        return "No answer: no training has ended."
    names = listing([level_name(level.name) for level in levels])
    rest = f", and {counted(missing, 'training')} did not end" if missing else ""
    every = "every training" if diverged > 1 else "the one training"
    return f"No answer: {every} of {names} that ended diverged{rest}."


def _alone(study: Study, level: Level) -> str:
    mean = level.estimates["mean"]
    seeds = counted(mean.count, "seed")
    sure = f"{_interval(study, mean.low, mean.high)}, {seeds}" if mean.known else f"{seeds}, no interval"
    lost = level.selected.report.diverged
    parts = f"{level_name(level.name)} ends at {value(study.metric, mean.value)} {metric_name(study.metric)} ({sure})"
    return f"{parts} and diverges on {len(lost)} of {counted(level.selected.report.count, 'seed')}" if lost else parts


def _one_seed(study: Study, numbered: Sequence[Level]) -> str:
    shown = [f"{level_name(level.name)} at {value(study.metric, level.estimates['mean'].value)}" for level in numbered]
    lost = [level_name(level.name) for level in study.levels if level.selected.report.diverged]
    diverged = f"; {listing(lost)} diverged" if lost else ""
    return (
        f"one seed can't tell which is better: {listing(shown)} {metric_name(study.metric)}{diverged}; "
        "run 5 seeds or more."
    )


def _result(study: Study, numbered: Sequence[Level]) -> list[str]:
    """What the levels end at: the best or the tie, then who is worse, then who diverged."""
    top = leaders(study)
    if not top:
        return [f"none can be called best, for each diverges on some seeds: {_losses(numbered)}"]
    parts = [_tie(study, top) if len(top) > 1 else _best(study, top[0])]
    sound = [level for level in numbered if not level.selected.report.diverged]
    worse = [level for level in sound if level not in top]
    if len(worse) > MOST_NAMED and len(top) > 1:
        parts.append(f"the other {len(worse)} are worse by {_gap_range(study, top[0], worse)}")
    elif worse and len(top) > 1:
        first = study.comparison(top[0].name, worse[0].name)
        texts = [f"{level_name(worse[0].name)} is worse by {_gap(study, first)}"]
        texts += [
            f"{level_name(level.name)} by {_gap(study, study.comparison(top[0].name, level.name))}"
            for level in worse[1:]
        ]
        parts.append(listing(texts))
    lost = [level for level in study.levels if level.selected.report.diverged]
    if lost:
        parts.append(_losses(lost))
    unfinished = [level for level in study.levels if not level.selected.report.count]
    if unfinished:
        parts.append(f"{listing([level_name(level.name) for level in unfinished])} ended on no seed")
    return parts


def _tie(study: Study, top: Sequence[Level]) -> str:
    names = names_of(study, top)
    pairs = [study.comparison(top[0].name, level.name) for level in top[1:]]
    widest = max(pairs, key=lambda pair: abs(pair.difference.value) if pair.seeds else -1.0)
    values = [level.estimates["mean"].value for level in top]
    span = value(study.metric, values[0])
    if value(study.metric, values[-1]) != span:
        span = f"{span.removesuffix(' %')} to {value(study.metric, values[-1])}"
    which = "difference" if len(pairs) == 1 else "largest difference"
    # Without an interval, as with one seed in common, nothing says that the two are close.
    told = all(pair.verdict == "tie" and pair.difference.known for pair in pairs)
    found = "tie" if told else "can't be told apart"
    return f"{names} {found} at {span} {metric_name(study.metric)} ({which} {_gap(study, widest, inside=True)})"


def _best(study: Study, best: Level) -> str:
    sound = [level for level in study.levels if level.selected.report.values and not level.selected.report.diverged]
    found = f"{level_name(best.name)} is best at {value(study.metric, best.estimates['mean'].value)}"
    found = f"{found} {metric_name(study.metric)}"
    others = [level for level in sound if level is not best]
    if not others:
        return found
    if len(others) > MOST_NAMED:
        return f"{found}, ahead of the other {len(others)} by {_gap_range(study, best, others)}"
    gaps = [
        f"of {level_name(level.name)} by {_gap(study, study.comparison(best.name, level.name))}" for level in others
    ]
    return f"{found}, ahead {listing(gaps)}"


def _gap_range(study: Study, best: Level, others: Sequence[Level]) -> str:
    """The smallest and the largest difference to the best, each with its level."""
    gaps = [(abs(study.comparison(best.name, level.name).difference.value), level) for level in others]
    least, most = min(gaps, key=lambda gap: gap[0]), max(gaps, key=lambda gap: gap[0])
    ends = [f"{difference(study.metric, gap)} ({level_name(level.name)})" for gap, level in (least, most)]
    return " to ".join(ends)


def _gap(study: Study, pair: Comparison, inside: bool = False) -> str:
    if not pair.seeds:
        return "unknown, no seed in common" if inside else "an unknown amount"
    text = difference(study.metric, abs(pair.difference.value))
    low, high = pair.difference.low, pair.difference.high
    if pair.difference.value < 0:
        low, high = -high, -low
    sure = f"{bounds(study.metric, low, high, study.confidence)}, {counted(len(pair.seeds), 'seed')}"
    if pair.verdict == "tie" and pair.t_p_value < pair.alpha:
        sure += f", not shown once all {len(study.comparisons)} pairs are accounted for"
    return f"{text}, {sure}" if inside else f"{text} ({sure})"


def _losses(levels: Collection[Level]) -> str:
    """Who diverged on how many seeds."""
    texts = []
    for level in levels:
        report = level.selected.report
        share = f"{len(report.diverged)} of {counted(report.count, 'seed')}"
        share = f"every seed ({counted(report.count, 'seed')})" if not report.values else share
        texts.append(f"{level_name(level.name)} diverges on {share}")
    return listing(texts)


def _interval(study: Study, low: float, high: float) -> str:
    if is_share(study.metric):
        # Student's interval does not know that a share is between 0 and 1.
        low, high = max(low, 0.0), min(high, 1.0)
    ends = f"{value(study.metric, low).removesuffix(' %')} to {value(study.metric, high)}"
    return f"{100 * study.confidence:g} % CI {ends}"
