"""Results at a URL: of a real S3 server, and of a store that only fsspec knows."""

from __future__ import annotations

import pytest

from sweep.errors import ResultsError
from sweep.results.remote_sync import open_mirror, require_store


@pytest.fixture(scope="module")
def bucket():
    boto3 = pytest.importorskip("boto3")
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    given = {"aws_access_key_id": "ada", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", **given)
    client.create_bucket(Bucket="sweeps")
    yield lambda name: f"s3://ada:secret@{name}/results?endpoint_override={host}:{port}&scheme=http&region=us-east-1"
    server.stop()


@pytest.fixture(params=["s3", "memory"])
def url(request, bucket):
    return bucket("sweeps") if request.param == "s3" else "memory://sweeps/results"


def write(folder, **files):
    (folder / "events").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / "events" / f"{name}.log").write_text(text)


def read(folder):
    return {path.stem: path.read_text() for path in sorted(folder.rglob("*.log"))}


def test_another_machine_finds_what_was_sent_and_what_was_deleted_is_gone(url, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    write(here, first="a", second="b")
    mirror = open_mirror(url, "merged")
    assert mirror.send(here) is None
    (here / "events" / "first.log").unlink()
    write(here, second="bc")
    assert mirror.send(here) is None
    open_mirror(url, "merged").restore(there)
    assert read(there) == {"second": "bc"}


def test_what_another_machine_has_sent_does_not_replace_what_is_here(url, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    write(here, common="sent", theirs="b")
    assert open_mirror(url, "both").send(here) is None
    write(there, common="sent, longer")
    open_mirror(url, "both").restore(there)
    assert read(there) == {"common": "sent, longer", "theirs": "b"}


def test_what_cannot_be_sent_is_said_and_stays_here(bucket, tmp_path):
    write(tmp_path, first="a")
    assert open_mirror(bucket("nowhere"), "x").send(tmp_path).startswith("The results are not all at s3://***@nowhere/")


@pytest.mark.parametrize("url", ["nope://bucket/results", "s3://sweeps/x?endpoint_override=127.0.0.1:1&scheme=http"])
def test_a_store_that_does_not_answer_is_refused(url):
    with pytest.raises(ResultsError, match="`results` must be a folder or a URL that can be written"):
        require_store(url)


def test_a_bucket_that_does_not_exist_is_refused_without_the_secret(bucket):
    with pytest.raises(ResultsError, match=r"Received: s3://\*\*\*@nowhere") as refused:
        require_store(bucket("nowhere"))
    assert "secret@" not in str(refused.value)
