"""A client of a cluster, which belongs to no node of it, gets the numbers of one machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from sweep.running.event_log import EventLog

ROOT = Path(__file__).parents[3]
RAY = Path(sys.executable).parent / "ray"
QUIET = {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}
SWEEP = {
    "name": "far",
    "data": {"path": "only_here.csv", "target": "kind"},
    "network": {"hidden": [32]},
    "trainer": {"epochs": 10},
    "optimizers": {
        "sgd": {"learning_rate": [0.01, 0.03, 0.1, 0.3]},
        "adam": {"learning_rate": [0.001, 0.003, 0.01, 0.03]},
    },
    "space": {"batch_size": [4, 8, 16]},
    "seeds": 4,
    "tracking": {"enabled": False},
    "report": False,
}


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as asker:
        return asker.connect_ex(("127.0.0.1", port)) == 0


class Nodes:
    """Nodes of one cluster, which do not see the project's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.running, self.temporary = folder, [], []
        self.log = folder / "nodes.log"
        self.port, self.client_port = closed_port(), closed_port()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the head, or a further node."""
        place = self.folder / f"node{len(self.running)}"
        place.mkdir()
        join = [f"--address=127.0.0.1:{self.port}"]
        if not self.running:
            join = ["--head", f"--port={self.port}", f"--ray-client-server-port={self.client_port}"]
            join += ["--include-dashboard=False"]
        # Each node unpacks the project anew; two of one host would do so in one folder, one while the other reads it.
        # Not below pytest's folder, whose path is too long for a socket.
        self.temporary.append(tempfile.mkdtemp(prefix="ray-"))
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        with self.log.open("a") as log:
            node = subprocess.Popen(
                [
                    *(RAY, "start", *join, "--num-cpus=1", "--object-store-memory=80000000", "--block"),
                    f"--temp-dir={self.temporary[-1]}",
                ],
                cwd=place,
                env=environment | QUIET,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running.append(node)
        return node

    def stop(self) -> None:
        for node in reversed(self.running):
            kill(node, signal.SIGKILL)
        for node in self.running:
            node.wait(30)
        for folder in self.temporary:
            shutil.rmtree(folder, ignore_errors=True)


def kill(node: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """Signal a node and all its processes."""
    if node.poll() is None:
        os.killpg(node.pid, how)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    pytest.importorskip("grpc")
    nodes = Nodes(tmp_path_factory.mktemp("nodes"))
    try:
        nodes.start()
        deadline = time.monotonic() + 60
        while not answers(nodes.client_port):
            assert nodes.running[0].poll() is None, nodes.log.read_text()
            assert time.monotonic() < deadline, "the head does not answer"
            time.sleep(0.2)
        nodes.start()
        yield nodes
    finally:
        nodes.stop()


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    """The only folder with the data."""
    folder = tmp_path_factory.mktemp("driver")
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((300, 4))
    frame = pd.DataFrame(inputs, columns=list("abcd")).assign(kind=np.where(inputs[:, 0] + inputs[:, 1] > 0, "x", "y"))
    frame.to_csv(folder / "only_here.csv", index=False)
    (folder / "sweep.yaml").write_text(yaml.safe_dump(SWEEP))
    return folder


def begin(folder: Path, where: str, results: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sweep", "run", "sweep.yaml", f"resources.{where}", f"results={results}"],
        cwd=folder,
        env=os.environ | QUIET | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> None:
    output, _ = process.communicate(timeout=200)
    assert process.returncode == 0, output


def epochs(folder: Path, results: str) -> pd.DataFrame:
    (found,) = (folder / results).glob("far-*/epochs.parquet")
    return pd.read_parquet(found).drop(columns="seconds")


def nodes_of(folder: Path, results: str) -> set[str]:
    (found,) = (folder / results).glob("far-*/events")
    return {record.facts["node"] for record in EventLog(found).read()[0] if record.kind == "report"}


@pytest.fixture(scope="module")
def alone(driver):
    end(begin(driver, "executor=inline", "alone"))
    return epochs(driver, "alone")


def test_a_client_that_belongs_to_no_node_gets_the_same_numbers(nodes, driver, alone):
    end(begin(driver, f"address=ray://127.0.0.1:{nodes.client_port}", "client"))
    assert all(nodes_of(driver, "client"))
    pd.testing.assert_frame_equal(epochs(driver, "client"), alone, check_exact=True)
