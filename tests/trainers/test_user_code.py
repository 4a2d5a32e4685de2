"""What a user's own code raises is told with its place, and the user's own wish to stop is not."""

from __future__ import annotations

import sys
from functools import partial

import pytest

from trainers.errors import UserCodeError
from trainers.user_code import RaisedError, run_user_code

CODE = """
import json

def fails():
    return 1 / 0

def fails_inside():
    return json.loads("{")

def leaves():
    raise SystemExit(3)

def stops():
    raise KeyboardInterrupt

def is_told_already():
    raise UserCodeError("must be other")
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    (tmp_path / "own_code.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    import own_code

    own_code.UserCodeError = UserCodeError
    yield own_code
    del sys.modules["own_code"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fails", "ZeroDivisionError at own_code.py:5 (division by zero)"),
        # The line of the user's that called what failed, not the line of Python's own library.
        ("fails_inside", "JSONDecodeError at own_code.py:8 (Expecting property name enclosed in double quotes:"),
        ("leaves", "SystemExit at own_code.py:11 (3)"),
    ],
)
def test_the_sentence_names_the_error_and_the_users_own_line(own, name, said):
    with pytest.raises(RaisedError) as raised:
        run_user_code(getattr(own, name))
    assert str(raised.value).startswith(said)
    assert raised.value.is_own


def test_where_no_line_of_the_user_ran_what_made_it_is_named(own):
    with pytest.raises(RaisedError, match=r"ValueError in what own_code\.py:4 makes \(invalid literal"):
        run_user_code(partial(int, "three"), own.fails)


def test_an_interruption_and_a_sentence_that_is_there_pass_through(own):
    with pytest.raises(KeyboardInterrupt):
        run_user_code(own.stops)
    with pytest.raises(UserCodeError, match=r"^must be other$"):
        run_user_code(own.is_told_already)
