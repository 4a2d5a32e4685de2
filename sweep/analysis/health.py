"""Checks a comparison for flaws that may mislead its reader, and returns one card per finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sweep.analysis.comparison_data import Study
from sweep.analysis.health_base_rate import base_rate_cards
from sweep.analysis.health_card import ORDER, Card
from sweep.analysis.health_design import edges, few_seeds, flattered, under_tuned, unequal_budgets
from sweep.analysis.health_population import changed_on_the_way
from sweep.analysis.health_pruning import flattered_by_pruning, late_ranks, pruned
from sweep.analysis.health_training import diverged, gaps, still_improving, target_missed
from sweep.analysis.objectives import Descent
from sweep.analysis.wording import capitalised
from trainers.base_rates import BaseRate

if TYPE_CHECKING:
    import pandas as pd


def health(
    study: Study,
    trials: pd.DataFrame,
    epochs: pd.DataFrame,
    rates: Sequence[BaseRate] = (),
    keys: Sequence[str] = (),
    descents: Sequence[Descent] = (),
) -> tuple[Card, ...]:
    """Run all health checks, the most serious cards first.

    Args:
        study: the comparison, from `sweep.analysis.comparison_data.make_study`.
        trials: the trials of the comparison.
        epochs: one row per epoch of a trial.
        rates: base rates on the same splits; empty if unknown.
        keys: the hyperparameters of a training of the user's own.
        descents: the stretches of the trials of a population; empty without one.
    """
    cards = [
        *base_rate_cards(study, rates),
        *under_tuned(study),
        *edges(study, trials, keys),
        *unequal_budgets(study),
        *few_seeds(study),
        *diverged(study, trials),
        *pruned(study, trials),
        *flattered_by_pruning(study),
        *changed_on_the_way(descents),
        *late_ranks(study, trials, epochs),
        *target_missed(study),
        *still_improving(study, trials, epochs),
        *gaps(study, trials),
        *flattered(study),
    ]
    spelled = [replace(card, sentence=capitalised(card.sentence, study.scientific)) for card in cards]
    return tuple(sorted(spelled, key=lambda card: ORDER.index(card.severity)))
