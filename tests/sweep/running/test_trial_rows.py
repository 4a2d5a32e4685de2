"""Results become rows and come back, also where trials have other metrics."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from sweep.records import TrialResult
from sweep.running.trial_rows import FACTS, UNREADABLE, latest, read_part, to_results, to_table


@pytest.fixture
def results(trials):
    return [
        TrialResult(
            trials[0], "COMPLETED", {"epoch": np.array([1.0, 2.0]), "loss": np.array([0.5, 0.25])}, {}, 1.0, 2.0
        ),
        TrialResult(
            trials[1], "DIVERGED", {"epoch": np.empty(0), "accuracy": np.empty(0)}, {"init": "i"}, 3.0, 4.0, 7, 0.5
        ),
    ]


def test_a_row_holds_the_facts_of_its_trial_and_a_list_per_metric(results):
    rows = to_table(results).to_pylist()
    assert [row["trial_id"] for row in rows] == ["t0", "t1"]
    assert rows[0]["epochs.loss"] == [0.5, 0.25]
    assert (rows[0]["epochs.accuracy"], rows[1]["epochs.loss"]) == ([], [])
    assert (rows[1]["diverged_step"], rows[1]["last_finite_loss"], rows[1]["fingerprint_init"]) == (7, 0.5, "i")
    assert rows[0]["diverged_step"] is None


def test_results_come_back_in_the_order_of_the_trials(results, trials):
    back = to_results(to_table(results), reversed(trials))
    assert [one.trial for one in back] == [trials[1], trials[0]]
    assert back[1].epochs["loss"].tolist() == [0.5, 0.25]
    assert back[0].status == "DIVERGED"


def test_of_two_rows_of_a_trial_the_later_counts(results, trials):
    later = TrialResult(trials[0], "STOPPED", {"epoch": np.array([1.0])}, {}, 5.0, 6.0)
    joined = pa.concat_tables([to_table(results), to_table([later])], promote_options="default")
    assert dict(zip(*latest(joined).select(["trial_id", "status"]).to_pydict().values(), strict=True)) == {
        "t0": "STOPPED",
        "t1": "DIVERGED",
    }


def test_no_result_is_a_table_without_rows():
    empty = to_table([])
    assert len(empty) == 0
    assert empty.schema.names == FACTS.names


def test_a_file_of_another_kind_is_refused_by_one_of_the_errors_that_are_named(tmp_path):
    parquet.write_table(pa.table({"trial_id": ["t0"]}), tmp_path / "other.parquet")
    (tmp_path / "half.parquet").write_bytes(b"PAR1")
    for path in tmp_path.iterdir():
        with pytest.raises(UNREADABLE):
            read_part(path)


def test_a_pruned_trial_keeps_its_rung_and_its_value(trials):
    pruned = TrialResult(
        trials[0], "PRUNED", {"epoch": np.array([1.0])}, {}, 1.0, 2.0, pruned_rung=3.0, pruned_value=0.25
    )
    (back,) = to_results(to_table([pruned]), trials[:1])
    assert (back.status, back.pruned_rung, back.pruned_value) == ("PRUNED", 3.0, 0.25)


def test_a_file_of_an_earlier_version_has_no_rungs(results, trials, tmp_path):
    old = to_table(results).drop_columns(["pruned_rung", "pruned_value"])
    parquet.write_table(old, tmp_path / "old.parquet")
    back = to_results(read_part(tmp_path / "old.parquet"), trials)
    assert [(one.status, one.pruned_rung, one.pruned_value) for one in back] == [
        ("COMPLETED", None, None),
        ("DIVERGED", None, None),
    ]
