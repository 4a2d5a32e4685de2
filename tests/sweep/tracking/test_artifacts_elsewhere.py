"""Parameters and metrics are recorded whatever becomes of the artifacts, and what is missing is told."""

from __future__ import annotations

import dataclasses

import pytest
from mlflow import MlflowClient

from sweep.tracking import SweepWriter
from sweep.tracking.store import StoreError
from sweep.tracking.timeout import call_with_timeout


@pytest.mark.parametrize(
    "location",
    ["mlflow-artifacts:/7", "s3://a-bucket-of-nobody/x", "wasbs://box@nobody.blob.core.windows.net/x", "no-such://x/y"],
)
def test_an_artifact_store_that_refuses_costs_no_metric_and_leaves_no_run_open(
    location, store_uri, tmp_path, record, make_result, monkeypatch
):
    for name, value in (
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AZURE_STORAGE_CONNECTION_STRING", ""),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sweep.tracking.writers.mlflow.ARTIFACT_SECONDS", 4.0)
    client = MlflowClient(store_uri)
    client.create_experiment("elsewhere", artifact_location=location)
    record = dataclasses.replace(record, experiment="elsewhere")
    with SweepWriter(store_uri, record, tmp_path) as writer:
        for seed in range(2):
            writer.log_trial(make_result(seed=seed))
        report = writer.finish("FINISHED", {"leaderboard.csv": "arm\n"}, {"best_val_accuracy": 0.5})
    assert (report.written, report.failed, report.error, report.complete) == (2, 0, None, False)
    assert report.artifacts_error
    parent = client.get_run(writer.parent_run_id)
    assert (parent.info.status, parent.data.metrics) == ("FINISHED", {"best_val_accuracy": 0.5})
    runs = client.search_runs([writer.experiment_id], f"tags.`mlflow.parentRunId` = '{writer.parent_run_id}'")
    assert sorted(run.data.params["seed"] for run in runs) == ["0", "1"]
    assert all(run.data.metrics["final_val_accuracy"] > 0 for run in runs)
    client._tracking_client.store.engine.dispose()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("a table that cannot be written"), SystemExit(3)])
def test_whatever_ends_the_sweep_its_run_is_closed(error, store_uri, tmp_path, record):
    writer = SweepWriter(store_uri, record, tmp_path)
    writer.drain()

    def end():
        with writer:
            raise error

    with pytest.raises(type(error)):
        end()
    client = MlflowClient(store_uri)
    assert client.get_run(writer.parent_run_id).info.status in ("FAILED", "KILLED")
    client._tracking_client.store.engine.dispose()


def test_a_call_that_takes_too_long_or_fails_is_told_with_its_kind():
    import threading

    release = threading.Event()
    with pytest.raises(StoreError, match=r"no answer within 0\.05 s"):
        call_with_timeout(0.05, lambda: release.wait() and None)
    release.set()
    with pytest.raises(StoreError, match="KeyError: 'bucket'"):
        call_with_timeout(5, lambda: {}["bucket"])
