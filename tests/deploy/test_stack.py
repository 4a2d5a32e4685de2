"""The services of the compose file, run on this machine by its own commands, and used as people would use them."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from sweep import load_results
from sweep.tracking.console import silence_mlflow

ROOT = Path(__file__).parents[2]

specification = importlib.util.spec_from_file_location("stack", ROOT / "deploy/stack.py")
assert specification is not None
assert specification.loader is not None
stack_module = importlib.util.module_from_spec(specification)
sys.modules["stack"] = stack_module
specification.loader.exec_module(stack_module)

ANSWER = 'model = "own"\n\n\ndef load():\n    import helpers_of_mine\n\n    return helpers_of_mine.arrays()\n'
ARRAYS = (
    "import numpy as np\n\n\ndef arrays():\n"
    "    x = np.random.default_rng(0).normal(size=(60, 3))\n    return x, (x[:, 0] > 0).astype(int)\n"
)


@pytest.fixture(scope="module")
def stack():
    if lacking := stack_module.missing():
        pytest.skip(f"the stack needs {', '.join(lacking)} (apt-get install {' '.join(lacking)})")
    pytest.importorskip("opencensus", reason="ray[default] is not installed (the extra `cluster`)")
    pytest.importorskip("flask_wtf", reason="mlflow[auth] is not installed (the extra `cluster`)")
    with stack_module.running() as running:
        yield running
    assert not psutil.pid_exists(running.started["ray-head"])
    assert not running.place.root.exists()


def sweep(stack, *command, **changed):
    return subprocess.run(
        [sys.executable, "-m", "sweep", *command],
        cwd=stack.place.root / "user",
        env={**stack.client_environment(), **changed},
        capture_output=True,
        text=True,
        timeout=120,
    )


def ask(stack, path, password=None, headers=None, body=None):
    request = urllib.request.Request(stack.url + path, headers=headers or {})
    if password is not None:
        request.add_header("Authorization", "Basic " + base64.b64encode(f"admin:{password}".encode()).decode())
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def runs_of(stack, experiment):
    password = stack.secret("mlflow_password")
    status, text = ask(stack, f"/api/2.0/mlflow/experiments/get-by-name?experiment_name={experiment}", password)
    if status != 200:
        return []
    identity = json.loads(text)["experiment"]["experiment_id"]
    _, text = ask(stack, "/api/2.0/mlflow/runs/search", password, body={"experiment_ids": [identity]})
    return json.loads(text).get("runs", [])


def is_parent(run):
    return "mlflow.parentRunId" not in {tag["key"] for tag in run["data"]["tags"]}


@pytest.fixture(scope="module")
def finished(stack):
    """Id of a job that ran a sweep over the user's own data."""
    user = stack.place.root / "user"
    (user / "data_of_mine.py").write_text(ANSWER, encoding="utf-8")
    (user / "helpers_of_mine.py").write_text(ARRAYS, encoding="utf-8")
    text = stack_module.SWEEP.replace("{name: iris}", "{module: 'data_of_mine:load'}")
    (user / "small.yaml").write_text(text, encoding="utf-8")
    submitted = sweep(stack, "submit", "small.yaml", "trainer.epochs=3")
    assert submitted.returncode == 0, submitted.stderr
    assert "4 of 2 settings" in submitted.stdout
    assert f"mlflow     {stack.url}/#/experiments?experimentSearchFilter=small\n" in submitted.stdout
    job_id = submitted.stdout.split()[1]
    followed = sweep(stack, "logs", "-f", job_id)
    assert followed.returncode == 0, followed.stdout + followed.stderr
    assert "4 completed" in followed.stdout
    return job_id


def test_a_sweep_submitted_through_the_proxy_comes_back_whole(stack, finished):
    listed = sweep(stack, "jobs").stdout
    assert [line.split()[1] for line in listed.splitlines() if line.startswith(finished)] == ["SUCCEEDED"]
    back = sweep(stack, "results", finished)
    assert back.returncode == 0, back.stderr
    assert f"mlflow     {stack.url}/#/experiments/1/runs?" in back.stdout
    results = load_results(str(stack.place.root / "user" / back.stdout.split()[1]))
    assert results.trials["status"].tolist() == ["COMPLETED"] * 4
    assert len(results.epochs) == 4 * 3


def test_its_runs_are_in_mlflow_behind_the_password(stack, finished):
    runs = runs_of(stack, "small")
    parents = [run for run in runs if is_parent(run)]
    assert [run["info"]["status"] for run in parents] == ["FINISHED"]
    # The sweep, its trials, its settings, and the base rate of its loss.
    assert len(runs) == 1 + 4 + 2 + 1
    path = f"/get-artifact?path=leaderboard.csv&run_uuid={parents[0]['info']['run_id']}"
    status, table = ask(stack, path, stack.secret("mlflow_password"))
    assert (status, table.splitlines()[0].split(",")[0]) == (200, "rank")


@pytest.mark.parametrize("password", [None, "wrong"])
def test_mlflow_refuses_who_has_no_password(stack, password):
    assert ask(stack, "/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default", password)[0] == 401


def test_mlflow_refuses_a_name_that_it_was_not_told(stack):
    status, _ = ask(
        stack,
        "/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default",
        stack.secret("mlflow_password"),
        {"Host": "evil.example.org"},
    )
    assert status == 403


