"""Every way to write the runs of trials must give the same runs, read back with MLflow's own client."""

from __future__ import annotations

import numpy as np
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from sweep.tracking.writers.client import ClientSink
from sweep.tracking.writers.postgresql import PostgresqlSink


@pytest.fixture(params=["client", "postgresql"])
def kind(request):
    return request.param


@pytest.fixture
def uri(kind, request):
    return request.getfixturevalue("postgresql" if kind == "postgresql" else "store_uri")


def sink_of(kind, uri, parent):
    return ClientSink(parent) if kind == "client" else PostgresqlSink(uri, parent)


def test_more_metrics_than_a_call_may_hold_all_arrive(kind, uri, open_parent, make_result, described, children):
    parent = open_parent(uri)
    run = described(make_result, epochs=500, curves={"val_accuracy": np.arange(500.0)})
    assert len(run.points) > 2500
    sink = sink_of(kind, uri, parent)
    sink.write([run])
    sink.close()
    (written,) = children(uri, parent)
    history = MlflowClient(uri).get_metric_history(written.info.run_id, "val_accuracy")
    assert [point.value for point in history] == list(range(500))


def test_a_lost_answer_does_not_duplicate_a_run(kind, uri, open_parent, make_result, monkeypatch, described, children):
    parent = open_parent(uri)
    sink = sink_of(kind, uri, parent)
    runs = [described(make_result, seed=seed) for seed in range(3)]

    def lost(trial_id, run_id, outcome):
        raise MlflowException("the answer was lost")

    with monkeypatch.context() as patch:
        patch.setattr(parent, "remember", lost)
        with pytest.raises(MlflowException):
            sink.write(runs)
    sink.write(runs)
    sink.close()
    assert sorted(run.data.tags["seed"] for run in children(uri, parent)) == ["0", "1", "2"]


def test_a_run_can_be_continued_with_the_client(uri, kind, open_parent, make_result, described, children):
    parent = open_parent(uri)
    sink = sink_of(kind, uri, parent)
    sink.write([described(make_result)])
    sink.close()
    (run,) = children(uri, parent)
    client = MlflowClient(uri)
    client.log_metric(run.info.run_id, "val_accuracy", 0.99, step=9)
    client.log_text(run.info.run_id, "hello", "note.txt")
    client.delete_run(run.info.run_id)
    client.restore_run(run.info.run_id)
    assert client.get_run(run.info.run_id).data.metrics["val_accuracy"] == 0.99
    assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["note.txt"]


def test_two_processes_that_write_a_sweep_at_once_leave_one_run_of_each_trial(
    kind, uri, open_parent, make_result, described, children
):
    one, other = open_parent(uri), open_parent(uri)
    assert one.run_id == other.run_id
    runs = [described(make_result, seed=seed) for seed in range(3)]
    for parent, some in ((one, runs[:2]), (other, runs[1:]), (one, runs)):
        sink = sink_of(kind, uri, parent)
        sink.write(some)
        sink.close()
    assert sorted(run.data.tags["seed"] for run in children(uri, one)) == ["0", "1", "2"]
