"""The writer over a SQLite file, read back with MLflow's own client."""

from __future__ import annotations

import dataclasses
import json
import re
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import numpy as np
import pytest
from mlflow import MlflowClient

from sweep.tracking import SweepWriter
from sweep.tracking.store import StoreError
from sweep.tracking.writers.sqlite import SqliteStore


def children(uri, writer):
    client = MlflowClient(uri)
    return client.search_runs([writer.experiment_id], f"tags.`mlflow.parentRunId` = '{writer.parent_run_id}'")


def test_a_sweep_is_one_parent_and_a_child_for_each_trial(store_uri, tmp_path, record, make_result):
    with SweepWriter(store_uri, record, tmp_path) as writer:
        for optimizer in ("sgd", "adam"):
            for seed in (0, 1):
                writer.log_trial(make_result(optimizer, seed=seed))
        artifacts = {
            "leaderboard.csv": "arm\nadam\n",
            "figures/curve.png": b"\x89PNG",
            "copy.db": tmp_path / "mlflow.db",
        }
        report = writer.finish("FINISHED", artifacts, {"best_val_accuracy": 0.8})
    assert (report.written, report.skipped, report.failed, report.pending) == (4, 0, 0, None)

    client = MlflowClient(store_uri)
    parent = client.get_run(writer.parent_run_id)
    assert parent.info.status == "FINISHED"
    assert parent.data.params == {"trials": "4", "arms": "2", "seeds": "2"}
    assert parent.data.metrics == {"best_val_accuracy": 0.8}
    assert parent.data.tags["sweep.plan_hash"] == "ab" * 32
    assert "Which optimizer is best on digits?" in parent.data.tags["mlflow.note.content"]
    (dataset,) = parent.inputs.dataset_inputs
    assert (dataset.dataset.name, json.loads(dataset.dataset.profile)["num_rows"]) == ("digits", 1797)
    names = {file.path for file in client.list_artifacts(writer.parent_run_id)}
    assert names == {"config.yaml", "leaderboard.csv", "figures", "copy.db"}
    assert (tmp_path / "mlartifacts" / "optimizer-sweeps" / writer.parent_run_id).is_dir()

    runs = children(store_uri, writer)
    assert {run.info.run_name for run in runs} == {f"{o} lr=0.001 s{s}" for o in ("sgd", "adam") for s in (0, 1)}
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert len({tuple(sorted(run.data.params)) for run in runs}) == 1
    assert len({tuple(sorted(run.data.metrics)) for run in runs}) == 1


def test_the_history_of_a_metric_comes_back_number_for_number(store_uri, tmp_path, record, make_result):
    accuracy = np.linspace(0.1, 0.7, 5)
    with SweepWriter(store_uri, record, tmp_path) as writer:
        writer.log_trial(make_result(epochs=5, curves={"val_accuracy": accuracy}))
    (run,) = children(store_uri, writer)
    history = MlflowClient(store_uri).get_metric_history(run.info.run_id, "val_accuracy")
    assert [(point.step, point.value) for point in history] == list(zip(range(1, 6), accuracy, strict=True))
    assert [point.timestamp - run.info.start_time for point in history] == [250, 500, 750, 1000, 1250]
    assert run.info.end_time - run.info.start_time == 2000


def test_a_second_start_finds_the_same_runs(store_uri, tmp_path, record, make_result):
    with SweepWriter(store_uri, record, tmp_path) as first:
        first.log_trial(make_result(seed=0))
    with SweepWriter(store_uri, record, tmp_path) as second:
        second.log_trial(make_result(seed=0))
        second.log_trial(make_result(seed=1))
        report = second.finish("FINISHED", {}, {})
    assert (report.written, report.skipped) == (1, 1)
    assert second.parent_run_id == first.parent_run_id
    assert len(children(store_uri, second)) == 2


def test_a_trial_with_another_outcome_replaces_its_run(store_uri, tmp_path, record, make_result):
    with SweepWriter(store_uri, record, tmp_path) as first:
        first.log_trial(make_result(status="FAILED", error="The worker died."))
    with SweepWriter(store_uri, record, tmp_path) as second:
        second.log_trial(make_result(status="COMPLETED"))
    (run,) = children(store_uri, second)
    assert run.info.status == "FINISHED"
    assert "error" not in run.data.tags


