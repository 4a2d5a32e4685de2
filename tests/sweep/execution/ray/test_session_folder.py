"""Ray gets a folder in which it can start, or a sentence says at once why it cannot."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.errors import ResourceError
from sweep.execution.ray import session_folder
from sweep.execution.ray.session import _start_here
from sweep.execution.ray.session_folder import LONGEST_SOCKET, SOCKET, ray_folder, start_error, temporary_home

WAYS_OUT = ("RAY_TMPDIR", "HOME", "resources.executor: inline")


@given(length=st.integers(1, 200))
def test_a_socket_s_path_is_never_too_long(length):
    with tempfile.TemporaryDirectory(dir="/tmp") as root:
        folder = Path(root) / ("ä" * length)[:80] / ("x" * length)
        folder.mkdir(parents=True)
        with ray_folder({"RAY_TMPDIR": str(folder)}) as given_folder:
            assert len(os.fsencode(given_folder + SOCKET)) <= LONGEST_SOCKET
            own = given_folder != str(folder / "ray")
            assert os.path.isdir(given_folder) == own
        assert not os.path.exists(given_folder)


def test_the_usual_folder_is_taken_where_it_fits():
    with tempfile.TemporaryDirectory(dir="/tmp") as root, ray_folder({"TMPDIR": root}) as folder:
        assert folder == f"{root}/ray"


def refused(environ):
    with pytest.raises(ResourceError) as raised, ray_folder(environ):
        pass
    (line,) = str(raised.value).splitlines()
    assert all(way in line for way in WAYS_OUT)
    return line


def test_a_full_folder_is_refused_at_once(monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as root:
        monkeypatch.setattr(session_folder, "free_bytes", lambda folder: 2**20 if str(folder) == root else None)
        assert f"`{root}` with 1.0 MB" in refused({"RAY_TMPDIR": root})


def test_a_folder_that_is_not_there_is_refused():
    assert "`/none`, which does not exist" in refused({"RAY_TMPDIR": "/none"})


def test_an_account_without_a_home_gets_one_meanwhile(monkeypatch):
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(session_folder, "home_folder", lambda: None)
    with temporary_home():
        home = Path(os.environ["HOME"])
        assert home.is_dir()
    assert "HOME" not in os.environ
    assert not home.exists()


def test_what_ray_raises_becomes_a_line_with_the_ways_out():
    said = str(start_error(RuntimeError("Timed out\nwaiting for file. More."), "/tmp/ray"))
    assert "RuntimeError: Timed out waiting for file, with" in said
    assert "\n" not in said
    assert all(way in said for way in WAYS_OUT)


@pytest.mark.parametrize("kind", [Exception, RuntimeError, OSError, ValueError])
def test_whatever_kind_of_error_ray_starts_with_is_one_sentence(monkeypatch, tmp_path, kind):
    import ray

    def init(**options):
        raise kind("The current node timed out during startup. This could happen because of a limit.")

    monkeypatch.setattr(ray, "init", init)
    with pytest.raises(ResourceError, match=r"^Ray must be able to start on this machine\. Received: \w+: The current"):
        _start_here(str(tmp_path))


def test_an_error_of_another_kind_at_the_start_of_ray_is_not_put_into_words(monkeypatch, tmp_path):
    import ray

    class UnknownError(Exception):
        pass

    def init(**options):
        raise UnknownError

    monkeypatch.setattr(ray, "init", init)
    with pytest.raises(UnknownError):
        _start_here(str(tmp_path))
