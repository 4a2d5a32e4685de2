"""Last, best and first-to-target of each trial equal what a plain loop over its epochs finds."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.config.free_values import label_values
from sweep.planning.plan import Plan
from sweep.records import Arm, Trial, TrialResult
from sweep.results.tables import Histories, epochs_table, histories, order_by_plan, trials_table
from sweep.running.trial_rows import to_table

VALUES = st.lists(st.one_of(st.integers(0, 5).map(float), st.just(math.nan)), max_size=6)


def _histories(trials):
    flat = np.array([value for trial in trials for value in trial], dtype=float)
    epochs = np.array([float(i + 1) for trial in trials for i in range(len(trial))])
    lengths = np.array([len(trial) for trial in trials], dtype=np.int64)
    return Histories({"epoch": epochs, "loss": flat, "steps": 7.0 * epochs}, lengths)


@given(st.lists(VALUES, max_size=5), st.sampled_from(["min", "max"]))
def test_summaries_equal_a_loop_over_the_epochs(trials, mode):
    past = _histories(trials)
    last, (best, epoch) = past.last("loss"), past.best("loss", mode)
    steps = past.first_reaching("loss", mode, 2.0, "steps")
    for i, values in enumerate(trials):
        np.testing.assert_equal(last[i], values[-1] if values else math.nan)
        pick = min if mode == "min" else max
        expected = math.nan if not values or any(map(math.isnan, values)) else pick(values)
        np.testing.assert_equal(best[i], expected)
        np.testing.assert_equal(epoch[i], math.nan if math.isnan(expected) else values.index(expected) + 1)
        reached = [n + 1 for n, value in enumerate(values) if (value <= 2 if mode == "min" else value >= 2)]
        np.testing.assert_equal(steps[i], 7.0 * reached[0] if reached else math.nan)


def own_plan(settings):
    """A plan of a training of the user's own, which brings its data: one trial a setting."""
    arms = tuple(Arm(f"arm{number}", f"arm {number}", setting) for number, setting in enumerate(settings))
    trials = tuple(Trial(f"trial{number}", arm, 0) for number, arm in enumerate(arms))
    return Plan("own", "ab" * 32, len(arms), (), arms, (0,), trials, 0)


def own_tables(settings, curves, metric="score", mode="max", target=None):
    """The tables of trials and epochs; each of ``curves`` is metric -> values, NaN where it was not reported."""
    plan = own_plan(settings)
    results = []
    for trial, curve in zip(plan.trials, curves, strict=True):
        number = np.arange(1.0, 1 + max((len(values) for values in curve.values()), default=0))
        counts = {"epoch": number, "steps": number, "examples": np.nan * number, "seconds": number}
        epochs = {**counts, **{name: np.array(values) for name, values in curve.items()}}
        results.append(TrialResult(trial, "COMPLETED", epochs, {}, 0.0, 1.0))
    ordered = order_by_plan(to_table(results), plan.trials)
    past = histories(ordered)
    return trials_table(plan, ordered, past, metric, mode, target), epochs_table(plan, past, metric)


def test_the_columns_of_hyperparameters_are_those_of_the_users_own_with_the_types_of_their_values():
    null, *_ = label_values([None, True])
    settings = [
        {"model.width": 8, "dropout": 0, "kind": "tree", "depth": null, "only": 1},
        {"model.width": 16, "dropout": 0.1, "kind": "net", "depth": 3},
    ]
    trials, _ = own_tables(settings, [{}, {}])
    names = trials.column_names
    assert names[names.index("status") + 1 : names.index("final_score")] == [
        "model.width",
        "dropout",
        "kind",
        "depth",
        "only",
    ]
    types = {name: trials.schema.field(name).type for name in ("model.width", "dropout", "kind", "depth", "only")}
    assert list(types.values()) == [pa.int64(), pa.float64(), pa.string(), pa.string(), pa.int64()]
    assert trials["depth"].to_pylist() == ["null", "3"]
    assert trials["only"].to_pylist() == [1, None]


def test_a_whole_number_too_large_for_64_bits_is_a_float():
    trials, _ = own_tables([{"size": 2**70}], [{}])
    assert trials["size"].to_pylist() == [2.0**70]


def test_every_metric_that_was_reported_has_its_last_value_and_its_best_where_its_direction_is_known():
    curve = {"score": [0.2, 0.9, 0.5], "val_loss": [3.0, 1.0, 2.0], "width": [1.0, 2.0, 3.0]}
    trials, _ = own_tables([{"x": 1}], [curve])
    assert [trials[f"final_{name}"][0].as_py() for name in curve] == [0.5, 2.0, 3.0]
    assert (trials["best_score"][0].as_py(), trials["best_val_loss"][0].as_py()) == (0.9, 1.0)
    assert "best_width" not in trials.column_names
    # The metric that decides has the direction of the file, whatever its name says.
    trials, _ = own_tables([{"x": 1}], [curve], mode="min")
    assert (trials["best_score"][0].as_py(), trials["best_epoch"][0].as_py()) == (0.2, 1)


def test_a_metric_that_is_not_reported_after_each_epoch_counts_where_it_is():
    nan = math.nan
    curves = [{"score": [nan, 0.9, nan, 0.5, nan]}, {"score": [nan, nan]}, {"val_loss": [1.0]}]
    trials, _ = own_tables([{"x": 1}, {"x": 2}, {"x": 3}], curves, target=0.9)
    assert trials["final_score"].to_pylist() == [0.5, None, None]
    assert trials["best_score"].to_pylist() == [0.9, None, None]
    assert trials["best_epoch"].to_pylist() == [2, None, None]
    assert trials["target_steps"].to_pylist() == [2, None, None]


def test_the_metric_that_decides_is_a_column_even_if_none_has_reported_it():
    trials, epochs = own_tables([{"x": 1}], [{"val_loss": [1.0, 2.0]}], metric="auc", target=0.5)
    assert trials["final_auc"].to_pylist() == [None]
    assert epochs["auc"].to_pylist() == [None, None]
    assert epochs["examples"].to_pylist() == [None, None]


@pytest.mark.parametrize("values", [[], [math.nan, math.nan], [math.nan, 1.0, 2.0, math.nan]])
def test_what_was_reported_are_the_epochs_that_have_a_value(values):
    told = _histories([[0.0], values, [3.0]]).reported("loss")
    known = [value for value in values if not math.isnan(value)]
    assert told.lengths.tolist() == [1, len(known), 1]
    assert told.values["loss"].tolist() == [0.0, *known, 3.0]
