"""Tests of what an arm ended with."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.analysis.outcomes import Outcomes, best_first, outcomes, ranks
from sweep.results.leaderboard import leaderboard


def test_every_seed_is_in_one_group(tables):
    curves = {("adam", seed): [0.5, 0.1 * seed] for seed in range(5)}
    statuses = {("adam", 1): "DIVERGED", ("adam", 2): "FAILED", ("adam", 3): "STOPPED", ("adam", 4): "PENDING"}
    trials, _ = tables(curves, statuses=statuses)
    found = outcomes(trials, "adam", "final_val_accuracy", seeds=[0, 1, 2, 3, 4, 9])
    assert (found.seeds, found.diverged, found.missing) == ((0, 3), (1,), (2, 4, 9))
    assert found.values == (0.0, 0.1 * 3)
    assert found.count == 3


def test_only_the_seeds_asked_for_count(tables):
    trials, _ = tables({("adam", seed): [float(seed)] for seed in range(4)})
    assert outcomes(trials, "adam", "final_val_accuracy", seeds=[2, 3]).values == (2.0, 3.0)


def test_an_arm_that_diverged_ranks_below_a_worse_one_that_did_not():
    sound = Outcomes("sound", (0, 1), (0.5, 0.5))
    lucky = Outcomes("lucky", (0,), (0.9,), diverged=(1,))
    empty = Outcomes("empty", (), (), diverged=(0, 1))
    assert best_first([empty, lucky, sound], "max") == [2, 1, 0]


def test_small_is_good_when_the_mode_is_min():
    assert best_first([Outcomes("a", (0,), (0.5,)), Outcomes("b", (0,), (0.4,))], "min") == [1, 0]
    assert best_first([Outcomes("a", (0,), (0.5,)), Outcomes("b", (0,), (0.4,))], "max") == [0, 1]


@st.composite
def arms(draw):
    """Two to eight arms whose numbers often tie, some in another order, some diverged or without a number."""
    found = []
    for number in range(draw(st.integers(2, 8))):
        values = draw(st.permutations(draw(st.sampled_from([(0.1, 0.2, 0.3, 0.7), (0.5, 0.5, 0.5, 0.5), (0.3, 0.3)]))))
        lost = draw(st.sampled_from([(), (), (7,), (7, 8)]))
        values = values if draw(st.integers(0, 5)) else ()
        found.append(Outcomes(f"arm {number}", tuple(range(len(values))), tuple(values), lost))
    return found


@given(arms=arms(), mode=st.sampled_from(["min", "max"]))
@settings(deadline=None)
def test_equal_arms_share_their_rank_as_in_the_leaderboard(arms, mode):
    rows = []
    for arm in arms:
        rows += [(arm.name, seed, "COMPLETED", value) for seed, value in zip(arm.seeds, arm.values, strict=True)]
        rows += [(arm.name, seed, "DIVERGED", np.nan) for seed in arm.diverged]
        rows += [(arm.name, 9, "FAILED", np.nan)]
    trials = pd.DataFrame(rows, columns=["arm_id", "seed", "status", "final_val_loss"])
    trials = trials.assign(arm=trials["arm_id"], optimizer=trials["arm_id"], seconds=1.0)
    board = leaderboard(trials.assign(best_val_loss=trials["final_val_loss"]), "val_loss", mode)
    order = best_first(arms, mode)
    found = dict(zip([arms[position].name for position in order], ranks([arms[p] for p in order]), strict=True))
    assert found == {
        name: None if pd.isna(rank) else int(rank) for name, rank in zip(board["arm"], board["rank"], strict=True)
    }


def test_a_pruned_seed_is_neither_a_value_nor_missing_and_ranks_its_arm_by_its_rung():
    rows = [
        ("a", 0, "COMPLETED", 0.9, None, None),
        ("a", 1, "PRUNED", None, 9.0, 0.4),
        ("a", 2, "PRUNED", None, 3.0, 0.3),
    ]
    columns = ["arm_id", "seed", "status", "final_val_accuracy", "pruned_rung", "pruned_value"]
    trials = pd.DataFrame(rows, columns=columns).assign(arm="a")
    found = outcomes(trials, "a", "final_val_accuracy")
    assert (found.seeds, found.pruned, found.missing, found.failed) == ((0,), (1, 2), (), ())
    assert (found.values, found.count, found.rung, found.rung_value) == ((0.9,), 1, 3.0, 0.3)
    whole = Outcomes("whole", (0, 1), (0.5, 0.5))
    further = Outcomes("further", (0,), (0.6,), pruned=(1,), rung=9.0)
    lost = Outcomes("lost", (0,), (0.99,), diverged=(1,))
    none = Outcomes("none", (), (), pruned=(0, 1), rung=27.0, rung_value=0.9)
    arms = [none, lost, found, further, whole]
    order = best_first(arms, "max")
    assert [arms[position].name for position in order] == ["whole", "further", "a", "lost", "none"]
    assert ranks([arms[position] for position in order]) == [1, 2, 3, 4, None]
