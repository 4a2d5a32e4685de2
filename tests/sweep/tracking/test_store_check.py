"""A store that cannot be written is refused before any training, with the way out."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sweep.errors import TrackingError
from sweep.tracking import check_store


def test_a_new_file_and_a_good_file_are_accepted_and_nothing_is_created(tmp_path, store_uri):
    check_store(f"sqlite:///{tmp_path / 'new' / 'mlflow.db'}")
    assert not (tmp_path / "new").exists()
    check_store(store_uri, "optimizer-sweeps")


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("./mlruns", "file store"),
        ("file:///tmp/mlruns", "file store"),
        ("mongodb://localhost/x", "must start with"),
        ("sqlite:///:memory:", "must name a file"),
    ],
)
def test_an_address_that_is_no_store_is_refused(uri, words):
    with pytest.raises(TrackingError, match=words):
        check_store(uri)


def test_a_server_that_is_down_is_refused_within_seconds(free_port):
    started = time.monotonic()
    with pytest.raises(TrackingError, match="a server that answers"):
        check_store(f"http://127.0.0.1:{free_port}")
    assert time.monotonic() - started < 5


@contextmanager
def answering(code: int, kind: str, body: bytes):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://user:secret@127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("code", [401, 403])
def test_refused_credentials_name_the_variables_and_hide_the_password(code):
    with answering(code, "text/plain", b"no") as uri, pytest.raises(TrackingError) as error:
        check_store(uri)
    assert "MLFLOW_TRACKING_USERNAME" in str(error.value)
    assert "secret" not in str(error.value)


def test_a_server_that_is_not_mlflow_is_refused():
    with answering(200, "text/html", b"<html>") as uri, pytest.raises(TrackingError, match="must be an MLflow server"):
        check_store(uri)


def test_a_deleted_experiment_is_refused(store_uri, tmp_path):
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        database.execute("UPDATE experiments SET lifecycle_stage = 'deleted' WHERE name = 'Default'")
        database.commit()
    with pytest.raises(TrackingError, match="mlflow experiments restore"):
        check_store(store_uri, "Default")
    check_store(store_uri, "another")


def test_the_schema_of_another_mlflow_is_refused(store_uri, tmp_path):
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '451aebb31d03'")
        database.commit()
    with pytest.raises(TrackingError, match="mlflow db upgrade"):
        check_store(store_uri)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "mlflow.db").write_text("hello, this is a text and not a database" * 10)
    with pytest.raises(TrackingError, match="SQLite file"):
        check_store(f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TrackingError, match="folder that can be written"):
        check_store(f"sqlite:///{tmp_path / 'file' / 'mlflow.db'}")


def test_a_locked_file_is_refused(store_uri, tmp_path, monkeypatch):
    monkeypatch.setattr("sweep.tracking.store_check.SERVER_SECONDS", 0.1)
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        database.execute("BEGIN IMMEDIATE")
        with pytest.raises(TrackingError, match="locked"):
            check_store(store_uri)
        database.rollback()
