"""A sweep is checked and planned here, and what is sent runs on the head as it would here."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sweep.errors import ConfigError, ResourceError, TrackingError
from sweep.service import submission
from sweep.service.bundle import Bundle
from sweep.service.submission import submit

SWEEP = """
name: small
data: {name: iris}
optimizers: {sgd: {learning_rate: [0.1, 0.2]}, adam: {learning_rate: 0.01}}
seeds: 2
"""


class Queue:
    """A cluster that keeps what it is sent, of so many CPUs and GPUs; None for one that may grow.

    Args:
        totals: what it has, one answer after the other; the last of them stays.
    """

    def __init__(self, *totals: dict[str, float] | None) -> None:
        self.answers = list(totals)
        self.sent: list[tuple[str, dict[str, str]]] = []
        self.files: set[str] = set()

    def totals(self) -> dict[str, float] | None:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def submit(self, entrypoint: str, folder: Path, metadata: dict[str, str]) -> str:
        self.files = {path.name for path in folder.iterdir()}
        self.sent.append((entrypoint, metadata))
        return "job-1"


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.yaml"
    path.write_text(SWEEP, encoding="utf-8")
    return path


@pytest.fixture
def uncopied(monkeypatch):
    """The project, whose copy takes a while and has tests of its own, is not sent."""
    monkeypatch.setattr(submission, "gather", lambda config, file, folder: Bundle(file.name, ()))


def run_on_a_head(entrypoint: str, folder: Path, **environment: str) -> list[str]:
    """Run the command in a shell whose Python says what it was given: its tracking address, then its arguments."""
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$MLFLOW_TRACKING_URI" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    path = f"{python.parent}:/usr/bin:/bin"
    done = subprocess.run(
        ["sh", "-c", entrypoint], env={"PATH": path, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_the_plan_is_kept_with_the_job_under_the_folder_that_the_sweep_will_write(file, tmp_path):
    cluster = Queue({"CPU": 4.0})
    found = submit(cluster, file, ["results=/data/my results"])
    ((entrypoint, metadata),) = cluster.sent
    # 3 settings with 2 seeds each.
    assert (found.job_id, len(found.plan.trials), metadata["sweep.trials"]) == ("job-1", 6, "6")
    assert metadata["sweep.name"] == "small"
    assert metadata["sweep.folder"] == f"'/data/my results'/{found.plan.folder_name}"
    assert {"mine.yaml", "sweep", "trainers"} <= cluster.files
    _, *arguments = run_on_a_head(entrypoint, tmp_path / "head", HOME=str(tmp_path / "home"))
    assert arguments[:4] == ["-m", "sweep", "run", "mine.yaml"]
    assert {"name=small", "resources.address=auto", "results=/data/my results"} <= set(arguments)


def test_what_outlives_a_job_lies_in_the_home_of_the_head_unless_it_says_otherwise(file, tmp_path, uncopied):
    cluster = Queue({"CPU": 4.0})
    submit(cluster, file)
    ((entrypoint, _),) = cluster.sent
    home = tmp_path / "ada's home"
    uri, *arguments = run_on_a_head(entrypoint, tmp_path / "first", HOME=str(home))
    assert (uri, arguments[-1]) == (f"sqlite:///{home}/sweeps/mlflow.db", f"results={home}/sweeps/results")
    assert (home / "sweeps").is_dir()
    given = {"SWEEP_HOME": str(tmp_path / "kept"), "MLFLOW_TRACKING_URI": "http://mlflow:5000"}
    uri, *arguments = run_on_a_head(entrypoint, tmp_path / "second", **given)
    assert (uri, arguments[-1]) == ("http://mlflow:5000", f"results={tmp_path / 'kept'}/results")


def test_a_job_without_tracking_names_no_experiment(file, uncopied):
    cluster = Queue(None)
    submit(cluster, file)
    submit(cluster, file, ["tracking.enabled=false"])
    assert [("sweep.experiment" in metadata, "sweep.tracking" in metadata) for _, metadata in cluster.sent] == [
        (True, True),
        (False, False),
    ]


@pytest.mark.parametrize(
    ("totals", "overrides", "rest"),
    [
        ({"CPU": 2.0}, ["resources.workers=3"], "2 CPUs and 0 GPUs. Received: 3 workers of 1 CPUs and 0 GPUs"),
        (
            {"CPU": 3.0},
            ["resources.workers=2", "resources.cpus_per_worker=2"],
            "3 CPUs and 0 GPUs. Received: 2 workers",
        ),
        ({"CPU": 8.0, "GPU": 1.0}, ["resources.workers=2", "resources.gpus_per_worker=1"], "8 CPUs and 1 GPUs"),
        ({}, [], "0 CPUs and 0 GPUs"),
    ],
)
def test_more_than_a_cluster_has_is_refused_before_anything_is_sent(file, monkeypatch, totals, overrides, rest):
    monkeypatch.setattr(submission, "JOIN_SECONDS", -1.0)
    cluster = Queue(totals)
    with pytest.raises(ResourceError, match=f"^`resources` must fit the cluster, which has {rest}"):
        submit(cluster, file, overrides)
    assert cluster.sent == []


def test_a_cluster_that_may_grow_or_has_just_started_is_given_the_sweep(file, monkeypatch, uncopied):
    monkeypatch.setattr(submission.time, "sleep", lambda seconds: None)
    for cluster in (Queue(None), Queue({}, {"CPU": 64.0})):
        assert submit(cluster, file, ["resources.workers=64"]).job_id == "job-1"


def test_a_store_in_the_folder_that_the_cluster_deletes_is_refused(file, uncopied):
    cluster = Queue(None)
    with pytest.raises(TrackingError, match=r"which the cluster deletes .* Received: sqlite:///mine\.db\."):
        submit(cluster, file, ["tracking.uri=sqlite:///mine.db"])
    assert cluster.sent == []
    # Without tracking nothing would be written there, and an absolute path outlives the job.
    submit(cluster, file, ["tracking.uri=sqlite:///mine.db", "tracking.enabled=false"])
    submit(cluster, file, ["tracking.uri=sqlite:////data/mine.db"])
    assert [metadata.get("sweep.tracking") for _, metadata in cluster.sent] == [None, "sqlite:////data/mine.db"]


@pytest.mark.parametrize("origin", ["file", "override"])
def test_a_password_is_refused_and_not_shown(file, origin):
    uri = "http://ada:hunter2@mlflow:5000"
    overrides = [f"tracking.uri={uri}"] if origin == "override" else []
    if origin == "file":
        file.write_text(f"{SWEEP}tracking: {{uri: '{uri}'}}\n", encoding="utf-8")
    cluster = Queue(None)
    with pytest.raises(TrackingError, match="must hold no password when it is submitted") as raised:
        submit(cluster, file, overrides)
    assert (f"`{file}`" if origin == "file" else "the override") in str(raised.value)
    assert "hunter2" not in str(raised.value)
    assert cluster.sent == []


def test_a_file_that_is_wrong_is_refused_before_the_cluster_is_asked(file):
    cluster = Queue()
    with pytest.raises(ConfigError, match=r"`trainer\.batchsize` is not a known key"):
        submit(cluster, file, ["trainer.batchsize=9"])
