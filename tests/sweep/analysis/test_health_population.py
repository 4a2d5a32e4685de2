"""A reader is warned that values are not those of the settings by which arms are named."""

from __future__ import annotations

from sweep.analysis.health_population import changed_on_the_way
from sweep.analysis.objectives import Descent


def test_the_warning_counts_trials_and_names_what_changed():
    found = (
        Descent("a", 0, 2),
        Descent("a", 2, 4, "b", (("learning_rate", "0.12"), ("beta1", "0.8"))),
        Descent("a", 4, 6, "b", (("learning_rate", "0.1"),)),
        Descent("b", 0, 6),
        Descent("c", 0, 6),
    )
    (card,) = changed_on_the_way(found)
    assert card.severity == "warning"
    assert card.sentence.startswith("1 of 3 trainings went on from the state of others, and changed learning_rate and ")
    assert "not of the setting that they began with" in card.sentence


def test_a_population_in_which_nobody_took_over_needs_none():
    assert list(changed_on_the_way((Descent("a", 0, 6), Descent("b", 0, 6)))) == []
    assert list(changed_on_the_way(())) == []
