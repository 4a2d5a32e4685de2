"""Starts MLflow's dashboard on the store of the sweeps."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import IO, Any

from sweep.errors import TrackingError
from sweep.errors.masking import without_secrets
from sweep.system.invocation import command
from sweep.system.locations import file_address, sqlite_path
from sweep.system.process_group import end_group, group_options
from sweep.tracking.addresses import artifact_folder, is_server, mlflow_address
from sweep.tracking.console import SETTINGS
from sweep.tracking.sources import KEY, Source
from sweep.tracking.store_check import check_store
from sweep.tracking.views import TAG_PREFIX, experiment_page

START_SECONDS = 60
STOP_SECONDS = 5


def open_dashboard(
    uri: str, host: str = "127.0.0.1", port: int = 5000, experiment: str | None = None, source: Source = KEY
) -> None:
    """Serve the dashboard until Ctrl-C and print the newest sweep's address; for a server, only print it.

    Args:
        uri: address of the store, from ``resolve_uri``.
        host: interface to listen on.
        port: port to listen on.
        experiment: name of the experiment to show; None shows that of the newest sweep.
        source: origin of the address.

    Raises:
        TrackingError: the store can't be read, or the port is taken.
    """
    if is_server(uri):
        print(f"The dashboard is at {without_secrets(uri)}", flush=True)
        return
    path = sqlite_path(uri)
    if path is not None and not path.exists():
        raise TrackingError(
            f"{source.named} must be a store that exists. Received: {uri!r}. "
            f"Run a sweep first with `{command('run')} FILE`, or give its store as `--uri`."
        )
    check_store(uri, source=source)
    _check_port(host, port)
    base = f"http://{host}:{port}"
    with tempfile.TemporaryFile() as log, _server(uri, host, port, log) as server:
        _wait_until_it_answers(base, server, log)
        print(f"The dashboard is at {_newest_page(base, experiment)}  (Ctrl-C ends it)", flush=True)
        server.wait()


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        # Like the server, treat a port in TIME_WAIT as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise TrackingError(
                f"`--port` must be free on {host} ({error.strerror}). Received: {port}. "
                f"Choose another one, such as `{command('ui')} --port {port + 1}`."
            ) from error


@contextmanager
def _server(uri: str, host: str, port: int, log: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``mlflow server`` in its own process group, and end the whole group."""
    arguments = ["--host", host, "--port", str(port), "--workers", "1"]
    folder = artifact_folder(uri)
    if folder is not None:
        arguments += ["--artifacts-destination", file_address(folder)]
    process = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", *arguments],
        stdout=log,
        stderr=subprocess.STDOUT,
        # The job queue would start more processes for features that sweeps do not use. The address may hold a password,
        # and every user of the machine can read the arguments of a process.
        env={
            **SETTINGS,
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            **os.environ,
            "MLFLOW_BACKEND_STORE_URI": mlflow_address(uri),
        },
        **group_options(),
    )
    # SIGINT too, because a process started in the background by a script ignores it by default.
    previous = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield process
    except KeyboardInterrupt:
        pass
    finally:
        end_group(process, STOP_SECONDS)
        for number, handler in previous.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _wait_until_it_answers(base: str, server: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    log.seek(0)
    last = log.read().decode(errors="replace").strip().splitlines()[-1:] or ["no output"]
    raise TrackingError(f"The dashboard did not start ({last[0]}). Start it by hand with `mlflow server`.")


def _newest_page(base: str, experiment: str | None) -> str:
    """Return the address of the newest sweep's view, or of the named experiment, or of the start page."""
    request = urllib.request.Request(
        f"{base}/api/2.0/mlflow/experiments/search",
        data=json.dumps({"max_results": 1000}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            experiments = json.load(answer).get("experiments", [])
    except (OSError, urllib.error.HTTPError):
        return base
    pages = [
        (moment, experiment_page(base, entry["experiment_id"], view))
        for entry in experiments
        if experiment in (None, entry["name"])
        for moment, view in _views(entry)
    ]
    return max(pages, default=(0, base))[1]


def _views(entry: dict[str, Any]) -> Iterator[tuple[int, str | None]]:
    yield 0, None
    for tag in entry.get("tags", []):
        if tag["key"].startswith(TAG_PREFIX) and tag["key"].endswith("-settings"):
            yield json.loads(tag["value"])["createdAt"], tag["key"].removeprefix(TAG_PREFIX)
