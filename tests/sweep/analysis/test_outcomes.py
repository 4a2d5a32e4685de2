"""Tests of what an arm ended with."""

from sweep.analysis.outcomes import Outcomes, best_first, outcomes


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
