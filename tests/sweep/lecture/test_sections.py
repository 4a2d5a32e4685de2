"""What each section of the lecture claims, checked on the numbers behind its picture."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from sweep.lecture.section_registry import SECTIONS
from sweep.lecture.sections.averages import lag, peak_bytes
from sweep.lecture.sections.bias_correction import merged
from sweep.lecture.sections.mini_batches import cut
from sweep.lecture.sections.momentum import best_rates
from sweep.reports.chart_records import Plot


@pytest.mark.parametrize("name", SECTIONS)
def test_it_ends_in_a_table_a_sentence_formulas_paragraphs_and_data(outcome_of, name):
    outcome = outcome_of(name)
    assert {len(row) for row in outcome.rows} == {len(outcome.columns)}
    assert outcome.sentence.endswith(".")
    assert all(text.endswith((".", ".)")) for text in outcome.paragraphs)
    assert len(outcome.formulas) >= 2
    assert all(len(table) for table in outcome.data.values())
    for panel in outcome.chart.panels:
        assert panel.title
        assert panel.x_label
        assert not isinstance(panel, Plot) or panel.y_label


def test_five_million_examples_are_five_thousand_batches_of_a_thousand_in_bounded_memory(outcome_of):
    table = outcome_of("mini-batches").data["partitions"].set_index("examples")
    big = table.loc[5_000_000]
    assert (big["batches"], big["last"]) == (5000, 1000)
    assert table["is_partition"].all()
    # 8 bytes an index and about a hundred for each of the 5,000 views.
    assert 40e6 <= big["peak_bytes"] < 42e6
    assert big["moved"] > 0.99


def test_the_last_batch_is_short_where_the_size_does_not_divide():
    ragged = cut(103, 20, 2, seed=0)
    assert (ragged.batches, ragged.last, ragged.is_partition) == (6, 3, True)


def test_the_small_set_is_reshuffled_in_each_epoch_and_each_example_comes_once(outcome_of):
    places = outcome_of("mini-batches").data["batches"]
    orders = [tuple(rows["example"]) for _, rows in places.groupby("epoch")]
    assert len(set(orders)) == len(orders) == 3
    assert all(sorted(order) == list(range(1, 21)) for order in orders)
    assert places.groupby(["epoch", "batch"]).size().loc[1].tolist() == [6, 6, 6, 2]


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


def test_larger_betas_are_smoother_and_later(outcome_of):
    table = outcome_of("averages").data["averages"]
    changes = [table[name].diff().std() for name in ("value", "beta_0.5", "beta_0.9", "beta_0.98")]
    assert changes == sorted(changes, reverse=True)
    lags = [lag(table["value"].to_numpy(), beta) for beta in (0.5, 0.9, 0.98)]
    assert lags == sorted(lags)
    assert lags[2] > 20


def test_on_a_slow_wave_the_measured_shift_is_the_mean_age_of_the_weights():
    # beta = 0.9: on a wave of 400 days the phase lag is near beta / (1 - beta) = 9 days.
    wave = np.sin(2.0 * np.pi * np.arange(800) / 400.0)
    assert lag(wave, 0.9) == pytest.approx(9, abs=1)
    assert lag(np.arange(300.0), 0.9) == pytest.approx(9, abs=1)


def test_the_memory_of_a_running_average_does_not_grow():
    peak_bytes(1000, 0.9)
    assert peak_bytes(100_000, 0.9) <= peak_bytes(1000, 0.9) + 512


def test_with_and_without_correction_merge_where_beta_to_the_t_says(outcome_of):
    table = outcome_of("bias-correction").data["averages"]
    # 0.98^t < 0.01 first at t = log(0.01) / log(0.98) = 227.9.
    assert merged(table["plain"].to_numpy(), table["corrected"].to_numpy(), 0.01) == 228
    assert table["corrected"][0] == pytest.approx(table["value"][0])
    assert table["plain"][0] == pytest.approx(0.02 * table["value"][0])


def test_averages_that_never_merge_have_no_day():
    assert merged(np.array([0.0, 0.0]), np.array([1.0, 1.0]), 0.01) is None
    assert merged(np.array([1.0, 1.0]), np.array([1.0, 1.0]), 0.01) == 1
    assert merged(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 0.01) == 1


def test_momentum_crosses_the_valley_in_fewer_steps_and_at_the_predicted_rates(outcome_of):
    outcome = outcome_of("momentum")
    rows = {row[0]: row for row in outcome.rows}
    # kappa = 25: 24/26 for gradient descent, 4/6 for heavy ball.
    assert [rows["gradient descent"][3], rows["momentum (average)"][3]] == ["0.9231", "0.6667"]
    assert rows["gradient descent"][4] == "0.9231"
    assert int(rows["momentum (average)"][5]) < int(rows["gradient descent"][5]) / 3
    assert rows["momentum (average)"][5] == rows["momentum (accumulated)"][5]


def test_both_forms_of_momentum_walk_the_same_path(outcome_of):
    paths = outcome_of("momentum").data["paths"].pivot(index="step", columns="optimizer", values=["x", "y"])
    for axis in ("x", "y"):
        both = paths[axis]
        np.testing.assert_allclose(both["momentum (average)"], both["momentum (accumulated)"], atol=1e-13)


def test_steps_grow_with_the_condition_number_and_with_its_root_under_momentum(outcome_of):
    table = outcome_of("momentum").data["condition_numbers"].set_index("condition_number")
    # Sixteen times the condition number: sixteen and four times the steps, up to what is rounded and begins.
    growth = table.loc[400] / table.loc[25]
    assert growth["gradient_descent"] == pytest.approx(16, rel=0.1)
    assert growth["momentum"] == pytest.approx(4, rel=0.3)


def test_the_best_rates_are_those_of_polyak():
    # kappa = 9: alpha 2/10; 4/16 and (2/4)^2.
    assert best_rates(9.0) == pytest.approx((0.2, 0.25, 0.25))


def test_rmsprop_takes_the_steepness_out_of_the_step(outcome_of):
    paths = outcome_of("rmsprop").data["paths"]
    first = {
        name: np.abs(rows[["x", "y"]].to_numpy()[1] - rows[["x", "y"]].to_numpy()[0])
        for name, rows in paths.groupby("optimizer")
    }
    # Slopes at (-9, 1) in a valley of 100: 9 and 100.
    assert first["sgd"][1] / first["sgd"][0] == pytest.approx(100 / 9)
    assert first["rmsprop"] == pytest.approx([0.15 / math.sqrt(0.1)] * 2, rel=1e-6)


def test_epsilon_halves_the_step_at_itself_outside_the_root_and_near_its_root_inside(outcome_of):
    table = outcome_of("rmsprop").data["epsilon"]
    outside = np.interp(0.5, table["outside_root"], np.log10(table["gradient"]))
    inside = np.interp(0.5, table["inside_root"], np.log10(table["gradient"]))
    assert outside == pytest.approx(-8.0, abs=0.05)
    assert inside == pytest.approx(math.log10(math.sqrt(1e-8 / 3)), abs=0.05)


def test_adams_corrections_make_each_step_alpha_when_the_gradient_is_constant(outcome_of):
    table = outcome_of("adam").data["corrections"]
    np.testing.assert_allclose(table["both_corrected_(Adam)"], 1.0, rtol=1e-9)
    # Without: 0.1 / sqrt(0.001) = 3.162 at first; then (1 - 0.9^t) / sqrt(1 - 0.999^t).
    t = table["step"].to_numpy()
    np.testing.assert_allclose(table["none_corrected"], (1 - 0.9**t) / np.sqrt(1 - 0.999**t), rtol=1e-7)


def test_adams_race_has_each_optimizer_at_its_best_rate(outcome_of):
    rows = {row[0]: row for row in outcome_of("adam").rows}
    assert list(rows) == ["sgd", "momentum", "rmsprop", "adam"]
    assert rows["adam"][3] != "not reached"
    assert rows["sgd"][3] == "not reached"


def test_every_schedule_ends_closer_than_a_constant_rate(outcome_of):
    ends = outcome_of("decay").data["ends"].set_index("schedule")["f"]
    constant = ends.pop("constant")
    assert (ends < constant / 5.0).all()
    # The floor of gradient descent at rate a on f = (x^2 + 10 y^2) / 2 with noise of variance s^2 = 9 on each slope:
    # the variance of x is a s^2 / (2 - a), that of y a s^2 / (10 (2 - 10 a)).
    a, s2 = 0.15, 9.0
    floor = 0.5 * (a * s2 / (2 - a)) + 0.5 * 10 * (a * s2 / (10 * (2 - 10 * a)))
    assert constant == pytest.approx(floor, rel=0.1)


def test_all_formulas_are_drawn(outcome_of):
    drawn = set(outcome_of("decay").data["learning_rates"].columns) - {"step"}
    assert len(drawn) == 11
    by_length = {"cosine", "one_cycle"}
    assert _kinds() == {"inverse_time", "exponential", "inverse_sqrt", "staircase", "reduce_on_plateau", *by_length}


def _kinds():
    from sweep.lecture.section_config import check_settings, read_settings, shipped_file

    section = SECTIONS["decay"]
    settings = check_settings(read_settings(shipped_file("decay")), section.settings)
    return {schedule.kind for schedule in settings.schedules.values()}


def test_the_drawn_rates_are_the_formulas_by_hand(outcome_of):
    table = outcome_of("decay").data["learning_rates"].set_index("step")
    # Step 21 is the first of epoch 2; 40 epochs of 20 steps.
    assert table.loc[21, "inverse time"] == pytest.approx(1 / (1 + 0.5 * 2))
    assert table.loc[21, "exponential"] == pytest.approx(0.9**2)
    assert table.loc[21, "k / sqrt(epoch)"] == pytest.approx(1 / math.sqrt(2))
    assert table.loc[21, "k / sqrt(t)"] == pytest.approx(1 / math.sqrt(21))
    assert table.loc[[160, 161], "staircase"].tolist() == [1.0, 0.5]
    assert table.loc[[200, 201], "by hand"].tolist() == [1.0, 0.3]


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
