"""Tests of times to a target, of misses among them, and of the coverage of their ratios."""

import numpy as np
import pytest
from scipy import stats

from sweep.analysis.time_to_target import (
    TimeToTarget,
    arm_times,
    median_interval,
    ratio,
    times_to_target,
)


def times(name, values):
    return TimeToTarget(name, "steps", tuple(range(len(values))), tuple(float(value) for value in values))


def test_the_first_epoch_that_reaches_the_target_counts_in_every_unit(tables):
    trials, epochs = tables({("adam", 0): [0.5, 0.9, 0.7, 0.95]})
    found = times_to_target(trials, epochs, "val_accuracy", "max", 0.9).iloc[0]
    assert [found[unit] for unit in ("epochs", "steps", "examples", "seconds")] == [2, 20, 640, 1.0]


def test_for_a_loss_the_target_is_reached_from_above(tables):
    trials, epochs = tables({("adam", 0): [0.5, 0.2, 0.1]}, metric="val_loss", mode="min")
    assert times_to_target(trials, epochs, "val_loss", "min", 0.2)["epochs"].tolist() == [2.0]


def test_a_miss_is_infinite_and_a_trial_that_has_not_ended_has_no_time(tables):
    curves = {("adam", 0): [0.5], ("adam", 1): [0.95], ("adam", 2): [], ("adam", 3): [], ("adam", 4): [0.95]}
    statuses = {("adam", 2): "DIVERGED", ("adam", 3): "FAILED", ("adam", 4): "DIVERGED"}
    table = times_to_target(*tables(curves, statuses=statuses), "val_accuracy", "max", 0.9)
    found = arm_times(table, "adam")
    # Seed 4 reached the target before it diverged.
    assert (found.seeds, found.times, found.unfinished) == ((0, 1, 2, 4), (np.inf, 10.0, np.inf, 10.0), (3,))
    assert found.hits == 2


@pytest.mark.parametrize(
    ("values", "median"),
    [([1, 2, np.inf], 2.0), ([1, np.inf, np.inf], np.inf), ([1, np.inf], np.inf), ([1, 3], 2.0), ([np.inf], np.inf)],
)
def test_the_median_counts_misses_as_slower_than_any(values, median):
    assert times("a", values).median == median


def test_the_distribution_free_interval_is_that_of_the_tables():
    # Nominal 95 % for n = 10: the 2nd and 9th value, as in every table of the sign test.
    found = median_interval(np.array([10.0, 20, 30, 40, 50, 60, 70, 80, np.inf, np.inf]))
    assert (found.value, found.low, found.high) == (55.0, 20.0, np.inf)