@pytest.mark.parametrize("status", ["PRUNED", "CANCELLED"])
def test_a_trial_that_was_ended_early_is_written_once_and_replaced_when_it_goes_on(
    store_uri, tmp_path, record, make_result, status
):
    for _ in range(2):
        with SweepWriter(store_uri, record, tmp_path) as writer:
            writer.log_trial(make_result(status=status))
            report = writer.finish("FINISHED", {}, {})
    assert (report.written, report.skipped) == (0, 1)
    assert [run.info.status for run in children(store_uri, writer)] == ["KILLED"]
    with SweepWriter(store_uri, record, tmp_path) as third:
        third.log_trial(make_result(status="COMPLETED"))
    assert [run.info.status for run in children(store_uri, third)] == ["FINISHED"]


def test_a_run_that_a_crash_left_half_written_is_replaced(store_uri, tmp_path, record, make_result):
    with SweepWriter(store_uri, record, tmp_path) as first:
        pass
    client = MlflowClient(store_uri)
    tags = {"mlflow.parentRunId": first.parent_run_id, "sweep.trial_id": make_result().trial.id, "status": "COMPLETED"}
    half = client.create_run(first.experiment_id, tags=tags)
    client.log_metric(half.info.run_id, "val_loss", 7.0, step=1)
    client.update_run(first.parent_run_id, status="RUNNING")
    with SweepWriter(store_uri, record, tmp_path) as second:
        second.log_trial(make_result(epochs=1))
    (run,) = children(store_uri, second)
    assert (run.info.status, run.data.metrics["val_loss"]) == ("FINISHED", 2.0)
    assert client.get_run(second.parent_run_id).info.status == "FINISHED"


@pytest.mark.parametrize(("error", "status"), [(ValueError, "FAILED"), (KeyboardInterrupt, "KILLED")])
def test_an_exception_closes_the_parent_and_keeps_what_was_logged(
    store_uri, tmp_path, record, make_result, error, status
):
    def interrupted_sweep(writer):
        with writer:
            writer.log_trial(make_result())
            raise error

    writer = SweepWriter(store_uri, record, tmp_path)
    with pytest.raises(error):
        interrupted_sweep(writer)
    assert MlflowClient(store_uri).get_run(writer.parent_run_id).info.status == status
    assert [run.info.status for run in children(store_uri, writer)] == ["FINISHED"]


def test_a_full_queue_spills_and_loses_nothing(store_uri, tmp_path, record, make_result, monkeypatch):
    monkeypatch.setattr("sweep.tracking.writer.PUT_SECONDS", 0.0)
    may_open = threading.Event()
    monkeypatch.setattr(SweepWriter, "_open", lambda self, _open=SweepWriter._open: may_open.wait() and _open(self))
    with SweepWriter(store_uri, record, tmp_path, queue_numbers=60) as writer:
        for seed in range(10):
            writer.log_trial(make_result(seed=seed))
        assert (tmp_path / "mlflow-pending.jsonl").read_text().count("\n") == 8
        may_open.set()
        report = writer.finish("FINISHED", {}, {})
    assert (report.written, report.failed) == (10, 0)
    assert len(children(store_uri, writer)) == 10
    assert not (tmp_path / "mlflow-pending.jsonl").exists()


def test_one_refused_trial_does_not_take_the_others_with_it(store_uri, tmp_path, record, make_result):
    bad = make_result(seed=1)
    bad = dataclasses.replace(bad, tags={"k" * 251: "x", "": "y"}, trial=dataclasses.replace(bad.trial, id="bad"))
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        # What MLflow's tables refuse for one run stands in for any refusal.
        database.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON tags WHEN NEW.value = 'bad' "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
        database.commit()
    with SweepWriter(store_uri, record, tmp_path) as writer:
        for result in (make_result(seed=0), bad, make_result(seed=2)):
            writer.log_trial(result)
        report = writer.finish("FINISHED", {}, {})
    assert (report.written, report.failed) == (2, 1)
    assert "refused" in report.error
    assert report.pending.read_text().count("\n") == 1


