"""`sweep submit`, `jobs`, `logs`, `stop` and `results`: what they print of a cluster, and their exit codes."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from sweep import load_config, plan, run
from sweep import service as services
from sweep.service import Job

SWEEP = """
name: small
data: {name: iris}
network: {hidden: [4]}
trainer: {epochs: 1}
optimizers: {sgd: {learning_rate: [0.1, 0.2]}}
seeds: 3
resources: {executor: inline}
report: false
"""
NEWER, OLDER = datetime(2024, 5, 2, 7, 8), datetime(2024, 5, 1, 23, 59)


class Here:
    """Stands for a cluster: keeps jobs in a table, and runs what is submitted on this machine at once."""

    address = "http://head:8265"

    def __init__(self):
        self.table = {}
        self.printed = {}
        self.submitted = []
        self.asked = None

    def __call__(self, address):
        self.asked = address
        return self

    def add(self, job_id, status="RUNNING", begun=None, printed="", **metadata):
        metadata = {f"sweep.{key}": value for key, value in metadata.items()}
        self.table[job_id] = Job(job_id, status, begun, None, metadata, "")
        self.printed[job_id] = printed

    def totals(self):
        return {"CPU": 4.0}

    def jobs(self):
        return list(self.table.values())

    def job(self, job_id):
        return self.table[job_id]

    def logs(self, job_id):
        return self.printed[job_id]

    async def follow(self, job_id):
        for line in self.printed[job_id].splitlines(keepends=True):
            yield line

    def stop(self, job_id):
        return not self.table[job_id].ended

    def forget(self, job_id):
        del self.table[job_id]

    def submit(self, entrypoint, folder, metadata):
        job_id = f"job_{len(self.submitted)}"
        self.submitted.append((entrypoint, metadata))
        self.add(job_id, "SUCCEEDED")
        if folder is None:
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            done = subprocess.run(["sh", "-c", entrypoint], capture_output=True, text=True, env={"PATH": path})
            self.printed[job_id] = done.stdout
        return job_id


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a sweep file, and no server in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    Path("small.yaml").write_text(SWEEP, encoding="utf-8")
    return tmp_path


@pytest.fixture
def cluster(monkeypatch):
    """The stand-in, which every address leads to."""
    here = Here()
    monkeypatch.setattr(services, "Cluster", here)
    return here


def test_a_submission_says_what_runs_and_how_to_follow_it(command, folder, cluster):
    code, out, err = command("submit", "small.yaml", "trainer.epochs=2", "--address", "http://head:8265")
    assert (code, err, cluster.asked) == (0, "", "http://head:8265")
    submitted, trials, follow, results, mlflow = out.splitlines()
    assert submitted.split() == ["submitted", "job_0"]
    planned = plan(load_config("small.yaml", ["trainer.epochs=2"]))
    # 2 settings on 3 seeds.
    assert " ".join(trials.split()) == f"trials 6 of 2 settings, plan {planned.hash[:8]}"
    assert follow.endswith("logs -f job_0 --address http://head:8265")
    assert results.endswith("results job_0 --address http://head:8265")
    assert "experiment small of the cluster's server" in mlflow
    ((entrypoint, metadata),) = cluster.submitted
    assert "trainer.epochs=2" in shlex.split(entrypoint)
    assert (metadata["sweep.name"], metadata["sweep.trials"]) == ("small", "6")


def test_a_sweep_that_is_not_tracked_has_no_experiment_to_show(command, folder, cluster):
    code, out, _ = command("submit", "small.yaml", "tracking.enabled=false")
    assert code == 0
    assert "mlflow" not in out


def test_a_mistake_in_the_file_or_too_small_a_cluster_ends_with_2_and_nothing_is_sent(command, folder, cluster):
    for change, said in (
        ("trainer.epoch=2", "`trainer.epoch` is not a known key"),
        ("resources.workers=9", "`resources` must fit the cluster, which has 4 CPUs"),
    ):
        code, out, err = command("submit", "small.yaml", change)
        assert (code, out) == (2, "")
        assert said in err
    assert cluster.submitted == []


def test_jobs_are_listed_with_their_start_and_what_was_said_of_them(command, folder, cluster):
    assert command("jobs") == (0, "no jobs\n", "")
    cluster.add("job_b", "SUCCEEDED", NEWER.timestamp(), name="small", trials="6")
    cluster.add("job_a", "FAILED", OLDER.timestamp())
    cluster.add("job_c", "PENDING")
    code, out, _ = command("jobs")
    assert code == 0
    assert [line.split() for line in out.splitlines()] == [
        ["job_b", "SUCCEEDED", "2024-05-02", "07:08", "6", "trials", "small"],
        ["job_a", "FAILED", "2024-05-01", "23:59", "-", "trials", "-"],
        ["job_c", "PENDING", "-", "-", "trials", "-"],
    ]


@pytest.mark.parametrize(("status", "expected"), [("SUCCEEDED", 0), ("STOPPED", 0), ("FAILED", 1)])
def test_a_log_that_is_followed_ends_with_1_only_if_the_job_failed(command, folder, cluster, status, expected):
    cluster.add("job", status, printed="first\nlast")
    assert command("logs", "job") == (0, "first\nlast", "")
    assert command("logs", "job", "--follow") == (expected, "first\nlast", "")


def test_stopping_says_whether_anything_ran(command, folder, cluster):
    cluster.add("job_a", "RUNNING")
    cluster.add("job_b", "STOPPED")
    assert command("stop", "job_a") == (0, "stopping job_a\n", "")
    assert command("stop", "job_b") == (0, "job_b had ended already\n", "")


def test_results_are_brought_here_as_far_as_they_are(command, folder, cluster):
    head = folder / "head"
    path = run(load_config("small.yaml", ["tracking.enabled=false", f"results={head}"])).path
    cluster.add("job", "RUNNING", folder=str(path), experiment="small", tracking="http://127.0.0.1:9")
    code, out, err = command("results", "job", "--output", "here")
    assert (code, err) == (0, "")
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        f"results here/{path.name}",
        "so far the job is RUNNING; ask again when it has ended",
        "mlflow http://127.0.0.1:9/#/experiments?experimentSearchFilter=small",
    ]
    brought = folder / "here" / path.name
    assert (brought / "trials.parquet").read_bytes() == (path / "trials.parquet").read_bytes()
    # What packed them is taken off the cluster's list.
    assert list(cluster.table) == ["job"]
    cluster.table["job"] = replace(cluster.table["job"], status="SUCCEEDED", metadata={"sweep.folder": str(path)})
    code, out, _ = command("results", "job", "--output", "here")
    assert code == 0
    assert out.splitlines()[1].endswith(f"report here/{path.name}")
    assert len(out.splitlines()) == 2


def test_a_job_without_results_ends_with_2_and_says_why(command, folder, cluster):
    cluster.add("job_a", "RUNNING")
    cluster.add("job_b", "PENDING", folder=str(folder / "none"))
    for job_id, said in (("job_a", "must come from `sweep submit`"), ("job_b", "which is PENDING")):
        code, out, err = command("results", job_id)
        assert (code, out) == (2, "")
        assert said in err
    assert not Path("results").exists()


OWN = """
name: own
trainer: {command: [sh, -c, 'echo "rate {rate}"; echo "{{\\"val_loss\\": {rate}}}" >> "$SWEEP_REPORT_FILE"'], epochs: 1}
metric: {name: val_loss, mode: min}
space: {rate: [0.1, 0.2]}
seeds: 2
resources: {executor: inline}
tracking: {enabled: false}
report: false
"""


def test_a_sweep_here_shows_what_its_trials_have_printed_and_where_its_results_are(command, folder, cluster):
    Path("own.yaml").write_text(OWN, encoding="utf-8")
    result = run(load_config("own.yaml"))
    trials = result.trials
    path = Path("results") / result.path.name
    code, out, err = command("logs", "own")
    assert (code, err) == (0, "")
    # "rate 0.1" and the end of the line.
    expected = [[one.trial_id, "9", "bytes", *one.arm.split(), "seed", str(one.seed)] for one in trials.itertuples()]
    assert [line.split() for line in out.splitlines()] == expected
    second = trials.trial_id[2]
    assert command("logs", "own", "--trial", second) == (0, "rate 0.2\n", "")
    assert command("logs", str(path), "--trial", second[:6]) == (0, "rate 0.2\n", "")
    code, out, err = command("logs", "own", "--trial", "zzz")
    assert (code, out) == (2, "")
    assert "`--trial` must be the id of one trial. Received: zzz" in err
    code, out, _ = command("results", "own")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["results", "report"]
    assert out.splitlines()[0].split()[1] == str(path)
    assert command("stop", "own") == (0, f"{path} is written by no sweep now\n", "")
    # With an address the same word is the id of a job, and so is one that names no sweep here.
    cluster.add("own", "RUNNING", printed="of the job\n")
    assert command("logs", "own", "--address", "http://head:8265") == (0, "of the job\n", "")
    assert command("stop", "own", "--address", "http://head:8265") == (0, "stopping own\n", "")
    cluster.add("job_a", "STOPPED", printed="elsewhere\n")
    assert command("logs", "job_a") == (0, "elsewhere\n", "")


def test_a_sweep_that_runs_here_is_stopped_and_can_go_on(command, folder, cluster):
    slow = OWN.replace("[sh, -c, '", "[sh, -c, 'touch begun; sleep 60; ")
    Path("own.yaml").write_text(slow, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "sweep", "run", "own.yaml"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    end = time.monotonic() + 60
    while not Path("begun").exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    code, out, err = command("stop", "own")
    printed, _ = process.communicate(timeout=60)
    assert (code, err) == (0, "")
    assert out.startswith("stopping results/own-")
    # SIGTERM, and the sweep's own end of it.
    assert process.returncode == 130, printed
    assert "Run the same command to go on." in printed
