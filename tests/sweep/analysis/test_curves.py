"""Tests of learning curves."""

import pandas as pd

from sweep.analysis.curves import best_arms, learning_curves


def test_the_best_arm_of_each_optimizer_is_its_first_with_a_rank():
    leaderboard = pd.DataFrame(
        {
            "rank": pd.array([1, 2, 3, None], dtype="Int64"),
            "arm_id": ["a", "b", "c", "d"],
            "arm": ["adam 1", "adam 2", "sgd 1", "rmsprop 1"],
            "optimizer": ["adam", "adam", "sgd", "rmsprop"],
        }
    )
    assert best_arms(leaderboard)["arm"].tolist() == ["adam 1", "sgd 1"]


def test_curves_average_the_seeds_that_reached_an_epoch():
    epochs = pd.DataFrame(
        {
            "arm_id": ["a", "a", "a", "b"],
            "seed": [0, 0, 1, 0],
            "epoch": [1, 2, 1, 1],
            "val_loss": [1.0, 0.5, 3.0, 9.0],
        }
    )
    curves = learning_curves(epochs, ["a"], "val_loss")
    assert curves["mean"].tolist() == [2.0, 0.5]
    assert curves["low"].tolist() == [1.0, 0.5]
    assert curves["high"].tolist() == [3.0, 0.5]
    assert curves["seeds"].tolist() == [2, 1]


def test_the_best_arm_of_each_level_of_a_factor_leaves_out_arms_without_it_and_without_a_factor_there_is_one():
    leaderboard = pd.DataFrame(
        {
            "rank": pd.array([1, 2, 3], dtype="Int64"),
            "arm_id": ["a", "b", "c"],
            "arm": ["x", "y", "z"],
            "kind": [None, "tree", "tree"],
        }
    )
    assert best_arms(leaderboard, "kind").to_numpy().tolist() == [["b", "y", "tree"]]
    assert best_arms(leaderboard, "").to_numpy().tolist() == [["a", "x"]]
