"""Tests of heat maps and of the two-way decomposition."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sweep.analysis.interaction import heat_map, interaction


def trials(cells, seeds=1, noise=None):
    """``cells``: (beta1, beta2) -> result; NaN for diverged."""
    rows = [
        {
            "beta1": beta1,
            "beta2": beta2,
            "seed": seed,
            "status": "DIVERGED" if np.isnan(value) else "COMPLETED",
            "final_val_loss": value + (0.0 if noise is None else noise.normal()),
        }
        for (beta1, beta2), value in cells.items()
        for seed in range(seeds)
    ]
    return pd.DataFrame(rows)


ARGUMENTS = ("beta1", "beta2", "final_val_loss")


def test_a_cell_is_the_mean_of_what_ended_well_and_counts_what_diverged():
    table = trials({(0.0, 0.9): 1.0, (0.0, 0.99): np.nan, (0.9, 0.9): 4.0})
    table = pd.concat([table, trials({(0.0, 0.9): 2.0})])
    found = heat_map(table, *ARGUMENTS)
    assert (found.row_values, found.column_values) == ((0.0, 0.9), (0.9, 0.99))
    assert found.means[0, 0] == 1.5
    assert np.isnan(found.means[0, 1])
    assert np.isnan(found.means[1, 1])
    assert found.counts.tolist() == [[2, 0], [1, 0]]
    assert found.diverged.tolist() == [[0, 1], [0, 0]]


def test_trials_without_one_of_the_two_are_left_out():
    table = trials({(0.0, 0.9): 1.0, (np.nan, 0.9): 7.0})
    assert heat_map(table, *ARGUMENTS).means.tolist() == [[1.0]]


def test_a_sum_of_two_curves_has_no_interaction():
    found = interaction(trials({(a, b): 3 * a + b for a, b in product([0.0, 1.0], [0.0, 1.0])}), *ARGUMENTS)
    # Sums of squares 9 and 1.
    assert (found.rows, found.columns, found.interaction) == pytest.approx((0.9, 0.1, 0.0))
    assert np.isnan(found.p_value)


def test_a_pure_interaction_is_all_interaction():
    found = interaction(trials({(0.0, 0.0): 1.0, (1.0, 1.0): 1.0, (0.0, 1.0): -1.0, (1.0, 0.0): -1.0}), *ARGUMENTS)
    assert (found.rows, found.columns, found.interaction) == pytest.approx((0.0, 0.0, 1.0))


def test_a_hole_leaves_a_sum_of_two_curves_without_interaction():
    cells = {(a, b): a + b for a, b in product([0.0, 1.0, 2.0], [0.0, 1.0, 2.0])}
    cells[2.0, 2.0] = np.nan
    assert interaction(trials(cells), *ARGUMENTS).interaction == pytest.approx(0.0)


def test_cells_that_do_not_meet_cannot_be_decomposed():
    assert interaction(trials({(0.0, 0.0): 1.0, (1.0, 1.0): 2.0}), *ARGUMENTS) is None
    assert interaction(trials({(0.0, 0.0): 1.0, (0.0, 1.0): 2.0}), *ARGUMENTS) is None


def test_the_f_test_is_the_textbook_one_of_a_balanced_table(rng):
    table = trials(dict.fromkeys(product([0.0, 0.5, 0.9], [0.9, 0.99]), 0.0), seeds=4, noise=rng)
    cells = table["final_val_loss"].to_numpy().reshape(3, 2, 4)
    means = cells.mean(axis=2)
    residual = means - means.mean(axis=1, keepdims=True) - means.mean(axis=0, keepdims=True) + means.mean()
    f = (4 * (residual**2).sum() / 2) / (((cells - means[:, :, None]) ** 2).sum() / 18)
    assert interaction(table, *ARGUMENTS).p_value == pytest.approx(stats.f.sf(f, 2, 18))


def test_no_interaction_is_found_in_5_percent_of_tables_of_noise(rng):
    cells = dict.fromkeys(product([0.0, 0.9], [0.9, 0.99]), 0.0)
    found = [interaction(trials(cells, seeds=3, noise=rng), *ARGUMENTS).p_value < 0.05 for _ in range(300)]
    assert abs(np.mean(found) - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 300)
