"""Plateaus and saddles: how many steps each optimizer needs to leave them."""

from __future__ import annotations

import pandas as pd


def test_every_optimizer_leaves_or_is_said_not_to(outcome_of):
    table = outcome_of("plateaus").data["steps_to_leave"].set_index("optimizer")
    adaptive = {"adagrad", "rmsprop", "adam", "adamw", "amsgrad", "nadam", "lion"}
    assert set(table.index) == {"sgd", "momentum", "heavy_ball", "nesterov", *adaptive}
    # On the saddle y grows by 1 + 2 alpha a step, and x shrinks by 1 - 2 alpha: 1.04^t > 1000 from t = 177.
    assert table.loc["sgd", "saddle"] == 177
    assert table.loc["adam", "saddle"] < table.loc["sgd", "saddle"] / 3
    assert table.loc["adam", "plateau"] < table.loc["sgd", "plateau"] / 20


def test_an_optimizer_that_stays_is_not_given_a_number(outcome_of):
    outcome = outcome_of("plateaus", "steps=100", "surfaces=[plateau]", "epochs=2")
    table = outcome.data["steps_to_leave"].set_index("optimizer")
    assert table.loc["sgd", "plateau"] is pd.NA
    assert dict(zip((row[0] for row in outcome.rows), (row[1] for row in outcome.rows), strict=True))["sgd"] == (
        "more than 100"
    )


def test_the_networks_plateau_is_seen_for_gradient_descent_and_not_for_adam(outcome_of):
    last = outcome_of("plateaus").data["network"].groupby("optimizer").last()["steps_on_plateau"]
    assert last["sgd"] > 50
    assert last["adam"] == last["rmsprop"] == 0
