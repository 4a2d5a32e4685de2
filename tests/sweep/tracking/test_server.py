"""The writer over a real tracking server."""

from __future__ import annotations

import dataclasses
import time

import pytest
from mlflow import MlflowClient

from sweep.errors import TrackingError
from sweep.tracking import SweepWriter, check_store


def children(uri, writer):
    client = MlflowClient(uri)
    return client.search_runs([writer.experiment_id], f"tags.`mlflow.parentRunId` = '{writer.parent_run_id}'")


def test_a_sweep_written_to_a_server_reads_back_whole(server, tmp_path, record, make_result, capfd):
    check_store(server.uri, record.experiment)
    with SweepWriter(server.uri, record, tmp_path) as writer:
        for seed in (0, 1):
            writer.log_trial(make_result(seed=seed, epochs=3))
        report = writer.finish("FINISHED", {"leaderboard.csv": "arm\n"}, {"best_val_accuracy": 0.7})
    assert report.written == 2
    assert report.url.startswith(f"{server.uri}/#/experiments/{writer.experiment_id}/runs?")
    client = MlflowClient(server.uri)
    parent = client.get_run(writer.parent_run_id)
    assert (parent.info.status, parent.data.metrics) == ("FINISHED", {"best_val_accuracy": 0.7})
    assert {file.path for file in client.list_artifacts(writer.parent_run_id)} == {"config.yaml", "leaderboard.csv"}
    runs = children(server.uri, writer)
    assert sorted(run.info.run_name for run in runs) == ["adam lr=0.001 s0", "adam lr=0.001 s1"]
    history = client.get_metric_history(runs[0].info.run_id, "val_loss")
    assert [(point.step, point.value) for point in history] == [(1, 2.0), (2, 1.0), (3, 2 / 3)]
    assert capfd.readouterr() == ("", "")


def written_so_far(uri, writer):
    return children(uri, writer) if writer.parent_run_id else []


def test_a_server_that_dies_in_the_middle_loses_no_trial(server, tmp_path, record, make_result):
    record = dataclasses.replace(record, plan_hash="ef" * 32)
    writer = SweepWriter(server.uri, record, tmp_path, patience_seconds=0.5)
    writer.log_trial(make_result(seed=0))
    while not [run for run in written_so_far(server.uri, writer) if run.info.status == "FINISHED"]:
        time.sleep(0.02)
    server.kill()
    for seed in (1, 2):
        writer.log_trial(make_result(seed=seed))
    report = writer.finish("FINISHED", {}, {})
    assert (report.written, report.failed) == (1, 2)
    assert report.pending.exists()

    server.start()
    with SweepWriter(server.uri, record, tmp_path) as again:
        for seed in (0, 1, 2, 3):
            again.log_trial(make_result(seed=seed))
    assert again.parent_run_id == writer.parent_run_id
    assert sorted(run.data.tags["seed"] for run in children(server.uri, again)) == ["0", "1", "2", "3"]
    assert MlflowClient(server.uri).get_run(again.parent_run_id).info.status == "FINISHED"
    assert not report.pending.exists()


def test_check_store_tells_a_deleted_experiment_of_a_server(server):
    client = MlflowClient(server.uri)
    client.delete_experiment(client.create_experiment("old"))
    with pytest.raises(TrackingError, match="mlflow experiments restore"):
        check_store(server.uri, "old")
