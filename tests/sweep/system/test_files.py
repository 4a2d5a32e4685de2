"""A file is written whole or not at all, and what the operating system refuses is one sentence."""

from __future__ import annotations

import errno
from contextlib import suppress

import pytest

from sweep.errors import ResultsError
from sweep.system.files import TEMPORARY, replacing, reported, write_text


def test_a_file_that_is_not_finished_leaves_the_one_before(tmp_path):
    path = tmp_path / "a.json"
    write_text(path, "before")
    with suppress(KeyboardInterrupt), replacing(path) as temporary:
        temporary.write_text("half of it")
        raise KeyboardInterrupt
    assert path.read_text() == "before"
    # The rest is named so that the next start finds it.
    assert [one.name for one in tmp_path.iterdir() if one != path] == [f"a.json{TEMPORARY}"]
    write_text(path, "after")
    assert path.read_text() == "after"
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_text_is_utf_8_on_every_system(tmp_path):
    write_text(tmp_path / "a", "\u00fc\u2713")
    assert (tmp_path / "a").read_bytes() == b"\xc3\xbc\xe2\x9c\x93"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "x"), "No space left on device"),
        (OSError(errno.EACCES, "two sentences. Of another library."), "Permission denied"),
        (OSError("without a number"), "without a number"),
    ],
)
def test_what_the_system_refuses_is_said_in_its_own_words(tmp_path, error, reason):
    with pytest.raises(ResultsError) as refused, reported(tmp_path):
        raise error
    assert str(refused.value) == (
        f"the results folder must be writable. Received: {reason} at `{tmp_path}`. "
        "Free it, or choose another folder by `results`."
    )


def test_an_error_of_another_kind_passes(tmp_path):
    with pytest.raises(KeyError), reported(tmp_path):
        raise KeyError("x")
