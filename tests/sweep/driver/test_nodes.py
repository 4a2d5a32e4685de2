"""A sweep on a Ray cluster of several nodes, which have neither the project's code nor the user's files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sweep as package
from sweep import load_results
from sweep.errors import ResourceError
from sweep.execution.ray import Resources, cluster_on, workers_for

CODE = Path(package.__file__).parents[1]

OPTIMIZER = (
    (CODE / "examples" / "optimizer.py").read_text()
    + """
import os
import time
from pathlib import Path

from ray import get_runtime_context, is_initialized

if is_initialized():
    # Tells the test where it was imported.
    Path(os.environ["SEEN"], get_runtime_context().get_node_id() + f"-{os.getpid()}").write_text(os.getcwd())


class Slow(SignMomentum):
    def init(self, parameters):
        # Packs that last, without keeping the few CPUs of the machine busy.
        time.sleep(float(os.environ["NAP"]) if is_initialized() else 0)
        return super().init(parameters)


slow = Slow()
"""
)

SWEEP = """
data: {path: points.csv, target: kind}
network: {hidden: [16]}
optimizers: {"mine:slow": {learning_rate: 0.001}, adam: {learning_rate: 0.01}}
space: {batch_size: 8, epochs: EPOCHS}
tracking: {enabled: false}
report: false
"""


def write_user_files(folder: Path, epochs: list[int]) -> None:
    """A sweep whose data and optimizer lie in ``folder`` alone; trials of different length are packs of their own."""
    rows = [f"{number % 7},{number * 37 % 11},{'ab'[number * 37 % 11 > 5]}" for number in range(200)]
    (folder / "points.csv").write_text("\n".join(["x,y,kind", *rows]) + "\n")
    (folder / "mine.py").write_text(OPTIMIZER)
    for name in ("random", "queue"):
        (folder / f"{name}.py").write_text("raise SystemExit('taken for a module of Python')")
    (folder / "sweep.yaml").write_text(SWEEP.replace("EPOCHS", str(epochs)))


def start(folder: Path, *overrides: str) -> subprocess.Popen[str]:
    """``sweep run`` where the user's files are, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "sweep", "run", "sweep.yaml", *overrides],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CODE), "SEEN": str(folder), "NAP": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    return out


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A Ray node of one CPU, whose working folder is empty and who does not find the project; more can be added."""
    from ray.cluster_utils import Cluster

    folder = tmp_path_factory.mktemp("nodes")
    # Ray's nodes put a handler of their own in place, and leave it there.
    before = signal.getsignal(signal.SIGTERM)
    quick = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 500, "health_check_failure_threshold": 4}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("PYTHONPATH", raising=False)
        patch.setenv("SEEN", str(folder))
        patch.setenv("NAP", "2")
        cluster = Cluster(
            initialize_head=True,
            head_node_args={"num_cpus": 1, "include_dashboard": False, "_system_config": quick},
        )
        try:
            yield cluster
        finally:
            cluster.shutdown()
            signal.signal(signal.SIGTERM, before)


@pytest.fixture
def seen(cluster):
    """Where workers tell that they have imported the user's module."""
    folder = Path(os.environ["SEEN"])
    for path in folder.iterdir():
        path.unlink()
    return folder


@pytest.fixture
def user(tmp_path):
    """Where the user's files are."""
    folder = tmp_path / "user"
    folder.mkdir()
    return folder


def nodes_seen(folder: Path) -> set[str]:
    return {path.name.split("-")[0] for path in folder.iterdir()}


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def at_once(trials) -> int:
    """The most packs that trained at the same time; the trials of one begin and end together."""
    packs = trials[["started_seconds", "ended_seconds"]].drop_duplicates("started_seconds")
    starts, ends = packs["started_seconds"], packs["ended_seconds"]
    return max(((starts <= moment) & (ends > moment)).sum() for moment in starts)


def test_a_node_that_joins_is_used_and_one_that_is_lost_is_survived(cluster, user, seen):
    write_user_files(user, [20 + number for number in range(12)])
    process = start(user, f"resources.address={cluster.address}")
    wait_until(lambda: nodes_seen(seen) == {cluster.head_node.node_id})
    joined = cluster.add_node(num_cpus=1)
    wait_until(lambda: joined.node_id in nodes_seen(seen))
    # In the middle of its second pack.
    time.sleep(3)
    assert process.poll() is None
    cluster.remove_node(joined, allow_graceful=False)
    assert "A worker died; its trials start over." in finish(process)
    (results,) = (user / "results").iterdir()
    trials = load_results(results).trials
    assert trials["status"].tolist() == ["COMPLETED"] * 24
    assert at_once(trials) == 2


def test_three_nodes_without_code_or_data_train_what_this_machine_trains_alone(cluster, user, seen):
    nodes = [cluster.head_node, cluster.add_node(num_cpus=1), cluster.add_node(num_cpus=1)]
    write_user_files(user, [20 + number for number in range(9)])
    finish(start(user, f"resources.address={cluster.address}", "results=spread"))
    assert nodes_seen(seen) == {node.node_id for node in nodes}
    # Where the modules were imported: in a copy, neither in the user's folder nor in the project's.
    assert all(str(user) not in path.read_text() and str(CODE) not in path.read_text() for path in seen.iterdir())

    finish(start(user, "results=alone", "resources.executor=inline"))
    (spread,), (alone,) = (user / "spread").iterdir(), (user / "alone").iterdir()
    numbers = load_results(spread).epochs
    assert len(numbers) == 2 * sum(range(20, 29))
    # All but the time that it took.
    assert numbers.drop(columns="seconds").equals(load_results(alone).epochs.drop(columns="seconds"))


def test_a_cluster_that_is_too_small_is_refused(cluster):
    with pytest.raises(
        ResourceError, match=r"has room for \d such workers on \d nodes .*Received: 9 workers of 1 CPUs"
    ):
        workers_for(cluster_on(cluster.address), Resources(workers=9), 0.0)


def test_a_cluster_that_grows_is_asked_for_as_many_workers_as_it_shall_have(cluster):
    assert workers_for(cluster_on(cluster.address), Resources(workers=9, autoscale=True), 0.0) == 9


FUNCTION = """
import os

def train(trial):
    devices = [device for device in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if device]
    trial.report(val_loss=trial.setting["x"], on_gpu=trial.device == "cuda", gpus=len(devices))
"""
OWN = """
trainer: {function: "mine:train", epochs: 1}
metric: {name: val_loss, mode: min}
space: {x: [1, 2]}
seeds: 2
tracking: {enabled: false}
report: false
"""


def test_a_function_has_the_gpu_that_ray_gives_its_worker(cluster, user, seen):
    (user / "mine.py").write_text(FUNCTION)
    (user / "sweep.yaml").write_text(OWN)
    # A GPU that Ray only counts.
    node = cluster.add_node(num_cpus=1, num_gpus=1)
    address = f"resources.address={cluster.address}"
    try:
        finish(start(user, address, "results=auto"))
        # There is room for one on each node.
        finish(start(user, address, "resources.gpus_per_worker=0", "resources.workers=1", "results=without"))
    finally:
        cluster.remove_node(node)
    (auto,), (without,) = (user / "auto").iterdir(), (user / "without").iterdir()
    found = load_results(auto).epochs
    assert (found["on_gpu"].tolist(), found["gpus"].tolist()) == ([1.0] * 4, [1.0] * 4)
    found = load_results(without).epochs
    assert (found["on_gpu"].tolist(), found["gpus"].tolist()) == ([0.0] * 4, [0.0] * 4)
