"""Looks a comparison over for what may mislead its reader, and gives one card for each finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sweep.analysis.comparison_data import Study
from sweep.analysis.health_base_rate import base_rate_cards
from sweep.analysis.health_card import ORDER, Card
from sweep.analysis.health_design import edges, few_seeds, flattered, under_tuned, unequal_budgets
from sweep.analysis.health_training import diverged, gaps, still_improving, target_missed
from sweep.analysis.wording import capitalised
from trainers.base_rates import BaseRate

if TYPE_CHECKING:
    import pandas as pd


def health(
    study: Study, trials: pd.DataFrame, epochs: pd.DataFrame, rates: Sequence[BaseRate] = ()
) -> tuple[Card, ...]:
    """Run every health check, the serious cards first.

    Args:
        study: as `sweep.analysis.comparison_data.make_study` gives it.
        trials: the trials that it was made of.
        epochs: their epochs.
        rates: what simple predictions reach on the same splits; empty where that is not known.
    """
    cards = [
        *base_rate_cards(study, rates),
        *under_tuned(study),
        *edges(study, trials),
        *unequal_budgets(study),
        *few_seeds(study),
        *diverged(study, trials),
        *target_missed(study),
        *still_improving(study, trials, epochs),
        *gaps(study, trials),
        *flattered(study),
    ]
    spelled = [replace(card, sentence=capitalised(card.sentence)) for card in cards]
    return tuple(sorted(spelled, key=lambda card: ORDER.index(card.severity)))
