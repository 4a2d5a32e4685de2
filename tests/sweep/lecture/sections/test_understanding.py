"""Batch, mini-batch and stochastic gradient descent, by the costs, paths and seconds behind the picture."""

from __future__ import annotations

import numpy as np


def test_batch_descent_never_raises_its_cost_and_the_others_do(outcome_of):
    costs = outcome_of("understanding").data["costs"]
    rises = costs.groupby("kind", sort=False)["cost"].agg(lambda cost: (cost.diff().dropna() > 0).mean())
    assert rises["batch (all)"] == 0.0
    assert rises["mini-batch (64)"] > 0.2
    assert rises["stochastic (1)"] > 0.2
    # 1,437 examples, 8 epochs.
    assert costs.groupby("kind", sort=False).size().to_dict() == {
        "batch (all)": 8,
        "mini-batch (64)": 8 * 23,
        "stochastic (1)": 8 * 1437,
    }


def test_the_paths_on_the_contour_end_near_the_line_that_was_drawn(outcome_of):
    paths = outcome_of("understanding").data["paths"]
    ends = paths.groupby("kind").last()
    assert np.allclose(ends.loc["batch (all)", ["slope", "height"]].astype(float), [2.0, 1.0], atol=0.2)
    assert np.allclose(ends.loc["mini-batch (64)", ["slope", "height"]].astype(float), [2.0, 1.0], atol=0.3)
    assert (paths.groupby("kind")["step"].max() == 60).all()


def test_an_epoch_of_single_examples_takes_many_times_as_long(outcome_of):
    seconds = outcome_of("understanding").data["seconds"].set_index("batch_size")["seconds"]
    assert list(seconds.index) == [1, 4, 16, 64, 256, 1437]
    assert seconds[1] > 5 * seconds[256]


def test_auto_takes_all_of_2000_and_a_power_of_two_above(outcome_of):
    chosen = outcome_of("understanding").data["automatic"].set_index("examples")["batch_size"]
    assert chosen[2000] == "full"
    assert set(chosen[chosen.index > 2000]) <= {64, 128, 256, 512}