def test_no_distribution_free_interval_exists_below_six():
    found = median_interval(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert (found.low, found.high) == (0.0, np.inf)


def test_the_ratio_is_that_of_the_medians_over_common_seeds(rng):
    slow = TimeToTarget("slow", "steps", (0, 1, 2, 9), (20.0, 40.0, 60.0, 1e9))
    found = ratio(slow, times("fast", [10, 20, 30]), rng)
    assert (found.ratio, found.seeds) == (2.0, 3)
    assert found.low < 2.0 < found.high


def test_who_never_hits_takes_infinitely_long(rng):
    found = ratio(times("slow", [np.inf] * 6), times("fast", [10, 11, 12, 13, 14, 15]), rng)
    assert (found.ratio, found.low, found.high) == (np.inf, np.inf, np.inf)
    assert found.excludes_one


def test_if_both_never_hit_nothing_is_known(rng):
    found = ratio(times("slow", [np.inf] * 6), times("fast", [np.inf] * 6), rng)
    assert np.isnan(found.ratio)
    assert (found.low, found.high, found.excludes_one) == (0.0, np.inf, False)


def test_one_hit_of_six_gives_no_upper_end(rng):
    found = ratio(times("slow", [100, *[np.inf] * 5]), times("fast", [10, 11, 12, 13, 14, 15]), rng)
    assert found.ratio == np.inf
    assert found.low > 1
    assert found.high == np.inf


def test_misses_among_fewer_than_five_pairs_give_no_interval(rng):
    found = ratio(times("slow", [20, 21, np.inf]), times("fast", [10, 11, 12]), rng)
    assert (found.ratio, found.low, found.high) == (21 / 11, 0.0, np.inf)


def test_one_seed_gives_no_interval(rng):
    found = ratio(times("slow", [20]), times("fast", [10]), rng)
    assert (found.ratio, found.low, found.high) == (2.0, 0.0, np.inf)


def test_few_equal_times_are_not_taken_for_exact(rng):
    found = ratio(times("slow", [20, 20, 20]), times("fast", [10, 10, 10]), rng)
    assert (found.ratio, found.low, found.high) == (2.0, 0.0, np.inf)
    many = ratio(times("slow", [20] * 6), times("fast", [10] * 6), rng)
    assert (many.low, many.high) == pytest.approx((2.0, 2.0))


def test_with_a_miss_the_interval_is_wider_than_plain_percentiles(rng):
    found = ratio(times("slow", [20, 30, 40, 50, 60, 70, np.inf]), times("fast", [10] * 7), rng, resamples=20_000)
    # A bootstrapped median is the least of 7 in 1.0 % of samples (4 draws of it). That is more than the expanded
    # tail of 0.41 %, which gives 2, and less than the plain one of 2.5 %, which would give 3.
    assert (found.ratio, found.low) == (5.0, 2.0)


@pytest.mark.parametrize(("count", "missed"), [(3, 0.0), (5, 0.0), (10, 0.0), (6, 0.3), (10, 0.3)])
def test_ratios_hold_the_truth_in_95_percent_of_samples_also_with_misses(count, missed, rng):
    held, samples = 0, 400
    spread = np.hypot(0.2, 0.25)
    # With a share of misses m the median of the slow one is the 0.5 / (1 - m) quantile of its finite times.
    truth = 2.0 * np.exp(spread * stats.norm.ppf(0.5 / (1 - missed)))
    for _ in range(samples):
        seed = rng.normal(0, 0.2, count)
        slow, fast = (scale * np.exp(seed + rng.normal(0, 0.25, count)) for scale in (200, 100))
        slow[rng.random(count) < missed] = np.inf
        found = ratio(times("slow", slow), times("fast", fast), rng, resamples=300)
        held += found.low <= truth <= found.high
    assert held / samples > 0.95 - 3 * np.sqrt(0.95 * 0.05 / samples)


def test_what_a_training_does_not_count_has_no_time_and_a_miss_stays_one(tables):
    trials, epochs = tables({("tree", 0): [0.5, 0.9], ("tree", 1): [0.5, 0.6]})
    found = times_to_target(trials, epochs.assign(examples=np.nan), "val_accuracy", "max", 0.8)
    assert found["epochs"].tolist() == [2, np.inf]
    assert np.isnan(found["examples"].iloc[0])
    assert found["examples"].iloc[1] == np.inf


def test_a_pruned_trial_was_cut_off_unless_it_had_reached_the_target(tables):
    curves = {("adam", 0): [0.5, 0.95], ("adam", 1): [0.95, 0.5], ("adam", 2): [0.5], ("adam", 3): [0.5, 0.6, 0.7]}
    statuses = {("adam", 1): "PRUNED", ("adam", 2): "PRUNED"}
    table = times_to_target(*tables(curves, statuses=statuses), "val_accuracy", "max", 0.9)
    found = arm_times(table, "adam")
    assert (found.seeds, found.times, found.unfinished) == ((0, 1, 3), (20.0, 10.0, np.inf), ())
    assert (found.pruned, found.cut) == ((2,), (10.0,))
    # At 10 one of four has it, the cut seed being at risk; at 20 one of the two that are left: 1 - 3/4 * 1/2.
    assert found.median == 20.0
    assert found.hits == 2


def test_a_ratio_counts_pruned_seeds_as_cut_off(rng):
    fast = times("fast", [10, 20])
    slow = TimeToTarget("slow", "steps", (0,), (40.0,), pruned=(1,), cut=(30.0,))
    # Seed 1 was cut at 30, before the event at 40: the median is 40, of the fast one 15.
    assert ratio(slow, fast, rng).ratio == pytest.approx(40 / 15)
    missed = times("missed", [40, np.inf])
    assert ratio(missed, fast, rng).ratio == np.inf
