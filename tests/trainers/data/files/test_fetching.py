"""URLs: of a server on this machine, of fsspec's memory, and one that does not answer; secrets stay out of messages."""

import functools
import http.server
import socket
import threading
import zipfile

import fsspec
import pytest

from trainers.data import DataSource, load
from trainers.data.files import read_table
from trainers.data.files.fetching import fetched

ROWS = "x,y\n" + "".join(f"{row},{'ab'[row % 2]}\n" for row in range(20))


@pytest.fixture
def server(tmp_path):
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *parts):
            pass

    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def memory():
    system = fsspec.filesystem("memory")
    yield system
    system.rm("/data", recursive=True)


def test_a_file_of_a_web_server_is_read(server):
    table = read_table(f"{server}/rows.csv?version=2")
    assert (table.name, len(table.frame)) == ("rows.csv", 20)
    assert load(DataSource(path=f"{server}/rows.csv", target="y")).classes == ("a", "b")


def test_a_file_that_the_server_does_not_have_is_refused_without_the_password(server, refusal):
    address = server.replace("http://", "http://ada:s3cret@")
    with refusal("***@", "must be reachable. Received: no such file"):
        read_table(f"{address}/absent.csv?sig=abc")
    for secret in ("s3cret", "abc"):
        with pytest.raises(ValueError, match="must be reachable") as refused:
            read_table(f"{address}/absent.csv?sig=abc")
        assert secret not in str(refused.value)


def test_a_server_that_does_not_answer_is_refused(refusal):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with refusal(f"http://127.0.0.1:{port}/a.csv` must be reachable", "Check the address"):
        read_table(f"http://127.0.0.1:{port}/a.csv")


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("nonsense://host/a.csv", ("must be reachable", "Protocol not known")),
        ("memory://data/absent.csv", ("must be reachable", "no such file")),
        ("https://", ("must end in one of",)),
    ],
)
def test_what_fsspec_cannot_open_is_refused(refusal, url, parts):
    with refusal(*parts):
        read_table(url)


def test_any_file_system_of_fsspec_holds_files_and_folders(memory, written):
    memory.pipe("/data/rows.csv", ROWS.encode())
    assert len(read_table("memory://data/rows.csv").frame) == 20
    for path in (written / "duckdb_parts").rglob("*.parquet"):
        memory.pipe(f"/data/parts/{path.relative_to(written / 'duckdb_parts')}", path.read_bytes())
    table = read_table("memory://data/parts")
    assert (table.name, table.names[-2:], len(table.frame)) == ("parts", ["year", "code"], 4)


def test_a_file_in_an_archive_is_named_by_a_chain(tmp_path):
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("inner/rows.csv", ROWS)
        archive.writestr("other.csv", "z")
    assert len(read_table(f"zip://inner/rows.csv::file://{tmp_path}/two.zip").frame) == 20


def test_the_copy_is_gone_afterwards(memory):
    memory.pipe("/data/rows.csv", ROWS.encode())
    with fetched("memory://data/rows.csv") as path:
        assert path.name == "rows.csv"
    assert not path.parent.exists()