def test_a_store_that_never_answers_costs_the_sweep_nothing(free_port, tmp_path, record, make_result):
    started = time.monotonic()
    writer = SweepWriter(f"http://127.0.0.1:{free_port}", record, tmp_path, patience_seconds=0.3)
    for seed in range(3):
        writer.log_trial(make_result(seed=seed))
    report = writer.finish("FINISHED", {}, {})
    assert time.monotonic() - started < 5
    assert (report.written, report.failed) == (0, 3)
    assert f"127.0.0.1:{free_port}" in report.error
    assert report.pending == tmp_path / "mlflow-pending.jsonl"


def test_what_an_earlier_start_could_not_write_is_written_by_the_next(
    free_port, store_uri, tmp_path, record, make_result
):
    writer = SweepWriter(f"http://127.0.0.1:{free_port}", record, tmp_path, patience_seconds=0.1)
    writer.log_trial(make_result(seed=0))
    writer.finish("FINISHED", {}, {})
    with SweepWriter(store_uri, record, tmp_path) as later:
        later.log_trial(make_result(seed=1))
    assert {run.data.tags["seed"] for run in children(store_uri, later)} == {"0", "1"}
    assert not (tmp_path / "mlflow-pending.jsonl").exists()


def test_a_store_that_comes_back_gets_everything(store_uri, tmp_path, record, make_result, monkeypatch):
    monkeypatch.setattr("sweep.tracking.writer.FIRST_DELAY_SECONDS", 0.01)
    failures = 8 * [StoreError("no answer", permanent=False)]

    def write(self, runs, _write=SqliteStore.write):
        if failures:
            raise failures.pop()
        _write(self, runs)

    monkeypatch.setattr(SqliteStore, "write", write)
    with SweepWriter(store_uri, record, tmp_path) as writer:
        writer.log_trial(make_result())
        report = writer.finish("FINISHED", {}, {})
    assert (report.written, report.failed, report.error) == (1, 0, None)
    assert len(children(store_uri, writer)) == 1


@pytest.mark.usefixtures("known_tables")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_of_the_writer_loses_no_trial(store_uri, tmp_path, record, make_result, monkeypatch):
    def broken(self, runs):
        raise ZeroDivisionError

    monkeypatch.setattr("sweep.tracking.writers.sqlite.SqliteStore.write", broken)
    writer = SweepWriter(store_uri, record, tmp_path)
    for seed in range(3):
        writer.log_trial(make_result(seed=seed))
    report = writer.finish("FINISHED", {}, {})
    assert (report.written, report.failed) == (0, 3)
    assert "ended early" in report.error
    assert MlflowClient(store_uri).get_run(writer.parent_run_id).info.status == "FINISHED"
    writer.log_trial(make_result(seed=3))
    assert report.pending.read_text().count("\n") == 4


def test_thinned_trials_are_counted(store_uri, tmp_path, record, make_result):
    with SweepWriter(store_uri, record, tmp_path, points=10) as writer:
        for seed, epochs in enumerate((10, 11, 50)):
            writer.log_trial(make_result(seed=seed, epochs=epochs))
        report = writer.finish("FINISHED", {}, {})
    assert (report.written, report.thinned) == (3, 2)
    notes = {run.data.tags["seed"]: run.data.tags.get("thinned") for run in children(store_uri, writer)}
    assert notes == {"0": None, "1": "10 of 11 epochs", "2": "10 of 50 epochs"}


@pytest.mark.usefixtures("known_tables")
def test_a_sweep_into_sqlite_imports_no_mlflow(tmp_path, record):
    code = (
        "import sys; from pathlib import Path; from sweep.tracking import SweepRecord, SweepWriter\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "record = SweepRecord('n', 'q', 'e', 'h', 'c', 'val_loss', 'min')\n"
        "with SweepWriter(f'sqlite:///{folder}/mlflow.db', record, folder) as writer: pass\n"
        "print(writer.parent_run_id, 'mlflow' in sys.modules, 'sqlalchemy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch("[0-9a-f]{32} False False\n", done.stdout)


def test_nothing_is_printed(store_uri, tmp_path, record, make_result, capfd):
    with SweepWriter(store_uri, record, tmp_path) as writer:
        writer.log_trial(make_result())
    assert capfd.readouterr() == ("", "")