@pytest.mark.parametrize(
    ("command", "changed", "said"),
    [
        (["jobs"], {"RAY_AUTH_TOKEN": "wrong"}, "the cluster refused the token"),
        (["jobs"], {"RAY_AUTH_TOKEN": ""}, "RAY_AUTH_MODE=token needs a token"),
        (["jobs"], {"RAY_AUTH_MODE": "disabled"}, "the cluster asks for a token"),
        (
            ["jobs"],
            {"RAY_API_SERVER_ADDRESS": "http://127.0.0.1:1"},
            "the variable RAY_API_SERVER_ADDRESS must be a cluster that answers",
        ),
        (["logs", "raysubmit_nothing"], {}, "a job must be one of the cluster's. Received: raysubmit_nothing."),
        (["logs", "-f", "raysubmit_nothing"], {}, "a job must be one of the cluster's. Received: raysubmit_nothing."),
        (["stop", "raysubmit_nothing"], {}, "a job must be one of the cluster's. Received: raysubmit_nothing."),
        (["results", "raysubmit_nothing"], {}, "a job must be one of the cluster's. Received: raysubmit_nothing."),
        (["submit", "small.yaml", "resources.workers=9"], {}, "`resources` must fit the cluster, which has 2 CPUs"),
        (["submit", "small.yaml", "trainer.batchsize=9"], {}, "`trainer.batchsize` is not a known key"),
        (["submit", "small.yaml", "tracking.uri=sqlite:///mine.db"], {}, "`tracking.uri` must not be a file"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(stack, finished, command, changed, said):
    done = sweep(stack, *command, **changed)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert said in done.stderr


def test_an_address_of_something_else_is_refused(stack):
    done = sweep(stack, "jobs", "--address", stack.url)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "the cluster must answer as Ray's job server does" in done.stderr or "token" in done.stderr


def test_the_password_that_a_browser_sends_everywhere_is_no_wrong_token(stack):
    status, text = ask(stack, "/ray/api/jobs/", stack.secret("mlflow_password"))
    assert (status, text) == (401, "Unauthorized: Missing authentication token")


def test_a_stopped_sweep_closes_its_runs(stack, finished):
    changes = ["trainer.epochs=200000", "name=long", "seeds=1", "resources.workers=1"]
    submitted = sweep(stack, "submit", "small.yaml", *changes)
    job_id = submitted.stdout.split()[1]
    end = time.monotonic() + 60
    while not runs_of(stack, "long") and time.monotonic() < end:
        # Each question takes MLflow two checks of a password, which are slow by design.
        time.sleep(1)
    assert sweep(stack, "stop", job_id).stdout == f"stopping {job_id}\n"
    assert "Stopped before the end" in sweep(stack, "logs", "-f", job_id).stdout
    assert [run["info"]["status"] for run in runs_of(stack, "long")] == ["KILLED"]
    assert [line.split()[1] for line in sweep(stack, "jobs").stdout.splitlines() if job_id in line] == ["STOPPED"]
    assert sweep(stack, "stop", job_id).stdout == f"{job_id} had ended already\n"


def test_a_backup_of_the_store_restores_into_an_empty_database(stack, finished):
    from mlflow import MlflowClient

    port, password = stack.place.ports[5432], stack.secret("postgres_password")
    where = [f"--host=127.0.0.1 --port={port} --username=mlflow"]
    environment = {"PATH": stack_module.programs(), "PGPASSWORD": password}
    backup = stack.place.root / "user/mlflow.dump"
    for command in (
        f"pg_dump {where[0]} --format=custom --file={backup} mlflow",
        f"createdb {where[0]} restored",
        f"pg_restore {where[0]} --exit-on-error --no-owner --dbname=restored {backup}",
    ):
        done = subprocess.run(command.split(), env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    silence_mlflow()
    client = MlflowClient(f"postgresql+psycopg://mlflow:{password}@127.0.0.1:{port}/restored")
    experiment = client.get_experiment_by_name("small")
    restored = client.search_runs([experiment.experiment_id])
    client._tracking_client.store.engine.dispose()
    assert {(run.info.run_id, run.info.status) for run in restored} == {
        (run["info"]["run_id"], run["info"]["status"]) for run in runs_of(stack, "small")
    }
    # The accounts are in the same database.
    count = "SELECT username FROM users"
    done = subprocess.run(
        ["psql", *where[0].split(), "--tuples-only", "--command", count, "restored"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert "admin" in done.stdout.split()


def test_the_store_is_upgraded_by_the_command_of_the_manual(stack, finished):
    manual = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    command = re.search(r"docker compose run --rm mlflow (mlflow db upgrade \S+)`", manual)
    assert command is not None
    done = subprocess.run(
        [ROOT / "deploy/with-secrets.sh", *stack.place.here(command[1]).split()],
        env=stack.environment("mlflow"),
        cwd=stack.place.root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_an_account_made_as_the_manual_says_can_read_and_be_refused(stack):
    made = {"username": "ada", "password": "a long password"}
    assert ask(stack, "/api/2.0/mlflow/users/create", stack.secret("mlflow_password"), body=made)[0] == 200
    path = "/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default"
    for password, status in (("a long password", 200), ("another password", 401)):
        given = base64.b64encode(f"ada:{password}".encode()).decode()
        assert ask(stack, path, headers={"Authorization": f"Basic {given}"})[0] == status


@pytest.mark.parametrize("name", ["postgres", "mlflow", "proxy"])
def test_a_service_listens_on_loopback_alone(stack, name):
    process = psutil.Process(stack.processes[name].pid)
    family = [process, *process.children(recursive=True)]
    listening = {c.laddr.ip for one in family for c in one.net_connections("inet") if c.status == "LISTEN"}
    assert listening == {"127.0.0.1"}
