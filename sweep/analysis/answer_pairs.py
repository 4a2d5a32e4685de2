"""The parts of the answer about pairs of levels: their difference, or that they are not told apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sweep.analysis.comparison_data import Level, Study
from sweep.analysis.detectable import detectable
from sweep.analysis.leader import MOST_NAMED, names_of
from sweep.analysis.pairing import Comparison
from sweep.analysis.wording import bounds, counted, difference, level_name, limits, listing, metric_name, value


def together(study: Study, top: Sequence[Level]) -> list[str]:
    """Describe the leaders, of which none is shown to be better: equivalent, equal, or not told apart."""
    best, others = top[0], top[1:]
    pairs = {level.name: study.comparison(best.name, level.name) for level in others}
    verdicts = {name: _relation(pair) for name, pair in pairs.items()}
    found = set(verdicts.values())
    said = next(iter(found)) if len(found) == 1 else "not told apart"
    phrases = {
        "exact tie": "tie exactly on every seed",
        "equivalent": f"are equivalent within a margin of {_margin(study)}",
        "not told apart": "are not told apart",
        "unknown": "have too few seeds in common to be compared",
        "reversed": "did not end well on the same seeds",
    }
    sure = "" if said == "reversed" else _evidence(study, top, list(pairs.values()), said)
    parts = [f"{_with_values(study, top)} {phrases[said]}{sure}"]
    parts += [
        f"on the seeds that both have, {level_name(name)} is ahead of {level_name(best.name)} by {gap(study, pair)}"
        for name, pair in pairs.items()
        if verdicts[name] == "reversed"
    ]
    for relation, text in (
        ("exact tie", f"the same as {level_name(best.name)} on every seed"),
        ("equivalent", f"equivalent to {level_name(best.name)} within a margin of {_margin(study)}"),
    ):
        some = [level for level in others if verdicts[level.name] == relation]
        if some and relation != said:
            parts.append(f"{names_of(study, some)} {'is' if len(some) == 1 else 'are'} {text}")
    return parts


def _relation(pair: Comparison) -> str:
    """The relation of a leader to the best: a verdict, an exact tie, or better on the common seeds."""
    if pair.verdict == "unknown":
        return "unknown"
    if pair.verdict in ("first", "second"):
        # The one with the better mean is worse on the common seeds, because its mean includes other seeds.
        return "reversed"
    return "exact tie" if pair.is_exact_tie else pair.verdict


def _with_values(study: Study, levels: Sequence[Level]) -> str:
    """The levels with their values; for many levels, the names and the range."""
    ends = [(level_name(level.name), value(study.metric, level.estimates["mean"].value)) for level in levels]
    metric = metric_name(study.metric)
    if len(ends) <= MOST_NAMED:
        return f"{listing([f'{name} at {end}' for name, end in ends])} {metric}"
    (first, high), (last, low) = ends[0], ends[-1]
    if high == low:
        return f"{names_of(study, levels)}, each at {high} {metric},"
    return f"{names_of(study, levels)}, from {high} ({first}) to {low} {metric} ({last}),"


def _evidence(study: Study, top: Sequence[Level], pairs: Sequence[Comparison], said: str) -> str:
    """In brackets: the largest difference from the best, its interval, and the detectable difference."""
    if said == "exact tie":
        return f" ({counted(len(pairs[0].seeds), 'seed')})" if len({pair.seeds for pair in pairs}) == 1 else ""
    widest = max(pairs, key=lambda pair: abs(pair.difference.value) if pair.seeds else -1.0)
    which = "difference"
    if len(pairs) > 1 and widest.seeds:
        other = widest.second if widest.first == top[0].name else widest.first
        which = f"largest difference, {level_name(top[0].name)} to {level_name(other)},"
    seen = [found for found in (detectable(study, pair) for pair in pairs) if np.isfinite(found)]
    power = ""
    if said == "not told apart" and seen:
        least, most = limits(study.metric)
        smallest = f"only {difference(study.metric, max(seen))} or more"
        if max(seen) > most - least:
            smallest = "no difference, however large,"
        power = f"; {smallest} would be shown with a power of 80 %"
    return f" ({which} {gap(study, widest, inside=True)}{power})"


def gap(study: Study, pair: Comparison, inside: bool = False) -> str:
    """A difference with its interval, and the reason if the interval excludes zero but no difference is shown.

    Args:
        study: the comparison.
        pair: the two levels.
        inside: whether the text is already in brackets.
    """
    if not pair.seeds:
        return "unknown, no seed in common" if inside else "an unknown amount"
    text = difference(study.metric, abs(pair.difference.value))
    low, high = pair.difference.low, pair.difference.high
    if pair.difference.value < 0:
        low, high = -high, -low
    sure = f"{bounds(study.metric, low, high, study.confidence)}, {counted(len(pair.seeds), 'seed')}"
    if pair.verdict in ("first", "second"):
        sure += f", within the margin of {_margin(study)}" if pair.is_within_margin else ""
    elif pair.excludes_zero or pair.t_p_value < pair.alpha:
        sure += f", not shown once all {len(study.comparisons)} pairs are accounted for"
    return f"{text}, {sure}" if inside else f"{text} ({sure})"


def gap_range(study: Study, best: Level, others: Sequence[Level]) -> str:
    """The smallest and the largest difference from the best, each with its level."""
    gaps = [(abs(study.comparison(best.name, level.name).difference.value), level) for level in others]
    least, most = min(gaps, key=lambda gap: gap[0]), max(gaps, key=lambda gap: gap[0])
    ends = [f"{difference(study.metric, size)} ({level_name(level.name)})" for size, level in (least, most)]
    return " to ".join(ends)


def _margin(study: Study) -> str:
    return "none" if study.margin is None else difference(study.metric, study.margin)
