"""The rows of a run hold each of its points once, and as its value the one that MLflow shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sweep.tracking.trial_runs import Point, trial_run
from sweep.tracking.writers.rows import Place, latest_points, rows_of, run_row

PLACE = Place("parent", "7", "s3://bucket/e")
POINTS = st.builds(Point, st.sampled_from("ab"), st.integers(0, 3).map(float), st.integers(0, 3), st.integers(0, 3))


@given(st.lists(POINTS, max_size=8))
def test_the_latest_point_has_the_highest_step_then_time_then_value(points):
    found = {point.key: point for point in latest_points(points)}
    for key in {point.key for point in points}:
        mine = [point for point in points if point.key == key]
        assert found[key] == max(mine, key=lambda point: (point.step, point.timestamp_milliseconds, point.value))
    assert found.keys() == {point.key for point in points}


def test_a_run_lies_below_the_artifacts_of_its_experiment():
    row = run_row("r1", "adam s0", "FINISHED", 10, 20, PLACE)
    assert row[:7] == ("r1", "adam s0", "FINISHED", 10, 20, "s3://bucket/e/r1/artifacts", 7)


def test_every_row_has_a_value_for_each_column_and_tables_come_after_runs(make_result):
    runs = [("r1", trial_run(make_result(epochs=2), "val_accuracy", "max"))]
    tables = rows_of(runs, PLACE)
    assert [rows.table for rows in tables] == ["runs", "tags", "params", "metrics", "latest_metrics"]
    for rows in tables:
        assert rows.values
        assert {len(row) for row in rows.values} == {len(rows.columns)}
    tags = {(key, value) for _, key, value in tables[1].values}
    assert {("mlflow.parentRunId", "parent"), ("mlflow.runName", "adam lr=0.001 s0")} <= tags
    # The loss of two epochs is 2 / 1 and 2 / 2; the last epoch is the value of the run.
    assert [row[2] for row in tables[3].values if row[1] == "val_loss"] == [2.0, 1.0]
    assert [row[2] for row in tables[4].values if row[1] == "val_loss"] == [1.0]
