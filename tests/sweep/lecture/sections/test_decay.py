"""Decay of the learning rate: the rates that are drawn, and where each schedule ends."""

from __future__ import annotations

import math

import pytest

from sweep.lecture.section_registry import SECTIONS


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
