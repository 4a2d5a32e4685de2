"""Settings of a search come in the order proposed, and pruned ones are compared where all of them had been."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.analysis.search_settings import best_so_far, common_epoch, distribution, search_settings, surface

CURVES = {
    ("whole", 0): [0.9, 0.5, 0.3],
    ("whole", 1): [0.7, 0.5, 0.1],
    ("half", 0): [0.8, 0.6, 0.4],
    ("half", 1): [1.0, 0.8],
    ("gone", 0): [2.0, 1.0],
    ("lost", 0): [3.0],
    ("failed", 0): [],
}
STATUSES = {("half", 1): "PRUNED", ("gone", 0): "PRUNED", ("lost", 0): "DIVERGED", ("failed", 0): "FAILED"}


@pytest.fixture
def settings(tables):
    trials, epochs = tables(CURVES, "val_loss", statuses=STATUSES, mode="min")
    at = common_epoch(trials)
    return search_settings(trials, epochs, "final_val_loss", "val_loss", at).set_index("arm_id"), at


def test_the_settings_are_numbered_as_they_came_and_those_without_any_result_left_out(settings):
    table, _ = settings
    assert table["number"].to_dict() == {"whole": 1, "half": 2, "gone": 3, "lost": 4}
    assert table["ended"].tolist() == [2, 1, 0, 1]
    assert table["pruned"].tolist() == [0, 1, 1, 0]
    assert table["reached"].tolist() == [3, 3, 2, 1]


def test_a_setting_has_a_value_only_if_none_of_its_seeds_was_pruned_or_diverged(settings):
    table, _ = settings
    assert table["value"].tolist() == pytest.approx([0.2, np.nan, np.nan, np.nan], nan_ok=True)
    assert table["last"].tolist() == pytest.approx([0.2, 0.6, 1.0, 3.0])


def test_all_are_compared_after_the_last_epoch_that_all_reached(settings):
    table, at = settings
    # The diverged one ended after its first epoch, and is not compared.
    assert at == 2
    assert table["same"].tolist() == pytest.approx([0.5, 0.7, 1.0, np.nan], nan_ok=True)


def test_without_pruned_trials_the_final_values_are_compared(tables):
    trials, epochs = tables({("a", 0): [0.5, 0.25], ("b", 0): [1.0]}, "val_loss", mode="min")
    assert common_epoch(trials) is None
    assert search_settings(trials, epochs, "final_val_loss", "val_loss")["same"].tolist() == [0.25, 1.0]


def test_the_best_so_far_of_a_large_value_never_falls():
    assert best_so_far(np.array([np.nan, 0.5, 0.25, np.nan, 0.75]), "max").tolist()[1:] == [0.5, 0.5, 0.5, 0.75]


def test_the_distribution_ends_at_one():
    values, shares = distribution(np.array([0.5, 0.25, np.nan, 0.5, 1.0]))
    assert (values.tolist(), shares.tolist()) == ([0.25, 0.5, 1.0], [0.25, 0.75, 1.0])


def test_a_plane_is_interpolated_exactly_and_nothing_outside_the_points():
    x, y = np.array([0.0, 1.0, 0.0, 0.0]), np.array([0.0, 0.0, 100.0, 100.0])
    across, up, heights = surface(x, y, x + y, 3)
    assert (across.tolist(), up.tolist()) == ([0.0, 0.5, 1.0], [0.0, 50.0, 100.0])
    assert heights[0].tolist() == pytest.approx([0.0, 0.5, 1.0])
    assert heights[1, :2].tolist() == pytest.approx([50.0, 50.5])
    assert np.isnan(heights[2, 2])


def test_points_on_a_line_have_no_surface():
    line = np.array([0.0, 1.0, 2.0])
    assert surface(line, line, line, 3) is None
    assert surface(line, np.zeros(3), line, 3) is None
    assert surface(line[:2], line[:2], line[:2], 3) is None
