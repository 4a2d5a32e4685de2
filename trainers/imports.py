"""Imports a user's own code by its name, such as ``my_package.models:make_net``."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from trainers.errors import UserCodeError, did_you_mean
from trainers.loaded_code import code_files, load_module, loaded_digest

FORM = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def make_importable(folder: str) -> None:
    """Add ``folder`` to the end of the import path."""
    if folder not in sys.path:
        sys.path.append(folder)


def hidden_file(name: str) -> Path | None:
    """The module file of that name in the working folder, if a different module is imported instead.

    Args:
        name: top-level module name, without dots.

    >>> hidden_file("random") is None
    True
    """
    own = PathFinder.find_spec(name, [os.getcwd()])
    if own is None or own.origin is None:
        return None
    try:
        first = importlib.util.find_spec(name)
    except ValueError:
        # A module such as ``__main__``, which has no origin.
        return None
    if first is None or first.origin == own.origin:
        return None
    if first.origin and Path(first.origin).exists() and Path(first.origin).samefile(own.origin):
        return None
    return Path(own.origin)


def import_attribute(path: str) -> Any:
    """Import the attribute that ``path`` names.

    Args:
        path: ``module:attribute``, the module as a dotted name.

    Raises:
        UserCodeError: for an invalid form, a missing module or attribute, or a module that fails to import.

    >>> import_attribute("math:tau")
    6.283185307179586
    """
    if not FORM.fullmatch(path):
        raise UserCodeError(
            f"must name a module and what is in it. Received: {path}. Write such as `my_package.file:name`."
        )
    name, _, attribute = path.partition(":")
    if (hidden := hidden_file(name.partition(".")[0])) is not None:
        raise UserCodeError(
            f"names a module of which there are two: `{hidden}`, and one of Python or of an installed package, which "
            f"comes first. Received: {path}. Rename the file, and give its new name."
        )
    try:
        module = load_module(name)
    except ImportError as error:
        raise UserCodeError(
            f"names a module that cannot be imported ({error}). Received: {path}. "
            "Check the name; modules are looked for in the working folder and among the installed packages."
        ) from error
    except SyntaxError as error:
        raise UserCodeError(
            f"names a module that is not Python ({error}). Received: {path}. Mend the module."
        ) from error
    if not hasattr(module, attribute):
        public = [known for known in vars(module) if not known.startswith("_")]
        raise UserCodeError(
            f"names something that `{name}` does not have. Received: {path}."
            f"{did_you_mean(attribute, public) or ' Check the name.'}"
        )
    return getattr(module, attribute)


def source_digest(path: str) -> str:
    """Hash the code that ``path`` names, as it was loaded, so that changed code has a different identity.

    Args:
        path: as for `import_attribute`.

    Returns:
        16 hex digits over the module and everything that it imports from the user's folders; empty if none of these
        files is the user's.
    """
    import_attribute(path)
    return loaded_digest(path.partition(":")[0])


def source_files(path: str) -> dict[str, Path]:
    """The files of user code that ``path`` needs, by module name; see `code_files`.

    Args:
        path: as for `import_attribute`.
    """
    import_attribute(path)
    return code_files(path.partition(":")[0])
