"""Milliseconds to write a trial with 100 metrics to MLflow: this project vs create_run, log_batch, set_terminated.

Three stores: a SQLite file, PostgreSQL, and a tracking server backed by PostgreSQL. The server's trials are written
directly to its database (`tracking.store`) and, for comparison, through the server. The script starts a temporary
PostgreSQL; if PostgreSQL or psycopg is not installed, its rows are skipped.

Usage: python bench/mlflow_write.py [--repeat N] [--json]
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from time import perf_counter

import numpy as np
from postgresql import binaries, temporary_cluster
from rows import Row, main

from sweep.records import Arm, Trial, TrialResult
from sweep.tracking.console import SETTINGS, silence_mlflow
from sweep.tracking.factory import choose_store
from sweep.tracking.records import SweepRecord
from sweep.tracking.store import SweepStore
from sweep.tracking.trial_runs import PARENT_TAG, trial_run

silence_mlflow()

from mlflow import MlflowClient  # noqa: E402
from mlflow.entities import Metric, Param  # noqa: E402

EPOCHS = 10
NAMES = ("train_loss", "val_loss", "train_accuracy", "val_accuracy", "learning_rate", "gradient_norm")
NAMES += ("update_ratio", "steps", "examples", "seconds")
BATCH = 480
"""Trials per write; the sweep's writer uses the same batch size when trials are queued."""

NAIVE = 40
NAIVE_ON_SERVER = 15
THROUGH_SERVER = 60
RECORD = SweepRecord("bench", "How fast?", "bench", "", "name: bench\n", "val_loss", "min")
NUMBERS = count()


def results(number: int) -> list[TrialResult]:
    """Distinct trials."""
    made = []
    for _ in range(number):
        i = next(NUMBERS)
        setting = {"optimizer": "adam", "learning_rate": 0.001 * (i + 1), "beta1": 0.9, "batch_size": 64}
        rng = np.random.default_rng(i)
        curves = {"epoch": np.arange(1.0, EPOCHS + 1), **{name: rng.random(EPOCHS) for name in NAMES}}
        prints = dict.fromkeys(("data", "split", "init", "batches"), "0123456789ab")
        trial = Trial(f"{i:012x}", Arm(f"{i:012x}", f"adam {i}", setting), 0)
        made.append(TrialResult(trial, "COMPLETED", curves, prints, 1.7e9 + i, 1.7e9 + i + 2))
    return made


def naive(uri: str, store: SweepStore, number: int) -> float:
    """Milliseconds per trial with the client, using three calls per trial as a user would."""
    client = MlflowClient(uri)
    trials = results(number)
    begin = perf_counter()
    for result in trials:
        run = trial_run(result, "val_loss", "min")
        tags = {**run.tags, PARENT_TAG: store.run_id}
        created = client.create_run(store.experiment_id, run.started_milliseconds, tags, run.name)
        metrics = [Metric(*point) for point in run.points]
        client.log_batch(created.info.run_id, metrics, [Param(*param) for param in run.params.items()])
        client.set_terminated(created.info.run_id, run.status, run.ended_milliseconds)
    return (perf_counter() - begin) / number * 1000


def ours(store: SweepStore, number: int) -> float:
    """Milliseconds per trial with the sweep's own store."""
    trials = results(number)
    begin = perf_counter()
    store.write([trial_run(result, "val_loss", "min") for result in trials])
    return (perf_counter() - begin) / number * 1000


def pairs(
    uri: str, repeat: int, naive_trials: int, trials: int, database: str | None = None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Measure both alternately, after a warm-up."""
    store = choose_store(uri, RECORD.experiment, database)
    store.open(replace(RECORD, plan_hash=f"plan {next(NUMBERS)}"), {}, "")
    naive(uri, store, 3), ours(store, 3)
    mine, theirs = [], []
    for _ in range(repeat):
        theirs.append(naive(uri, store, naive_trials))
        mine.append(ours(store, trials))
    store.close()
    return tuple(mine), tuple(theirs)


@contextmanager
def server(database: str, folder: Path, *options: str) -> Iterator[str]:
    """A tracking server backed by the database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", database, "--port", str(port)]
    command += ["--host", "127.0.0.1", "--artifacts-destination", folder.as_uri(), *options]
    environment = {**os.environ, **SETTINGS, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{address} does not answer")


def measure(repeat: int) -> list[Row]:
    """Measure one row per store."""

    def row(where: str, measured: tuple[tuple[float, ...], tuple[float, ...]], bound: float = 10) -> Row:
        return Row(f"a trial with 100 metrics into {where}", *_between(measured), "ms", bound, "at least")

    rows = []
    with tempfile.TemporaryDirectory(prefix="mlflow-write-") as name:
        folder = Path(name)
        rows.append(row("sqlite", pairs(f"sqlite:///{folder / 'mlflow.db'}", repeat, NAIVE, BATCH)))
        if binaries() is None or find_spec("psycopg") is None:
            print("left out: the rows of PostgreSQL, which is not installed (or psycopg is not)", file=sys.stderr)
            return rows
        with temporary_cluster() as database:
            rows.append(row("postgresql", pairs(database, repeat, NAIVE, BATCH)))
        for workers in ("1", "4"):
            with temporary_cluster() as database, server(database, folder, "--workers", workers) as uri:
                where = f"a server of {workers} worker{'s' if workers != '1' else ''} over postgresql"
                rows.append(row(f"{where}, past it", pairs(uri, repeat, NAIVE_ON_SERVER, BATCH, database)))
                # The server's own CPU time is the limit here; the bound only demands that it is not slower.
                rows.append(row(f"{where}, through it", pairs(uri, repeat, NAIVE_ON_SERVER, THROUGH_SERVER), 1))
    return rows


def _between(measured: tuple[tuple[float, ...], tuple[float, ...]]) -> tuple[tuple[float, ...], str, tuple[float, ...]]:
    return measured[0], "MlflowClient", measured[1]


if __name__ == "__main__":
    main(measure, __doc__)
