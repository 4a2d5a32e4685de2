"""What a user asks comes to the sweep once, whole and in its order."""

from __future__ import annotations

import json

import pytest

from sweep.errors import ResultsError
from sweep.results.requests import REQUESTS, Request, take_requests, write_request

ALL = frozenset(("cancel", "pause", "resume", "extend"))


def left(folder):
    return [path.name for path in (folder / REQUESTS).iterdir()]


def test_a_folder_without_requests_gives_none(tmp_path):
    assert take_requests(tmp_path, ALL) == []
    assert take_requests(tmp_path / "missing", ALL) == []
    assert not (tmp_path / REQUESTS).exists()


def test_requests_come_in_their_order_with_what_they_say_and_once(tmp_path):
    asked = [Request("cancel", {"trials": ["a", "ä"], "levels": []}), Request("pause"), Request("resume")]
    for request in asked:
        write_request(tmp_path, request)
    assert take_requests(tmp_path, ALL) == asked
    assert (take_requests(tmp_path, ALL), left(tmp_path)) == ([], [])


def test_the_order_is_that_of_the_clock_also_when_it_gains_a_digit(tmp_path, monkeypatch):
    for now, kind in ((10**18 - 1, "pause"), (10**18, "resume"), (10**18 + 1, "pause")):
        monkeypatch.setattr("sweep.results.requests.time.time_ns", lambda now=now: now)
        write_request(tmp_path, Request(kind))
    assert [request.kind for request in take_requests(tmp_path, ALL)] == ["pause", "resume", "pause"]


def test_two_requests_of_one_moment_are_both_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("sweep.results.requests.time.time_ns", lambda: 5)
    write_request(tmp_path, Request("extend", {"trials": 1}))
    write_request(tmp_path, Request("extend", {"trials": 2}))
    assert sorted(request.facts["trials"] for request in take_requests(tmp_path, ALL)) == [1, 2]


def test_a_request_of_another_kind_stays_for_whoever_answers_it(tmp_path):
    write_request(tmp_path, Request("extend", {"trials": 5}))
    write_request(tmp_path, Request("pause"))
    assert take_requests(tmp_path, frozenset(("pause",))) == [Request("pause")]
    assert take_requests(tmp_path, frozenset()) == []
    assert take_requests(tmp_path, frozenset(("extend",))) == [Request("extend", {"trials": 5})]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[1]",
        b"[]",
        b'"pause"',
        b"null",
        b"3",
        b"{}",
        b'{"trials": 1}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_request_is_deleted_and_the_others_are_read(tmp_path, content):
    write_request(tmp_path, Request("pause"))
    (tmp_path / REQUESTS / "0.json").write_bytes(content)
    assert take_requests(tmp_path, ALL) == [Request("pause")]
    assert left(tmp_path) == []


def test_a_request_that_is_being_written_is_left_alone(tmp_path):
    write_request(tmp_path, Request("pause"))
    (name,) = left(tmp_path)
    path = tmp_path / REQUESTS / name
    path.rename(path.with_name(f"{name}.tmp"))
    assert (take_requests(tmp_path, ALL), left(tmp_path)) == ([], [f"{name}.tmp"])


def test_a_request_is_a_small_file_of_json(tmp_path):
    write_request(tmp_path, Request("extend", {"trials": 5}))
    (name,) = left(tmp_path)
    assert json.loads((tmp_path / REQUESTS / name).read_text()) == {"kind": "extend", "trials": 5}


def test_where_it_cannot_be_written_the_user_is_told(tmp_path):
    (tmp_path / REQUESTS).write_text("a file, where the folder should be")
    with pytest.raises(ResultsError, match="must be writable"):
        write_request(tmp_path, Request("pause"))
    with pytest.raises(ResultsError, match="must be writable"):
        write_request(tmp_path / "missing", Request("pause"))
