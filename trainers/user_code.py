"""Runs a user's own code and reports its errors, with their location, in one sentence."""

from __future__ import annotations

import inspect
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from trainers.errors import DataError, UserCodeError

Result = TypeVar("Result")

OURS = tuple(f"{folder}/" for folder in (Path(__file__).parent, Path(__file__).parents[1] / "sweep"))
PYTHON = tuple(f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib"))
INSTALLED = ("/site-packages/", "/dist-packages/")
"""In the path of every file of an installed package."""


LONGEST_TEXT = 1000
"""Characters of an exception's text in a message."""


class RaisedError(UserCodeError):
    """A user's code raised an error.

    Args:
        reason: such as ``ValueError at nets.py:14 (no such width)``.
        is_own: whether the traceback contains a line of the user's own code.
    """

    def __init__(self, reason: str, is_own: bool) -> None:
        super().__init__(reason)
        self.is_own = is_own


def run_user_code(call: Callable[[], Result], made_by: object = None) -> Result:
    """Return the result of ``call``.

    Args:
        call: runs the code.
        made_by: the user's function or class, named in the message if the traceback has no line of the user's code.

    Raises:
        RaisedError: for any exception including `SystemExit`, but not `KeyboardInterrupt`.

    >>> run_user_code(lambda: int("3"))
    3
    >>> run_user_code(lambda: int("three"))
    Traceback (most recent call last):
    trainers.user_code.RaisedError: ValueError (invalid literal for int() with base 10: 'three')
    """
    result, error = attempt(call)
    if error is None:
        # None may be the result itself.
        return cast(Result, result)
    # The message of these already states what is wrong and what to do.
    if isinstance(error, DataError | UserCodeError) or not isinstance(error, Exception | SystemExit):
        raise error
    raise _wrap_error(error, made_by) from error


def attempt(call: Callable[[], Result]) -> tuple[Result | None, BaseException | None]:
    """Return the result of ``call`` and None, or None and what it has raised, of any kind.

    >>> attempt(lambda: 3), attempt(lambda: int("three"))
    ((3, None), (None, ValueError("invalid literal for int() with base 10: 'three'")))
    """
    try:
        return call(), None
    except BaseException as error:
        return None, error


def describe(error: BaseException) -> str:
    """Describe an exception of the user's code, with the last line of it in the traceback.

    >>> describe(KeyError("width"))
    "KeyError ('width')"
    """
    return str(_wrap_error(error, None))


def _wrap_error(error: BaseException, made_by: object) -> RaisedError:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_own(frame.filename)]
    where = f" at {_relative_path(frames[-1].filename)}:{frames[-1].lineno}" if frames else _definition_of(made_by)
    text = " ".join(str(error).split()).rstrip(".")
    text = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}..."
    return RaisedError(f"{type(error).__name__}{where}" + (f" ({text})" if text else ""), bool(frames))


def _is_own(filename: str) -> bool:
    """Whether a file is the user's: not Python's, of an installed package, or this project's."""
    return not filename.startswith((*OURS, *PYTHON, "<")) and not any(part in filename for part in INSTALLED)


def _definition_of(made_by: object) -> str:
    try:
        file = inspect.getsourcefile(made_by)  # type: ignore[arg-type]
        line = inspect.getsourcelines(made_by)[1]  # type: ignore[arg-type]
    except (TypeError, OSError):
        return ""
    return f" in what {_relative_path(file)}:{line} makes" if file and _is_own(file) else ""


def _relative_path(filename: str) -> str:
    """The path relative to the working folder, if it is inside it."""
    path, here = Path(filename), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else filename
