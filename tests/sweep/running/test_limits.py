"""A sweep ends at the first limit that it reaches, counted over the trials of all its starts."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.config.limits import LimitsConfig
from sweep.config.metric import MetricConfig
from sweep.records import Arm, Trial, TrialResult
from sweep.running.limits import LEAST_TRIALS, Limits

LOSS = MetricConfig(name="val_loss")


def ended(arm, values=(), status="COMPLETED", seed=0, metric="val_loss"):
    """A trial with these values of the metric after its epochs."""
    trial = Trial(f"{arm}-{seed}", Arm(arm, arm, {}), seed)
    epochs = {"epoch": np.arange(1.0, len(values) + 1), metric: np.array(values, dtype=np.float64)}
    return TrialResult(trial, status, epochs, {}, 0.0, 1.0)


def found(limits, results):
    """The limit after each of the results, which end one by one."""
    return [limits.add([result]) for result in results]


def test_no_limit_is_reached_where_none_is_set():
    limits = Limits(LimitsConfig(), LOSS)
    results = [ended(f"a{number}", [1.0], "FAILED") for number in range(50)]
    assert limits.add(results) is None
    assert limits.reached(1e9) is None


def test_trials_and_epochs_are_counted_whatever_became_of_them_but_not_those_that_were_cancelled():
    results = [
        ended("a", [1.0, 1.0]),
        ended("b", [1.0], "PRUNED"),
        ended("c", [1.0, 1.0, 1.0], "CANCELLED"),
        ended("d", [], "DIVERGED"),
        ended("e", [1.0, 1.0], "FAILED"),
    ]
    assert found(Limits(LimitsConfig(trials=4), LOSS), results) == [None, None, None, None, "trials"]
    assert found(Limits(LimitsConfig(epochs=3), LOSS), results) == [None, "epochs", "epochs", "epochs", "epochs"]
    assert found(Limits(LimitsConfig(epochs=6), LOSS), results) == [None] * 5


def test_a_failure_before_the_first_epoch_has_no_columns_and_counts_no_epoch():
    failed = TrialResult(Trial("t", Arm("a", "a", {}), 0), "FAILED", {}, {}, 0.0, 1.0)
    assert Limits(LimitsConfig(epochs=1), LOSS).add([failed]) is None
    assert Limits(LimitsConfig(trials=1), LOSS).add([failed]) == "trials"


def test_the_minutes_are_those_of_this_start():
    limits = Limits(LimitsConfig(minutes=2.0), LOSS)
    assert limits.add([ended("a", [1.0])]) is None
    assert [limits.reached(minutes) for minutes in (1.99, 2.0, 3.0)] == [None, "minutes", "minutes"]


@pytest.mark.parametrize(
    ("name", "target", "values", "expected"),
    [
        # At least once is enough, and equal is reached.
        ("val_loss", 0.2, [[0.3], [0.2, 0.9]], [None, "target"]),
        ("val_accuracy", 0.9, [[0.5], [0.9, 0.1]], [None, "target"]),
        ("val_loss", 0.2, [[np.nan], [-np.inf, 0.3]], [None, None]),
        ("val_accuracy", 0.9, [[np.inf], []], [None, None]),
    ],
)
def test_the_first_trial_that_reaches_the_target_ends_the_sweep(name, target, values, expected):
    limits = Limits(LimitsConfig(target=True), MetricConfig(name=name), target)
    results = [ended(f"a{number}", one, metric=name) for number, one in enumerate(values)]
    assert found(limits, results) == expected


def test_a_trial_that_diverges_after_the_target_has_reached_it():
    limits = Limits(LimitsConfig(target=True), LOSS, 0.2)
    assert limits.add([ended("a", [0.1], "DIVERGED")]) == "target"


def test_a_target_alone_ends_trials_and_not_the_sweep():
    assert Limits(LimitsConfig(), LOSS, 0.2).add([ended("a", [0.1])]) is None


@pytest.mark.parametrize("values", [[0.5, 0.6, 0.4, 0.4, 0.5], [0.5, 0.6, 0.4, 0.5, 0.45]])
def test_settings_count_since_the_best_and_one_that_is_equal_is_no_improvement(values):
    limits = Limits(LimitsConfig(no_improvement=2), LOSS)
    results = [ended(f"a{number}", [value]) for number, value in enumerate(values)]
    assert found(limits, results) == [None, None, None, None, "no_improvement"]


def test_the_best_setting_is_the_largest_where_large_values_are_better():
    limits = Limits(LimitsConfig(no_improvement=1), MetricConfig(name="val_accuracy"))
    results = [ended(f"a{number}", [value], metric="val_accuracy") for number, value in enumerate([0.5, 0.6, 0.55])]
    assert found(limits, results) == [None, None, "no_improvement"]


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        # The last values are 0.5, 0.6 and 0.7: nothing is better than the first.
        ("last", [None, None, "no_improvement"]),
        # The best ones are 0.5, 0.3 and 0.2: each is better than the one before.
        ("best", [None, None, None]),
    ],
)
def test_the_value_that_ranks_says_whether_a_setting_is_better(of, expected):
    limits = Limits(LimitsConfig(no_improvement=2), MetricConfig(name="val_loss", of=of))
    results = [ended("a", [0.9, 0.5]), ended("b", [0.3, 0.6]), ended("c", [0.2, 0.7])]
    assert found(limits, results) == expected


def test_the_last_value_is_the_last_that_is_finite():
    limits = Limits(LimitsConfig(no_improvement=1), LOSS)
    assert found(limits, [ended("a", [0.5]), ended("b", [0.4, np.nan])]) == [None, None]


def test_a_setting_is_compared_once_all_of_its_seeds_have_ended_and_by_their_mean():
    limits = Limits(LimitsConfig(no_improvement=1), LOSS, seeds=(3, 4))
    results = [
        ended("a", [0.5], seed=3),
        ended("b", [0.1], seed=3),
        ended("a", [0.3], seed=4),
        # Setting b has 0.5 in the mean, which is worse than 0.4 of a although one of its seeds is better.
        ended("b", [0.9], seed=4),
    ]
    assert found(limits, results) == [None, None, None, "no_improvement"]


@pytest.mark.parametrize("status", ["PRUNED", "DIVERGED", "FAILED"])
def test_a_setting_with_a_seed_that_has_not_ended_well_is_no_improvement(status):
    limits = Limits(LimitsConfig(no_improvement=2), LOSS, seeds=(0, 1))
    results = [
        ended("a", [0.5], seed=0),
        ended("a", [0.1], status, seed=1),
        # Nothing is the best so far, and this is not either.
        ended("b", [], status, seed=0),
        ended("b", [0.1], seed=1),
    ]
    assert found(limits, results) == [None, None, None, "no_improvement"]


def test_trials_on_report_seeds_are_no_further_settings():
    limits = Limits(LimitsConfig(no_improvement=2), LOSS, seeds=(0,))
    results = [ended("a", [0.5]), ended("b", [0.6]), *(ended("a", [0.7], seed=seed) for seed in (100, 101, 102))]
    assert found(limits, results) == [None] * 5
    assert limits.add([ended("c", [0.8])]) == "no_improvement"


def test_failures_in_a_row_are_broken_by_any_other_end_but_not_by_a_cancelled_trial():
    limits = Limits(LimitsConfig(failures_in_a_row=2), LOSS)
    results = [
        ended("a", [], "FAILED"),
        ended("b", [], "DIVERGED"),
        ended("c", [], "FAILED"),
        ended("d", [], "CANCELLED"),
        ended("e", [], "FAILED"),
        ended("f", [0.1]),
    ]
    assert found(limits, results) == [None, None, None, None, "failures_in_a_row", None]


def test_the_failure_rate_counts_from_ten_trials_on_and_must_be_exceeded():
    assert LEAST_TRIALS == 10
    limits = Limits(LimitsConfig(failure_rate=0.5), LOSS)
    assert limits.add([ended(f"a{number}", [], "FAILED") for number in range(9)]) is None
    assert limits.add([ended("b", [0.1])]) == "failure_rate"
    # 9 of 18 are half of them, and not more.
    assert limits.add([ended(f"c{number}", [0.1]) for number in range(8)]) is None


def test_trials_of_earlier_starts_count_when_they_are_added_together():
    limits = Limits(LimitsConfig(trials=3), LOSS)
    assert limits.add([ended("a", [1.0]), ended("b", [1.0])]) is None
    assert limits.add([]) is None
    assert limits.add([ended("c", [1.0])]) == "trials"
    # Also when it is asked again, without a new trial.
    assert limits.reached(0.0) == "trials"
    assert limits.add([]) == "trials"


def test_a_limit_that_is_changed_holds_for_what_has_been_counted():
    limits = Limits(LimitsConfig(trials=2, epochs=100), LOSS)
    limits.change({})
    assert limits.add([ended("a", [1.0]), ended("b", [1.0])]) == "trials"
    limits.change({"trials": 5})
    assert limits.reached(0.0) is None
    limits.change({"trials": None, "epochs": 2})
    assert limits.reached(0.0) == "epochs"
