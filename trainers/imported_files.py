"""Finds the user's files that a module imports, directly or indirectly, without running them."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

INSTALLED = ("site-packages", "dist-packages")

OURS = ("sweep", "trainers")
"""This project's packages are identified by their version; a user's files have none."""


def imported_files(name: str, folders: tuple[str, ...] = ()) -> dict[str, Path]:
    """The files of a module, of its parent packages, and of everything that these import from the user's folders.

    Imports count anywhere: in a condition, in a function, and through ``import_module`` with a string literal.
    The standard library, installed packages and data files are excluded.

    Args:
        name: dotted name of the module.
        folders: where modules are looked for before the search path of this process.

    Returns:
        Module name -> its file.
    """
    # A file written a moment ago may be missing from the cached listing of its folder, whose time has not changed.
    importlib.invalidate_caches()
    found: dict[str, Path] = {}
    waiting, seen = [name], set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        spec = _find(current, folders)
        if spec is None:
            continue
        package, _, _ = current.rpartition(".")
        if package:
            waiting.append(package)
        if spec.origin is None or not _is_user_file(current, spec.origin):
            continue
        file = Path(spec.origin)
        found[current] = file
        if file.suffix == ".py":
            home = current if spec.submodule_search_locations is not None else package
            waiting.extend(_imports(file.read_bytes(), home, folders))
    return found


def copy_modules(files: Mapping[str, Path], folder: Path) -> None:
    """Copy the files of modules into a folder, so that they are imported from it by the same names.

    Args:
        files: module name -> its file, as `imported_files` finds them; an extension module stays one.
        folder: where they go; its subfolders are made.
    """
    for name, path in files.items():
        place = folder.joinpath(*name.split("."))
        target = place / path.name if path.name == "__init__.py" else place.with_suffix(path.suffix)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _find(name: str, folders: tuple[str, ...]) -> ModuleSpec | None:
    """The spec of a module, without importing its parents as `importlib.util.find_spec` would."""
    top, *rest = name.split(".")
    if top in OURS or top in sys.builtin_module_names:
        return None
    try:
        # Where it would be imported from, whatever another module of that name has been loaded from.
        spec = PathFinder.find_spec(top, list(folders)) or PathFinder.find_spec(top) or importlib.util.find_spec(top)
    except (ValueError, ImportError):
        return None
    for depth in range(len(rest)):
        if spec is None or spec.submodule_search_locations is None:
            return None
        spec = _find_below(".".join([top, *rest[: depth + 1]]), list(spec.submodule_search_locations))
    return spec


def _find_below(name: str, path: list[str]) -> ModuleSpec | None:
    """The spec of a submodule in its package's folders, where `importlib` would consult loaded modules."""
    spaces = []
    for folder in path:
        finder = pkgutil.get_importer(folder)
        spec = None if finder is None else finder.find_spec(name)
        if spec is not None and spec.loader is not None:
            return spec
        spaces += (spec and spec.submodule_search_locations) or []
    if not spaces:
        return None
    space = ModuleSpec(name, None, is_package=True)
    space.submodule_search_locations = spaces
    return space


def is_installed(file: Path) -> bool:
    """Whether a file belongs to an installed package, which has a version."""
    return bool(set(INSTALLED) & set(file.parts))


def _is_user_file(name: str, origin: str) -> bool:
    file = Path(origin)
    if not file.is_file() or is_installed(file):
        return False
    if name.partition(".")[0] in sys.stdlib_module_names:
        return False
    folder = file.resolve()
    return not any(Path(sysconfig.get_path(kind)).resolve() in folder.parents for kind in ("stdlib", "platstdlib"))


@lru_cache(maxsize=1024)
def _imports(source: bytes, package: str, folders: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the modules that a file may import, including names of attributes, which are then not found.

    Cached by file content, because every loaded configuration needs it again.
    """
    return tuple(_imported_names(source, package, folders))


def _imported_names(source: bytes, package: str, folders: tuple[str, ...]) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node.module or "", node.level, package)
            if base:
                yield base
                yield from _members(base, [alias.name for alias in node.names], folders)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func).rpartition(".")[2]
            text = node.args[0].value
            if called in ("import_module", "__import__") and isinstance(text, str):
                level = len(text) - len(text.lstrip("."))
                yield _absolute(text[level:], level, package)


def _absolute(name: str, level: int, package: str) -> str:
    """The absolute name of a relative import.

    >>> _absolute("b", 2, "top.inner"), _absolute("", 1, "top"), _absolute("a.b", 0, "top")
    ('top.b', 'top', 'a.b')
    """
    if not level:
        return name
    parts = package.split(".")
    return ".".join(filter(None, [*parts[: len(parts) - level + 1], name]))


def _members(base: str, names: list[str], folders: tuple[str, ...]) -> Iterator[str]:
    """Submodules that ``from base import names`` may import; for a star, possibly all of them."""
    if names != ["*"]:
        yield from (f"{base}.{name}" for name in names)
        return
    spec = _find(base, folders)
    if spec is not None and spec.submodule_search_locations is not None:
        yield from (f"{base}.{module.name}" for module in pkgutil.iter_modules(spec.submodule_search_locations))
