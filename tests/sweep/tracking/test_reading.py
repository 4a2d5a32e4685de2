"""The runs of an experiment are read as they were logged, whoever wrote them, and what is not there is said."""

from __future__ import annotations

import math
import shutil

import pytest

from sweep.errors import TrackingError
from sweep.tracking.reading import read_experiment
from sweep.tracking.trial_runs import Point


@pytest.fixture(scope="module")
def store(template_database, tmp_path_factory):
    """Two runs of a script with the plain client, one nested in the other, and one that was deleted."""
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunTag

    folder = tmp_path_factory.mktemp("read")
    shutil.copyfile(template_database, folder / "mlflow.db")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    client = MlflowClient(uri)
    experiment = client.create_experiment("their own", folder.as_uri())
    outer = client.create_run(experiment, start_time=1000, run_name="outer").info.run_id
    inner = client.create_run(experiment, start_time=2000, tags={"mlflow.parentRunId": outer}).info.run_id
    # The second step arrives first, and the first step twice.
    points = [("loss", 0.25, 2500, 2), ("loss", 0.5, 2400, 1), ("loss", 0.75, 2300, 1), ("rate", 0.1, 2300, 1)]
    points += [("worst", math.inf, 2300, 1), ("best", -math.inf, 2300, 1)]
    client.log_batch(inner, [Metric(*point) for point in points], [Param("lr", "0.1")], [RunTag("host", "ada")])
    client.set_terminated(inner, "FAILED", 4000)
    client.delete_run(client.create_run(experiment, start_time=3000).info.run_id)
    client.create_experiment("empty", folder.as_uri())
    return uri, experiment, outer, inner


def test_runs_come_in_the_order_of_their_start_with_all_that_was_logged(store):
    uri, experiment, outer, inner = store
    found = read_experiment(uri, "their own")
    assert (found.experiment_id, found.name) == (experiment, "their own")
    first, second = found.runs
    assert (first.run_id, first.name, first.status, first.parent_run_id) == (outer, "outer", "RUNNING", None)
    assert (first.started_milliseconds, first.ended_milliseconds, first.metrics) == (1000, None, {})
    assert (second.run_id, second.status, second.parent_run_id) == (inner, "FAILED", outer)
    assert (second.started_milliseconds, second.ended_milliseconds) == (2000, 4000)
    assert (second.params, second.tags["host"]) == ({"lr": "0.1"}, "ada")


def test_the_history_of_the_metrics_that_are_asked_for_is_in_the_order_of_steps_and_times(store):
    uri, *_ = store
    first, second = read_experiment(uri, "their own", ["loss", "missing"]).runs
    assert (first.history, second.history.keys()) == ({}, {"loss"})
    assert second.history["loss"] == (
        Point("loss", 0.75, 2300, 1),
        Point("loss", 0.5, 2400, 1),
        Point("loss", 0.25, 2500, 2),
    )
    assert (second.metrics["loss"], second.metrics["rate"]) == (0.25, 0.1)


def test_infinity_comes_back_as_it_was_logged(store):
    uri, *_ = store
    _, run = read_experiment(uri, "their own", ["worst"]).runs
    assert (run.metrics["worst"], run.metrics["best"]) == (math.inf, -math.inf)
    assert [point.value for point in run.history["worst"]] == [math.inf]


def test_an_experiment_is_found_by_its_id_too_and_may_have_no_runs(store):
    uri, experiment, *_ = store
    assert read_experiment(uri, experiment).name == "their own"
    assert read_experiment(uri, "empty").runs == ()


def test_more_runs_than_an_answer_holds_are_all_read(store, monkeypatch):
    monkeypatch.setattr("sweep.tracking.reading.PAGE", 1)
    uri, _, outer, inner = store
    assert [run.run_id for run in read_experiment(uri, "their own").runs] == [outer, inner]


def test_a_store_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(TrackingError, match="must be a store that exists"):
        read_experiment(f"sqlite:///{tmp_path / 'no.db'}", "their own")
    assert not (tmp_path / "no.db").exists()


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(store):
    uri, *_ = store
    with pytest.raises(TrackingError, match="Did you mean `their own`"):
        read_experiment(uri, "there own")


def test_a_number_that_is_the_id_of_no_experiment_is_answered_with_the_names(store):
    uri, *_ = store
    with pytest.raises(TrackingError, match=r"which has .*`their own`.* Received: '77'\. Give one of those, or"):
        read_experiment(uri, "77")


def test_a_long_list_of_experiments_is_cut(store, monkeypatch):
    monkeypatch.setattr("sweep.tracking.reading.SHOWN_EXPERIMENTS", 1)
    uri, *_ = store
    with pytest.raises(TrackingError, match=r"which has `[^`]+` and more\. Received: 'nothing'"):
        read_experiment(uri, "nothing")
