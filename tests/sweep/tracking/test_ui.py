"""Opening the dashboard."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from sweep.errors import TrackingError
from sweep.tracking import SweepWriter, open_dashboard


def test_a_server_is_only_named(capsys):
    open_dashboard("http://mlflow.example.org:5000")
    assert capsys.readouterr().out == "The dashboard is at http://mlflow.example.org:5000\n"


def test_a_port_in_use_is_refused_with_the_way_out(store_uri):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(TrackingError, match=r"must be free .*`\S*sweep ui --port"):
            open_dashboard(store_uri, port=taken.getsockname()[1])


def test_a_store_without_runs_is_refused(tmp_path):
    with pytest.raises(TrackingError, match="Run a sweep first"):
        open_dashboard(f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_it_shows_the_newest_sweep_and_ends_with_ctrl_c(store_uri, tmp_path, free_port, record, make_result):
    with SweepWriter(store_uri, record, tmp_path) as writer:
        writer.log_trial(make_result())
    code = f"from sweep.tracking import open_dashboard; open_dashboard({store_uri!r}, port={free_port})"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        start_new_session=True,
    )
    try:
        line = process.stdout.readline()
        page = f"http://127.0.0.1:{free_port}/#/experiments/{writer.experiment_id}/runs"
        assert line.startswith(f"The dashboard is at {page}?")
        assert "viewStateShareKey=quickstart-settings" in line
        with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/", timeout=120) as answer:
            assert b"<title>MLflow</title>" in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=120) == ("", "")
        assert process.returncode == 0
    finally:
        # Killed at once, it could not end the server that it started.
        process.terminate()
        process.communicate(timeout=120)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", free_port)) != 0
