"""States the result of a comparison in one sentence, with its uncertainty and only claims that the data support."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sweep.analysis.answer_pairs import gap, gap_range, together
from sweep.analysis.answer_speed import target_parts
from sweep.analysis.comparison_data import Level, Study
from sweep.analysis.leader import MOST_NAMED, leaders
from sweep.analysis.ranking import reaching
from sweep.analysis.time_to_target import Unit
from sweep.analysis.wording import (
    capitalised,
    counted,
    is_cut,
    level_name,
    limited,
    listing,
    metric_name,
    range_note,
    value,
)


def answer(study: Study, unit: Unit = "steps") -> str:
    """State in one sentence which levels are best, which reach the target first, and which diverge.

    **Variant.** A level is called better only if the paired t test is below 1 - confidence after Holm's correction over
    all pairs, and it diverged on no seed. Levels of which none is shown to be better are called equivalent if two
    one-sided tests show all differences to be within ``metric.margin``; an exact tie if their numbers are equal on all
    seeds; and otherwise not told apart, with the smallest difference that the seeds detect with a power of 80 %. A
    level is called slower only if a Bonferroni-corrected interval for all pairs excludes 1. Printed intervals are those
    of a single pair; if one excludes zero but no difference is shown, the sentence names the other pairs as the reason.
    Each number follows the name of its level as in the leaderboard, in the order of the leaderboard.

    Args:
        study: the comparison, from `sweep.analysis.comparison_data.make_study`.
        unit: unit of the times to target.
    """
    return f"{capitalised(clauses(study, unit), study.scientific)}."


def clauses(study: Study, unit: Unit = "steps") -> str:
    """The text of `answer` without initial capital and full stop, to continue a sentence."""
    levels = study.levels
    numbered = [level for level in levels if level.selected.report.values]
    if not numbered:
        return _no_result(levels)
    if not study.scientific:
        parts = [_first_of_all(study, levels[0]), *target_parts(study, unit)]
    elif len(levels) == 1:
        kind = "optimizer" if study.scientific == "optimizer" else f"value of {study.scientific}"
        parts = [f"only one {kind} was tried: {_single_level(study, levels[0])}", *target_parts(study, unit)]
    elif len(numbered) == 1:
        lost = [level for level in levels if level.selected.report.diverged and not level.selected.report.values]
        parts = [
            f"only {_single_level(study, numbered[0])}",
            *([_divergences(lost)] if lost else []),
            *_without_result(levels),
        ]
        parts += target_parts(study, unit)
    elif max(len(pair.seeds) for pair in study.comparisons) < 2:
        return _too_few_seeds(study, numbered)
    else:
        parts = [*_result(study, numbered), *target_parts(study, unit)]
    return "; ".join(parts)


def _no_result(levels: Sequence[Level]) -> str:
    """The counts of diverged, failed and unfinished trainings, if no setting has a result."""
    tallies = [(level_name(level.name), _tally(level)) for level in levels]
    words = {word for _, tally in tallies for word, number in tally.items() if number}
    if words <= {"did not end"}:
        return "no answer: no training has ended"
    if len(words) == 1:
        every = [(name, sum(tally.values())) for name, tally in tallies]
        each = [f"{count:,} of {counted(count, 'training')} of {name}" for name, count in every]
        return f"no answer: {listing(each)} {words.pop()}"
    mixed = [
        f"of {counted(sum(tally.values()), 'training')} of {name} "
        + listing([f"{number:,} {word}" for word, number in tally.items() if number])
        for name, tally in tallies
    ]
    return f"no answer: {'; '.join(mixed)}"


def _tally(level: Level) -> dict[str, int]:
    """How many trainings of all settings of a level diverged, were pruned, failed, or did not end."""
    arms = [*level.selected.tried.values(), *([level.selected.report] if level.selected.is_fresh else [])]
    failed = sum(len(arm.failed) for arm in arms)
    missing = sum(len(arm.missing) for arm in arms)
    return {
        "diverged": sum(len(arm.diverged) for arm in arms),
        "were pruned": sum(len(arm.pruned) for arm in arms),
        "failed": failed,
        "did not end": missing - failed,
    }


def _single_level(study: Study, level: Level, name: str = "") -> str:
    mean = level.estimates["mean"]
    seeds = counted(mean.count, "seed")
    sure = f"{_interval(study, level)}, {seeds}" if mean.known else f"{seeds}, no interval"
    lost = level.selected.report.diverged
    reached = f"{reaching(study.by)} {value(study.metric, mean.value)} {metric_name(study.metric)}"
    parts = f"{name or level_name(level.name)} {reached} ({sure})"
    return f"{parts} and diverges on {len(lost)} of {counted(level.selected.report.count, 'seed')}" if lost else parts


def _first_of_all(study: Study, level: Level) -> str:
    """The setting that ranks first, if all settings are one level."""
    picked = level.selected
    if picked.settings == 1:
        return f"only one setting was tried, {_single_level(study, level, f'{picked.arm}: it')}"
    found = f"of {picked.settings:,} settings, {_single_level(study, level, f'{picked.arm} ranks first: it')}"
    ties = len(picked.tied) - 1
    return f"{found}, and {counted(ties, 'other')} {'ties' if ties == 1 else 'tie'} with it" if ties else found


def _too_few_seeds(study: Study, numbered: Sequence[Level]) -> str:
    shown = [f"{level_name(level.name)} at {value(study.metric, level.estimates['mean'].value)}" for level in numbered]
    lost = [level for level in study.levels if level.selected.report.diverged]
    diverged = f"; {_divergences(lost)}" if lost else ""
    most = max(len(level.selected.report.values) for level in numbered)
    seeds = "one seed" if most == 1 else "one seed in common, or none,"
    return (
        f"{seeds} can't tell which is better: {listing(shown)} {metric_name(study.metric)}{diverged}; "
        "run 5 seeds or more"
    )


def _result(study: Study, numbered: Sequence[Level]) -> list[str]:
    """The best level or those not told apart, then the worse ones, then those that diverged."""
    top = leaders(study)
    if not top:
        return [f"none can be called best, for each diverges on some seeds: {_divergences(numbered)}"]
    parts = together(study, top) if len(top) > 1 else [_best(study, top[0])]
    sound = [level for level in numbered if not level.selected.report.diverged]
    worse = [level for level in sound if level not in top]
    if len(worse) > MOST_NAMED and len(top) > 1:
        parts.append(
            f"the other {len(worse)} are worse than {level_name(top[0].name)} by {gap_range(study, top[0], worse)}"
        )
    elif worse and len(top) > 1:
        texts = [
            f"{level_name(level.name)} by {gap(study, study.comparison(top[0].name, level.name))}" for level in worse
        ]
        parts.append(f"worse than {level_name(top[0].name)} {'is' if len(worse) == 1 else 'are'} {listing(texts)}")
    lost = [level for level in study.levels if level.selected.report.diverged]
    return parts + ([_divergences(lost)] if lost else []) + _without_result(study.levels)


def _without_result(levels: Sequence[Level]) -> list[str]:
    """Levels without a finished seed: pruned, failed, or not run; diverged seeds count as finished."""
    gone = [level for level in levels if not level.selected.report.count]
    pruned = [level for level in gone if level.selected.report.pruned and not level.selected.report.missing]
    failed = [level for level in gone if level.selected.report.missing == level.selected.report.failed]
    failed = [level for level in failed if not level.selected.report.pruned]
    other = [level for level in gone if level not in failed and level not in pruned]
    told = [
        (pruned, f"{'was' if len(pruned) == 1 else 'were'} pruned on every seed"),
        (failed, "failed on every seed"),
        (other, "ended on no seed"),
    ]
    return [f"{listing([level_name(level.name) for level in found])} {what}" for found, what in told if found]


def _best(study: Study, best: Level) -> str:
    sound = [level for level in study.levels if level.selected.report.values and not level.selected.report.diverged]
    found = f"{level_name(best.name)} is best at {value(study.metric, best.estimates['mean'].value)}"
    found = f"{found} {metric_name(study.metric)}"
    others = [level for level in sound if level is not best]
    if not others:
        return found
    if len(others) > MOST_NAMED:
        return f"{found}, ahead of the other {len(others)} by {gap_range(study, best, others)}"
    gaps = [f"of {level_name(level.name)} by {gap(study, study.comparison(best.name, level.name))}" for level in others]
    return f"{found}, ahead {listing(gaps)}"


def _divergences(levels: Collection[Level]) -> str:
    """Which levels diverged, and on how many seeds."""
    texts = []
    for level in levels:
        report = level.selected.report
        share = f"{len(report.diverged)} of {counted(report.count, 'seed')}"
        share = f"every seed ({counted(report.count, 'seed')})" if not report.values else share
        texts.append(f"{level_name(level.name)} diverges on {share}")
    return listing(texts)


def _interval(study: Study, level: Level) -> str:
    mean = level.estimates["mean"]
    low, high = limited(study.metric, mean.low, mean.high, mean.value)
    ends = f"{value(study.metric, low).removesuffix(' %')} to {value(study.metric, high)}"
    cut = f", cut {range_note(study.metric)}" if is_cut(study.metric, mean.low, mean.high, mean.value) else ""
    return f"{100 * study.confidence:g} % CI {ends}{cut}"
