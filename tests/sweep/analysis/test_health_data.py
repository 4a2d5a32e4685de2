"""A leak can reverse the answer, and rows that are trained on make held-out results look better."""

from __future__ import annotations

from sweep.analysis.health_data import data_cards


def test_each_leak_is_serious_and_keeps_its_sentence():
    cards = list(data_cards(["`fare` alone predicts the target.", "`id` too."], 0, 100))
    assert [(card.severity, card.sentence) for card in cards] == [
        ("serious", "`fare` alone predicts the target."),
        ("serious", "`id` too."),
    ]
    assert "`data.drop`" in cards[0].advice


def test_duplicates_are_counted_and_given_as_a_share_of_what_is_held_out():
    (card,) = data_cards([], 3, 120)
    assert card.severity == "warning"
    assert card.sentence == "3 held-out rows (2.5 %) are also in the training part, inputs and target."
    (one,) = data_cards([], 1, 0)
    assert one.sentence == "1 held-out row is also in the training part, inputs and target."
    assert not list(data_cards([], 0, 120))
