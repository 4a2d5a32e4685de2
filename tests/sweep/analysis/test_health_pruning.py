"""Cards on early stopping: only where something was pruned, and with the numbers of it."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.analysis.comparison_data import make_study
from sweep.analysis.health import health


@pytest.fixture
def cards(tables):
    """``cards(curves, pruned)``: check -> card, where pruned trials are judged after the last of their epochs."""

    def check(curves, pruned=()):
        trials, epochs = tables(curves, statuses=dict.fromkeys(pruned, "PRUNED"))
        is_pruned = trials["status"] == "PRUNED"
        trials = trials.assign(
            pruned_rung=trials["epochs_done"].astype(float).where(is_pruned), pruned_value=0.5, examples=320.0
        )
        trials["examples"] *= trials["epochs_done"]
        study = make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0))
        return {card.check: card for card in health(study, trials, epochs)}

    return check


STEADY = {(f"adam {n}", 0): [n / 10 + 0.01 * epoch for epoch in range(10)] for n in range(5)}


def test_a_sweep_without_a_scheduler_has_no_such_card(cards):
    assert not {"pruned", "pruned seeds", "ranks"} & set(cards(STEADY))


def test_what_was_pruned_is_told_with_what_it_saved(cards):
    curves = {**STEADY, ("adam 5", 0): [0.1], ("adam 6", 0): [0.1, 0.1, 0.1]}
    found = cards(curves, [("adam 5", 0), ("adam 6", 0)])
    # 70 epochs, of which 9 + 7 were not trained: 23 %.
    assert found["pruned"].sentence == (
        "The scheduler pruned 2 of 7 trainings, of 2 settings, and saved 23 % of the epochs and 23 % of the examples."
    )
    assert found["pruned"].severity == "note"
    assert "ranks" not in found


def test_a_best_setting_with_pruned_seeds_is_flattered(cards):
    curves = {("adam", 0): [0.5, 0.9], ("adam", 1): [0.4], ("sgd", 0): [0.5, 0.6], ("sgd", 1): [0.5, 0.6]}
    found = cards(curves, [("adam", 1)])
    assert found["pruned seeds"].sentence.startswith(
        "1 of 2 seeds of Adam were pruned, and its mean is over the others"
    )


def test_ranks_that_change_late_are_a_warning(cards):
    # The order of half time, 0.1 to 0.5, is reversed at the end.
    curves = {(f"adam {n}", 0): [n / 10] * 5 + [0.9 - n / 10] * 5 for n in range(1, 6)}
    found = cards({**curves, ("adam 9", 0): [0.0]}, [("adam 9", 0)])
    assert "Kendall's tau is -1.00 between half time and the end (5 trainings)" in found["ranks"].sentence
    assert found["ranks"].severity == "warning"
