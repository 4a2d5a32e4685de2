"""Where private parts of MLflow are not as they were, the public way is taken, and the user is told."""

from __future__ import annotations

import sqlite3
import sys
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from sweep import load_config, run
from sweep.tracking import check_store, internals
from sweep.tracking.factory import choose_store
from sweep.tracking.writers import sqlite as sqlite_writer


@pytest.fixture(autouse=True)
def nothing_told():
    internals.fallbacks()
    yield
    internals.fallbacks()


@pytest.fixture
def server():
    """A server that answers every question with a number, and keeps what it was asked."""
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers.get("Authorization")))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"42")

        def log_message(self, *arguments):
            pass

    listening = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_port}", asked
    listening.shutdown()
    listening.server_close()


@pytest.mark.parametrize("is_private", [True, False])
@pytest.mark.parametrize(
    ("variables", "sent"),
    [
        ({}, None),
        ({"MLFLOW_TRACKING_TOKEN": "abc"}, "Bearer abc"),
        ({"MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": "x"}, "Basic YWRhOng="),
    ],
)
def test_a_server_is_asked_with_the_same_credentials_either_way(server, monkeypatch, variables, sent, is_private):
    uri, asked = server
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    if not is_private:
        monkeypatch.setitem(sys.modules, "mlflow.utils.rest_utils", None)
    answer = internals.get(uri, "/api/question", {"name": "a b"}, 5.0)
    assert (answer.status_code, answer.text) == (200, "42")
    assert asked == [("/api/question?name=a+b", sent)]


@pytest.mark.parametrize("is_private", [True, False])
def test_a_server_that_does_not_answer_is_an_error_of_the_system_either_way(monkeypatch, is_private):
    if not is_private:
        monkeypatch.setitem(sys.modules, "mlflow.utils.rest_utils", None)
    with pytest.raises(OSError):  # noqa: PT011 - the text is the library's
        internals.get("http://127.0.0.1:9", "/api/question", {}, 1.0)


def test_an_mlflow_whose_migration_scripts_have_moved_refuses_no_database_and_says_so(tmp_path, monkeypatch):
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    internals.make_tables(uri)
    monkeypatch.setattr(internals, "SCRIPTS", Path("nowhere"))
    assert internals.schema_revisions() == (set(), set())
    check_store(uri)
    (said,) = internals.fallbacks()
    assert "migration scripts" in said
    assert internals.fallbacks() == ()


def test_an_mlflow_of_other_tables_is_written_by_its_client_and_the_user_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(
        "data: {name: iris}\ntrainer: {epochs: 2}\noptimizers: {sgd: {learning_rate: 0.1}}\n"
        "seeds: 1\nresources: {executor: inline}\nreport: false\n"
    )
    monkeypatch.setattr(sqlite_writer, "REVISION", "ffffeeee1234")
    result = run(load_config("small.yaml"))
    assert result.tracked is not None
    assert result.tracked.complete
    (said,) = [note for note in result.notes if "MLflow" in note]
    assert "in its tables; trials are written by its client" in said
    with closing(sqlite3.connect("mlflow.db")) as database:
        assert database.execute("SELECT count(*) FROM tags WHERE key = 'kind' AND value = 'trial'").fetchone() == (1,)


def test_the_tables_are_made_by_the_client_where_the_store_is_made_otherwise(tmp_path, monkeypatch):
    from mlflow.store.tracking import sqlalchemy_store

    made = []

    class Changed(sqlalchemy_store.SqlAlchemyStore):
        def __init__(self, *arguments, **options):
            made.append(arguments)
            if len(made) == 1:
                raise TypeError("unexpected argument")
            super().__init__(*arguments, **options)

    monkeypatch.setattr(sqlalchemy_store, "SqlAlchemyStore", Changed)
    internals.make_tables(f"sqlite:///{tmp_path / 'mlflow.db'}")
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"experiments", "runs", "metrics", "params", "tags"} <= tables
    assert made


def test_errors_pass_where_mlflow_cannot_be_kept_from_logging_them(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow.utils.logging_utils", None)
    with pytest.raises(ValueError, match="as it was"), internals.silent_errors():
        raise ValueError("as it was")


@pytest.mark.usefixtures("known_tables")
def test_a_database_of_the_tables_that_are_known_is_written_directly(tmp_path):
    assert type(choose_store(f"sqlite:///{tmp_path / 'mlflow.db'}", "sweep")).__name__ == "SqliteStore"
    assert internals.fallbacks() == ()
