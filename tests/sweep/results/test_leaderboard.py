"""Arms are ranked by their final value; a diverged trial is counted, and never helps its arm."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.analysis.outcomes import outcomes
from sweep.results import leaderboard

COLUMNS = ["arm_id", "status", "final_val_loss", "best_val_loss", "seconds", "target_steps"]


def _trials(*rows):
    frame = pd.DataFrame([(*row, None)[:6] if len(row) < 6 else row for row in rows], columns=COLUMNS)
    frame["arm"] = "arm " + frame["arm_id"]
    frame["optimizer"] = "sgd"
    frame["target_steps"] = frame["target_steps"].astype("Int64")
    return frame


DONE, DIVERGED, FAILED, PENDING = "COMPLETED", "DIVERGED", "FAILED", "PENDING"


def test_arms_are_ranked_by_the_mean_of_the_final_value_over_seeds():
    board = leaderboard(
        _trials(("a", DONE, 0.4, 0.1, 1.0), ("a", "STOPPED", 0.6, 0.1, 3.0), ("b", DONE, 0.3, 0.3, 1.0)),
        "val_loss",
        "min",
    )
    assert board["arm_id"].tolist() == ["b", "a"]
    assert board["rank"].tolist() == [1, 2]
    row = board.iloc[1]
    assert row["seeds"] == 2
    assert row["final_val_loss_mean"] == pytest.approx(0.5)
    assert row["final_val_loss_std"] == pytest.approx(math.sqrt(0.02))  # over n - 1
    assert (row["final_val_loss_min"], row["final_val_loss_max"]) == (0.4, 0.6)
    assert (row["best_val_loss_mean"], row["seconds_mean"]) == (0.1, 2.0)
    assert math.isnan(board.iloc[0]["final_val_loss_std"])


def test_a_large_value_is_good_when_the_mode_says_so():
    board = leaderboard(_trials(("a", DONE, 0.4, 0.4, 1.0), ("b", DONE, 0.9, 0.9, 1.0)), "val_loss", "max")
    assert board["arm_id"].tolist() == ["b", "a"]


def test_equal_arms_share_a_rank():
    rows = [(arm, DONE, loss, loss, 1.0) for arm, loss in [("a", 0.5), ("b", 0.5), ("c", 0.7)]]
    assert leaderboard(_trials(*rows), "val_loss", "min")["rank"].tolist() == [1, 1, 3]


def test_an_arm_with_a_diverged_seed_is_below_every_arm_without_and_one_without_numbers_has_no_rank():
    board = leaderboard(
        _trials(
            ("all", DIVERGED, None, None, 1.0),
            ("some", DONE, 0.1, 0.1, 1.0),
            ("some", DIVERGED, None, None, 1.0),
            ("none", DONE, 0.9, 0.9, 1.0),
            ("none", FAILED, None, None, None),
            ("none", PENDING, None, None, None),
        ),
        "val_loss",
        "min",
    ).set_index("arm_id")
    assert board.index.tolist() == ["none", "some", "all"]
    assert board["rank"].tolist()[:2] == [1, 2]
    assert board["rank"].isna().tolist() == [False, False, True]
    assert board.loc["some", ["seeds", "diverged"]].tolist() == [1, 1]
    assert board.loc["none", ["seeds", "failed", "unfinished"]].tolist() == [1, 1, 1]


def test_a_seed_that_missed_the_target_counts_as_slower_than_any():
    rows = [("a", DONE, 0.1, 0.1, 1.0, steps) for steps in (10, 30, None)]
    rows += [("b", DONE, 0.1, 0.1, 1.0, 10), ("b", DIVERGED, None, None, 1.0, None)]
    board = leaderboard(_trials(*rows), "val_loss", "min").set_index("arm_id")
    assert board["reached"].tolist() == [2, 1]
    assert board.loc["a", "target_steps_median"] == 30.0
    assert math.isnan(board.loc["b", "target_steps_median"])


ROW = st.tuples(
    st.sampled_from("abcd"), st.sampled_from([DONE, "STOPPED", DIVERGED, FAILED, PENDING]), st.integers(0, 3)
)


@given(st.lists(ROW, min_size=1, max_size=12))
@settings(deadline=None, max_examples=50)
def test_no_arm_is_lost_and_the_order_never_favours_divergence(rows):
    trials = _trials(
        *(
            (arm, status, float(loss), float(loss), 1.0)
            if status in (DONE, "STOPPED")
            else (arm, status, None, None, 1.0)
            for arm, status, loss in rows
        )
    )
    board = leaderboard(trials, "val_loss", "min")
    assert sorted(board["arm_id"]) == sorted({arm for arm, _, _ in rows})
    assert board[["seeds", "diverged", "failed", "unfinished"]].sum().sum() == len(rows)
    ranked = board[board["rank"].notna()]
    assert (ranked["seeds"] > 0).all()
    assert ((ranked["diverged"] > 0).astype(int).diff().fillna(0) >= 0).all()
    for _, group in ranked.groupby(ranked["diverged"] > 0):
        assert group["final_val_loss_mean"].is_monotonic_increasing


def test_by_the_best_epoch_arms_rank_by_it_and_the_last_is_there_too():
    rows = [("a", DONE, 0.4, 0.1, 1.0), ("a", DONE, 0.6, 0.3, 1.0), ("b", DONE, 0.3, 0.3, 1.0)]
    board = leaderboard(_trials(*rows), "val_loss", "min", by="best")
    assert board["arm_id"].tolist() == ["a", "b"]
    row = board.iloc[0]
    assert (row["best_val_loss_mean"], row["best_val_loss_min"], row["best_val_loss_max"]) == (0.2, 0.1, 0.3)
    assert row["best_val_loss_std"] == pytest.approx(math.sqrt(0.02))
    assert row["final_val_loss_mean"] == 0.5
    assert "final_val_loss_std" not in board


FLOATS = st.sampled_from([0.1, 0.2, 0.3, 0.6, 0.7, 1e-9])


@given(st.lists(st.lists(FLOATS, min_size=1, max_size=4), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_arms_whose_seeds_gave_the_same_in_another_order_tie_as_in_the_report(arms, random):
    shuffled = [random.sample(values, len(values)) for values in arms]
    rows = [
        (f"{kind}{place}", DONE, value, value, 1.0)
        for kind, group in (("a", arms), ("b", shuffled))
        for place, values in enumerate(group)
        for value in values
    ]
    trials = _trials(*rows)
    board = leaderboard(trials, "val_loss", "min").set_index("arm_id")
    seeds = trials.assign(seed=range(len(trials)))
    for place in range(len(arms)):
        first, second = f"a{place}", f"b{place}"
        assert board.loc[first, "rank"] == board.loc[second, "rank"]
        # The mean that the report, the answer and the selection rank by.
        assert outcomes(seeds, first, "final_val_loss").mean == board.loc[first, "final_val_loss_mean"]


@pytest.mark.parametrize("keys", [("model.width",), ()])
def test_arms_without_an_optimizer_are_ranked_alike(keys):
    trials = _trials(("a", DONE, 0.4, 0.4, 1.0), ("b", DONE, 0.3, 0.3, 1.0)).drop(columns="optimizer")
    trials["model.width"] = [8, 16]
    board = leaderboard(trials, "val_loss", "min", keys)
    assert board["arm_id"].tolist() == ["b", "a"]
    assert board.columns[-1] == ("model.width" if keys else "arm_id")
    assert "optimizer" not in board


def test_an_arm_gains_nothing_from_having_its_bad_seeds_pruned():
    rows = [
        # Its only seed that was not pruned is the best of all.
        ("early", DONE, 0.1, 1.0, None, None),
        ("early", "PRUNED", None, 1.0, 3.0, 0.8),
        ("late", DONE, 0.3, 1.0, None, None),
        ("late", "PRUNED", None, 1.0, 9.0, 0.7),
        ("whole", DONE, 0.5, 1.0, None, None),
        ("whole", DONE, 0.5, 1.0, None, None),
        ("lost", DONE, 0.2, 1.0, None, None),
        ("lost", DIVERGED, None, 1.0, None, None),
        ("gone", "PRUNED", None, 1.0, 1.0, 0.9),
        ("gone", "PRUNED", None, 1.0, 1.0, 0.7),
        ("gone far", "PRUNED", None, 1.0, 3.0, 0.95),
        ("paused", "PAUSED", None, None, None, None),
        ("paused", "CANCELLED", None, None, None, None),
    ]
    columns = ["arm_id", "status", "final_val_loss", "seconds", "pruned_rung", "pruned_value"]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.assign(arm=frame["arm_id"], optimizer="sgd", best_val_loss=frame["final_val_loss"])
    board = leaderboard(frame, "val_loss", "min").set_index("arm_id")
    assert board.index.tolist() == ["whole", "late", "early", "lost", "gone far", "gone", "paused"]
    assert board["rank"].tolist()[:4] == [1, 2, 3, 4]
    assert board["rank"].isna().tolist() == [False] * 4 + [True] * 3
    assert board["pruned"].tolist() == [0, 1, 1, 0, 1, 2, 0]
    assert board["seeds"].tolist() == [2, 1, 1, 1, 0, 0, 0]
    assert board.loc["gone", ["pruned_rung", "pruned_value"]].tolist() == [1.0, 0.8]
    assert board.loc["paused", "unfinished"] == 2


def test_arms_pruned_at_the_same_rung_rank_by_the_seeds_that_were_not():
    rows = [(arm, DONE, loss, 1.0, None, None) for arm, loss in (("a", 0.4), ("b", 0.3), ("c", 0.3))]
    rows += [(arm, "PRUNED", None, 1.0, 3.0, 0.9) for arm in "abc"]
    frame = pd.DataFrame(rows, columns=["arm_id", "status", "final_val_loss", "seconds", "pruned_rung", "pruned_value"])
    frame = frame.assign(arm=frame["arm_id"], optimizer="sgd", best_val_loss=frame["final_val_loss"])
    board = leaderboard(frame, "val_loss", "min")
    assert board["arm_id"].tolist() == ["b", "c", "a"]
    assert board["rank"].tolist() == [1, 1, 3]


def test_a_sweep_that_prunes_nothing_has_no_rungs():
    board = leaderboard(_trials(("a", DONE, 0.4, 0.1, 1.0)), "val_loss", "min")
    assert board["pruned"].tolist() == [0]
    assert not {"pruned_rung", "pruned_value"} & set(board)


def test_an_arm_with_pruned_seeds_is_not_on_the_front():
    rows = [("a", DONE, 0.1, 1.0, None, None), ("a", "PRUNED", None, 0.1, 1.0, 0.9), ("b", DONE, 0.5, 2.0, None, None)]
    frame = pd.DataFrame(rows, columns=["arm_id", "status", "final_val_loss", "seconds", "pruned_rung", "pruned_value"])
    frame = frame.assign(arm=frame["arm_id"], optimizer="sgd", best_val_loss=frame["final_val_loss"])
    board = leaderboard(frame, "val_loss", "min", objectives=[("seconds", "min")])
    assert board.set_index("arm_id")["pareto"].to_dict() == {"b": True, "a": False}
