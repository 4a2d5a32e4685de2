"""What a scheduler saved is counted against the epochs that the trials would have had, and ranks are compared."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from sweep.analysis.pruning import PrunedArm, RankChange, Rung, planned_epochs, pruning, rank_changes


def table(*rows):
    columns = ["trial_id", "arm_id", "status", "epochs_done", "examples", "pruned_rung"]
    frame = pd.DataFrame([(str(number), *row) for number, row in enumerate(rows)], columns=columns)
    return frame.assign(arm="arm " + frame["arm_id"])


def test_a_sweep_in_which_nothing_was_pruned_has_nothing_to_say():
    assert pruning(table(("a", "COMPLETED", 8, 80.0, None), ("b", "FAILED", 0, None, None))) is None


def test_successive_halving_of_eight_reaches_its_rungs():
    # 1 1 1 1 2 2 4 8 epochs of 8 each: 20 of 64 are trained, and 44 / 64 = 69 % are saved.
    done = [1, 1, 1, 1, 2, 2, 4, 8]
    rows = [(str(n), "PRUNED" if e < 8 else "COMPLETED", e, 10.0 * e, e if e < 8 else None) for n, e in enumerate(done)]
    found = pruning(table(*rows))
    assert (found.pruned, found.trials) == (7, 8)
    assert found.saved_epochs == pytest.approx(44 / 64)
    assert found.saved_examples == pytest.approx(44 / 64)
    assert found.rungs == (Rung(1.0, 8, 4), Rung(2.0, 4, 2), Rung(4.0, 2, 1), Rung(math.inf, 1, 0))
    assert found.arms[0] == PrunedArm("arm 0", 1, 1, (1.0, 1.0), 1 / 8)
    assert len(found.arms) == 7


def test_examples_are_saved_in_proportion_to_those_of_an_epoch():
    # 9 epochs of 100 examples and 1 of 9 epochs of 10: of 900 + 90 examples 910 are trained.
    found = pruning(table(("a", "COMPLETED", 9, 900.0, None), ("b", "PRUNED", 1, 10.0, 1.0)))
    assert found.saved_epochs == pytest.approx(8 / 18)
    assert found.saved_examples == pytest.approx(80 / 990)


def test_what_diverged_or_reached_its_target_was_not_saved_by_the_scheduler():
    rows = [("a", "DIVERGED", 1, None, None), ("b", "STOPPED", 4, None, None), ("c", "PRUNED", 2, None, 2.0)]
    found = pruning(table(*rows, ("d", "COMPLETED", 8, None, None)))
    assert found.saved_epochs == pytest.approx(6 / (1 + 4 + 8 + 8))
    assert math.isnan(found.saved_examples)


def test_an_arm_has_its_own_epochs_if_they_are_a_hyperparameter():
    rows = table(("a", "COMPLETED", 8, None, None), ("b", "PRUNED", 1, None, 1.0))
    assert planned_epochs(rows).tolist() == [8, 8]
    assert planned_epochs(rows.assign(epochs=[8, 4])).tolist() == [8, 4]


def test_only_seeds_of_an_arm_may_be_pruned():
    found = pruning(
        table(("a", "PRUNED", 3, None, 3.0), ("a", "PRUNED", 1, None, 1.0), ("a", "COMPLETED", 9, None, None))
    )
    assert found.arms == (PrunedArm("arm a", 2, 3, (1.0, 3.0), pytest.approx(13 / 27)),)


def curves_of(*curves):
    rows = [(str(number), epoch, value) for number, curve in enumerate(curves) for epoch, value in enumerate(curve, 1)]
    return pd.DataFrame(rows, columns=["trial_id", "epoch", "val_loss"])


def trials_of(count, pruned_rung=None):
    rungs = pruned_rung or [None] * count
    statuses = ["COMPLETED" if rung is None else "PRUNED" for rung in rungs]
    return pd.DataFrame({"trial_id": [*map(str, range(count))], "status": statuses, "pruned_rung": rungs})


def test_the_ranks_of_half_time_are_compared_with_those_of_the_end():
    # Orders 1 2 3 4 after 2 of 4 epochs and 2 1 3 4 after 4: 5 of 6 pairs agree, tau is (5 - 1) / 6.
    curves = [[9, 1, 9, 2], [9, 2, 9, 1], [9, 3, 9, 3], [9, 4, 9, 4]]
    found = rank_changes(trials_of(4), curves_of(*curves), "val_loss", "min")
    assert found == (RankChange(2.0, 4.0, 4, pytest.approx(4 / 6), True),)


def test_each_rung_is_compared_with_the_next_among_those_that_went_on():
    curves = [[1, 4, 4, 4], [2, 3, 3, 3], [3, 2, 2, 2], [4, 1, 1, 1], [5], [6], [7, 8]]
    trials = trials_of(7, [None] * 4 + [1.0, 1.0, 2.0])
    found = rank_changes(trials, curves_of(*curves), "val_loss", "min")
    # From epoch 1 to 2 five went on: all six pairs of the first four change, the four with the fifth agree.
    assert [(one.early, one.late, one.trials, one.is_half) for one in found] == [
        (2.0, 4.0, 4, True),
        (1.0, 2.0, 5, False),
        (2.0, 4.0, 4, False),
    ]
    assert [one.tau for one in found] == pytest.approx([1.0, (4 - 6) / 10, 1.0])


def test_too_few_trials_have_no_ranks():
    assert rank_changes(trials_of(3), curves_of([1, 2], [2, 1], [3, 3]), "val_loss", "min") == ()
    assert rank_changes(trials_of(5), curves_of(*[[1.0, 1.0]] * 5), "val_loss", "min") == ()
    assert rank_changes(trials_of(5), curves_of([np.nan]), "val_loss", "min") == ()
