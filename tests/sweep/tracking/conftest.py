"""Stores and results for the tests of the tracking: a fresh SQLite file, a real server, trials made by hand."""

from __future__ import annotations

import os
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from sweep.records import Arm, Status, Trial, TrialResult
from sweep.tracking import DatasetRecord, SweepRecord
from sweep.tracking.console import SETTINGS, silence_mlflow
from sweep.tracking.internals import schema_revisions
from sweep.tracking.sqlite_template import REVISION

BENCH = Path(__file__).parents[3] / "bench"
STARTED = 1_700_000_000.0


@pytest.fixture(autouse=True)
def _quiet_mlflow() -> None:
    silence_mlflow()


@pytest.fixture(scope="session")
def known_tables() -> None:
    """Skip with an MLflow of other tables than those that are written directly: its client writes them."""
    heads, _ = schema_revisions()
    if heads != {REVISION}:
        pytest.skip(f"MLflow {version('mlflow')} has other tables, which its client writes")


@pytest.fixture
def store_uri(template_database: Path, tmp_path: Path) -> str:
    shutil.copyfile(template_database, tmp_path / "mlflow.db")
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


@dataclass
class Server:
    """A real ``mlflow server`` on loopback, over a SQLite file of its own unless told otherwise."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)
    database: str | None = None

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        arguments = [
            *("--backend-store-uri", self.database or f"sqlite:///{self.folder / 'mlflow.db'}"),
            *("--artifacts-destination", (self.folder / "mlartifacts").as_uri()),
            *("--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"),
        ]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mlflow", "server", *arguments],
                stdout=log,
                stderr=log,
                env={**os.environ, **SETTINGS, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
                start_new_session=True,
            )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.uri}/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError((self.folder / "server.log").read_text())

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def free_port() -> int:
    return _free_port()


MakeServer = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(scope="module")
def make_server(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeServer:
    """Start a server; it ends with its context."""

    @contextmanager
    def start(database: str | None = None) -> Iterator[Server]:
        folder = tmp_path_factory.mktemp("server")
        shutil.copyfile(template_database, folder / "mlflow.db")
        running = Server(folder, _free_port(), database=database)
        try:
            running.start()
            yield running
        finally:
            running.kill()

    return start


@pytest.fixture(scope="module")
def server(make_server: MakeServer) -> Iterator[Server]:
    with make_server() as running:
        yield running


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of an empty MLflow database in a PostgreSQL of its own."""
    cluster = runpy.run_path(str(BENCH / "postgresql.py"))
    if cluster["binaries"]() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    pytest.importorskip("psycopg", reason="psycopg is not installed (the extra `postgresql`)")
    silence_mlflow()
    from mlflow import MlflowClient

    with cluster["temporary_cluster"]() as uri:
        MlflowClient(uri)._tracking_client.store.engine.dispose()
        yield uri


MakeResult = Callable[..., TrialResult]


@pytest.fixture
def make_result() -> MakeResult:
    """Make a result of a trial: accuracy rises to its best in the last epoch but one."""

    def make(
        optimizer: str = "adam",
        learning_rate: float = 0.001,
        seed: int = 0,
        status: Status = "COMPLETED",
        epochs: int = 4,
        **changed: object,
    ) -> TrialResult:
        setting: dict[str, str | float | int] = {"optimizer": optimizer, "learning_rate": learning_rate}
        setting |= {"beta1": 0.9} if optimizer in ("momentum", "adam") else {}
        setting |= {"batch_size": 32, "decay": "constant", "epochs": epochs}
        label = f"{optimizer} lr={learning_rate:g}"
        number = np.arange(1.0, epochs + 1)
        accuracy = 0.5 + 0.1 * number
        accuracy[-1] -= 0.15
        curves = {
            "epoch": number,
            "train_loss": 1 / number,
            "val_loss": 2 / number,
            "val_accuracy": accuracy,
            "steps": 10 * number,
            "examples": 320 * number,
            "seconds": 0.25 * number,
        }
        return TrialResult(
            trial=Trial(f"{label} {seed}".encode().hex()[:40], Arm(label.encode().hex(), label, setting), seed),
            status=status,
            epochs={**curves, **changed.pop("curves", {})},  # type: ignore[dict-item]
            fingerprints={"data": "d1", "split": "s1", "init": "i1", "batches": "b1"},
            started_seconds=STARTED,
            ended_seconds=STARTED + 2,
            **changed,  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def record() -> SweepRecord:
    return SweepRecord(
        name="quickstart",
        question="Which optimizer is best on digits?",
        experiment="optimizer-sweeps",
        plan_hash="ab" * 32,
        config_yaml="name: quickstart\n",
        metric="val_accuracy",
        mode="max",
        parameters={"trials": 4, "arms": 2, "seeds": 2},
        dataset=DatasetRecord("digits", "f1" * 32, 1797, 64, "sklearn.datasets.load_digits", "multiclass"),
    )
