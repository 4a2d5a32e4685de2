"""Runs a user's own code, and says in one sentence what it raises and where."""

from __future__ import annotations

import inspect
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from trainers.errors import DataError, UserCodeError

Result = TypeVar("Result")

OURS = tuple(f"{folder}/" for folder in (Path(__file__).parent, Path(__file__).parents[1] / "sweep"))
PYTHON = tuple(f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib"))
INSTALLED = ("/site-packages/", "/dist-packages/")
"""In the path of a file that is not the user's own."""


class RaisedError(UserCodeError):
    """A user's code raised an error.

    Args:
        reason: such as ``ValueError at nets.py:14 (no such width)``.
        is_own: whether a line of the user's own is among those that ran.
    """

    def __init__(self, reason: str, is_own: bool) -> None:
        super().__init__(reason)
        self.is_own = is_own


def run_user_code(call: Callable[[], Result], made_by: object = None) -> Result:
    """Return what ``call`` returns.

    Args:
        call: runs the code.
        made_by: the user's function or class that is named where no line of the user's own was running.

    Raises:
        RaisedError: when it raises anything but the interruption by the user, or asks Python to exit.

    >>> run_user_code(lambda: int("3"))
    3
    >>> run_user_code(lambda: int("three"))
    Traceback (most recent call last):
    trainers.user_code.RaisedError: ValueError (invalid literal for int() with base 10: 'three')
    """
    try:
        return call()
    except (DataError, UserCodeError):
        # It says already what is wrong, and what to do.
        raise
    except SystemExit as error:
        raise _raised(error, made_by) from error
    except Exception as error:
        raise _raised(error, made_by) from error


def _raised(error: BaseException, made_by: object) -> RaisedError:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_own(frame.filename)]
    where = f" at {_near(frames[-1].filename)}:{frames[-1].lineno}" if frames else _defined(made_by)
    text = " ".join(str(error).split()).rstrip(".")
    return RaisedError(f"{type(error).__name__}{where}" + (f" ({text})" if text else ""), bool(frames))


def _is_own(filename: str) -> bool:
    """Whether a file is the user's, and neither Python's, nor of an installed package, nor this project's."""
    return not filename.startswith((*OURS, *PYTHON, "<")) and not any(part in filename for part in INSTALLED)


def _defined(made_by: object) -> str:
    try:
        file = inspect.getsourcefile(made_by)  # type: ignore[arg-type]
        line = inspect.getsourcelines(made_by)[1]  # type: ignore[arg-type]
    except (TypeError, OSError):
        return ""
    return f" in what {_near(file)}:{line} makes" if file and _is_own(file) else ""


def _near(filename: str) -> str:
    """The path from the working folder, where the file lies in it."""
    path, here = Path(filename), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else filename
