"""Recorded curves are those of the trials that were trained to their own end, from a folder or from one file."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from sweep.errors import ResultsError
from sweep.results import ResultsFolder
from sweep.results.recorded_curves import RecordedCurve, read_curves, recorded_curves, write_curves

from .conftest import make_plan, make_result


@pytest.fixture
def folder(tmp_path):
    """Four settings of two seeds, which have ended in all ways."""
    plan = make_plan([{"optimizer": "sgd", "learning_rate": rate} for rate in (0.1, 0.2, 0.3, 0.4)])
    one = plan.trials
    with ResultsFolder(tmp_path, plan) as results:
        results.append(
            [
                make_result(one[0], [0.5, np.nan, 0.25]),
                make_result(one[1], [0.75], "STOPPED"),
                make_result(one[2], [], "DIVERGED", diverged_step=1),
                make_result(one[3], [0.9], "PRUNED", pruned_rung=1.0),
                make_result(one[4], [0.9], "FAILED", error="It raised."),
                make_result(one[5], [0.9], "CANCELLED"),
                make_result(one[6], [0.125, 0.5], "DIVERGED", diverged_step=25),
                # The last trial is not trained.
            ]
        )
        results.finalise("val_loss", "min")
        results.write_plan()
    return results.path


def facts(curves):
    return [(one.setting["learning_rate"], one.seed, one.status, one.columns["epoch"].tolist()) for one in curves]


EXPECTED = [
    (0.1, 0, "COMPLETED", [1, 2, 3]),
    (0.1, 1, "STOPPED", [1]),
    (0.2, 0, "DIVERGED", []),
    (0.4, 0, "DIVERGED", [1, 2]),
]


def test_trials_that_were_cut_short_or_failed_have_no_curve(folder):
    assert facts(recorded_curves(folder, "val_loss")) == EXPECTED


def test_a_curve_has_the_counters_and_the_metric_with_its_gaps_and_nothing_else(folder):
    first = next(iter(recorded_curves(folder, "val_loss")))
    assert first.setting == {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": 8, "epochs": 3}
    assert list(first.columns) == ["epoch", "steps", "examples", "seconds", "val_loss"]
    assert np.array_equal(first.columns["val_loss"], [0.5, np.nan, 0.25], equal_nan=True)
    assert first.columns["examples"].tolist() == [80, 160, 240]
    assert {column.dtype for column in first.columns.values()} == {np.dtype("float64")}


def test_a_metric_that_was_not_recorded_is_told(folder):
    with pytest.raises(ResultsError, match=r"must hold curves of `val_f1`.*Change `metric\.name`"):
        next(recorded_curves(folder, "val_f1"))


def test_a_file_gives_back_the_curves_that_were_written(folder, tmp_path):
    curves = list(recorded_curves(folder, "val_loss"))
    path = tmp_path / "curves.parquet"
    write_curves(path, curves)
    again = list(read_curves(path, "val_loss"))
    assert facts(again) == EXPECTED
    for before, after in zip(curves, again, strict=True):
        assert after.setting == before.setting
        assert list(after.columns) == list(before.columns)
        for name, column in before.columns.items():
            # The values are such that float32 has them exactly.
            assert np.array_equal(after.columns[name], column, equal_nan=True), name


def test_counters_are_exact_however_large_and_metrics_as_float32(tmp_path):
    counted = {name: np.array([2.0**24 + 1, 2.0**40 + 1]) for name in ("epoch", "steps", "examples", "seconds")}
    path = tmp_path / "curves.parquet"
    write_curves(path, [RecordedCurve({"rate": 0.1}, 3, "COMPLETED", {**counted, "loss": np.array([0.1, np.nan])})])
    (curve,) = read_curves(path, "loss")
    assert {name: curve.columns[name].tolist() for name in counted} == {
        name: [16777217.0, 1099511627777.0] for name in counted
    }
    assert curve.columns["loss"][0] == np.float32(0.1)
    assert np.isnan(curve.columns["loss"][1])


def test_a_file_without_curves_gives_none(tmp_path):
    path = tmp_path / "curves.parquet"
    write_curves(path, [])
    with pytest.raises(ResultsError, match="must hold curves of `val_loss`"):
        list(read_curves(path, "val_loss"))


def test_a_counter_that_was_not_recorded_is_left_out(tmp_path):
    path = tmp_path / "curves.parquet"
    write_curves(path, [RecordedCurve({"rate": 0.1}, 0, "COMPLETED", {"epoch": np.ones(1), "loss": np.ones(1)})])
    (curve,) = read_curves(path, "loss")
    assert list(curve.columns) == ["epoch", "loss"]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"epoch,loss\n1,0.5\n"])
def test_a_file_of_another_kind_is_refused_in_one_sentence(tmp_path, content):
    path = tmp_path / "curves.parquet"
    path.write_bytes(content)
    with pytest.raises(ResultsError, match="must be a Parquet file of recorded curves"):
        list(read_curves(path, "val_loss"))
    with pytest.raises(ResultsError, match="must be a Parquet file of recorded curves"):
        list(read_curves(tmp_path / "missing.parquet", "val_loss"))


@pytest.mark.parametrize(
    "columns",
    [
        # As in the table of epochs of a results folder.
        {"trial_id": ["a"], "epoch": [1.0], "val_loss": [0.5]},
        {"setting": ['{"rate": 1}'], "seed": [0], "status": ["COMPLETED"], "epoch": [1.0], "val_loss": [0.5]},
        {"setting": ["{"], "seed": [0], "status": ["COMPLETED"], "epoch": [[1.0]], "val_loss": [[0.5]]},
        {"setting": ["3"], "seed": [0], "status": ["COMPLETED"], "epoch": [[1.0]], "val_loss": [[0.5]]},
        {"setting": [None], "seed": [0], "status": ["COMPLETED"], "epoch": [[1.0]], "val_loss": [[0.5]]},
        {"setting": ["{}"], "seed": [None], "status": ["COMPLETED"], "epoch": [[1.0]], "val_loss": [[0.5]]},
        {"setting": ["{}"], "seed": [0], "status": ["COMPLETED"], "epoch": [[1.0]], "val_loss": [None]},
        {"setting": ["{}"], "seed": [0], "status": ["COMPLETED"], "epoch": [[1.0]], "val_loss": [["low"]]},
    ],
)
def test_a_table_that_holds_the_metric_but_no_curves_is_refused_in_one_sentence(tmp_path, columns):
    path = tmp_path / "epochs.parquet"
    parquet.write_table(pa.table(columns), path)
    with pytest.raises(ResultsError, match="must be a Parquet file of recorded curves"):
        list(read_curves(path, "val_loss"))
