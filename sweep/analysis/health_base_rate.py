"""Health checks against base rates: levels no better than simple predictions, and imbalanced classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sweep.analysis.comparison_data import Level, Study
from sweep.analysis.health_card import Card
from sweep.analysis.pairing import mean_difference
from sweep.analysis.ranking import mean
from sweep.analysis.wording import level_name, listing, metric_name, value
from trainers.base_rates import BaseRate
from trainers.metrics import split_name

ROUNDING = 1e-9
"""Smaller gains count as zero, because a mean over seeds has rounding errors."""

UNEQUAL_SHARE = 0.8
"""Share of the majority class above which all other classes have at most a fifth, called moderate imbalance in
Google's course on machine learning (Datasets: Imbalanced datasets; minority of 1 to 20 %)."""


def base_rate_cards(study: Study, rates: Sequence[BaseRate]) -> Iterator[Card]:
    """Find levels that are not better than simple predictions, and imbalanced classes.

    Args:
        study: the comparison, from `sweep.analysis.comparison_data.make_study`.
        rates: base rates on the same splits; empty if unknown.
    """
    trivial = [rate for rate in rates if rate.is_trivial and rate.values.get(study.metric)]
    for rate in trivial:
        yield from _below_guess(study, rate)
    for rate in rates:
        if not rate.is_trivial and rate.values.get(study.metric):
            yield from _below_simple_model(study, rate)
    # The share of the largest class is the accuracy of guessing it, and not its recall or precision.
    if split_name(study.metric)[1] == "accuracy":
        for rate in trivial:
            yield from _unequal_classes(study, rate)


def _below_guess(study: Study, rate: BaseRate) -> Iterator[Card]:
    """Serious if the best level is no better than the trivial prediction; a warning if others are not or if unclear."""
    numbered = [level for level in study.levels if level.selected.report.values]
    gains = [(level, _gains(study, level, rate)) for level in numbered]
    gains = [(level, found) for level, found in gains if len(found)]
    if not gains:
        return
    reached = value(study.metric, mean(list(rate.on(study.metric, _seeds(study)).values())))
    guess = f"a prediction that ignores the inputs (the {rate.name} reaches {reached} {metric_name(study.metric)})"
    best, first = gains[0]
    advice = "Look at the data, the learning rates and the length of training before comparing."
    if mean(first) <= ROUNDING:
        said = f"{level_name(best.name)}, ranked first, is no better than {guess}."
        yield Card("base rate", "serious", said, advice)
        return
    if len(first) > 1 and not mean_difference(first, study.confidence).low > 0:
        said = f"{level_name(best.name)}, ranked first, is not shown to be better than {guess}."
        yield Card("base rate", "warning", said, f"{advice} More seeds may show it.")
    lost = [level_name(level.name) for level, found in gains[1:] if mean(found) <= ROUNDING]
    if lost:
        verb = "is" if len(lost) == 1 else "are"
        said = f"{listing(lost)} {verb} no better than {guess}."
        yield Card("base rate", "warning", said, advice)


def _below_simple_model(study: Study, rate: BaseRate) -> Iterator[Card]:
    """A warning if the best level is no better than a simple model of the inputs."""
    best = next((level for level in study.levels if level.selected.report.values), None)
    gains = _gains(study, best, rate) if best is not None else np.array([])
    if best is not None and len(gains) and mean(gains) <= ROUNDING:
        reached = value(study.metric, mean(list(rate.on(study.metric, best.selected.report.seeds).values())))
        yield Card(
            "simple model",
            "warning",
            f"{level_name(best.name)}, ranked first, is no better than {ARTICLES.get(rate.name, '')}{rate.name}, which "
            f"reaches {reached} {metric_name(study.metric)} without a network.",
            "Train longer, try larger learning rates or another network, or use the simple model.",
        )


ARTICLES = {"nearest centroid": "the "}
"""Article before the name of a simple model in a sentence."""


def _gains(study: Study, level: Level, rate: BaseRate) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The improvement of a level over the base rate, for each seed that both have."""
    report = level.selected.report
    guessed = rate.on(study.metric, report.seeds)
    sign = 1.0 if study.mode == "max" else -1.0
    pairs = zip(report.seeds, report.values, strict=True)
    return np.array([sign * (found - guessed[seed]) for seed, found in pairs if seed in guessed], dtype=np.float64)


def _unequal_classes(study: Study, rate: BaseRate) -> Iterator[Card]:
    shares = list(rate.on(study.metric, _seeds(study)).values())
    if shares and mean(shares) >= UNEQUAL_SHARE:
        part = study.metric.partition("_")[0]
        yield Card(
            "unequal classes",
            "warning",
            f"the classes are so unequal that accuracy says little: the most frequent is "
            f"{value(study.metric, mean(shares))} of the examples.",
            f"Compare by the loss, which sees the rare classes (`metric.name: {part}_loss`).",
        )


def _seeds(study: Study) -> set[int]:
    return {seed for level in study.levels for seed in (*level.selected.report.seeds, *level.selected.report.diverged)}
