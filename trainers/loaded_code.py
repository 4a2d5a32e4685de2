"""Reloads a user's modules when their files have changed."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from trainers.errors import UserCodeError
from trainers.imported_files import imported_files, is_installed

ENTRY = "__main__"
"""The running script, which cannot be loaded twice."""


@dataclass(frozen=True)
class _Loaded:
    """A module and its code at load time.

    Args:
        module: the module object, to detect a later one of the same name.
        digest: hash of all files that it was loaded from.
        files: module name -> hash of its file.
        parts: module name -> loaded module.
    """

    module: ModuleType
    digest: str
    files: Mapping[str, str]
    parts: Mapping[str, ModuleType]


_LOADED: dict[str, _Loaded] = {}

_PACKAGES: dict[str, str] = {}
"""Module of an installed package -> hash of its file when a configuration first named it."""
_COMPILED: dict[str, str] = {}
"""Compiled module -> hash of its file when it was loaded."""

_LOCK = threading.RLock()


def load_module(name: str) -> ModuleType:
    """Import a module; one already imported by other code is reloaded if its files may have changed since.

    Args:
        name: dotted name.

    Raises:
        UserCodeError: if a user's compiled module has changed, which Python cannot load twice.
        ImportError, SyntaxError: as `importlib.import_module`, which also passes on what the module raises.
    """
    with _LOCK:
        if (known := _current(name)) is not None:
            return known.module
        files = code_files(name)
        digests = _digests(files)
        _require_same_compiled(files, digests)
        if any(module in sys.modules and not _is_as_loaded(module, digests[module]) for module in files):
            _unload(files)
        for file in files.values():
            _delete_stale_bytecode(file)
        importlib.invalidate_caches()
        module = importlib.import_module(name)
        if not files:
            # The files of an installed module are known only after it is loaded.
            files = code_files(name)
            digests = _digests(files)
        _require_same_compiled(files, digests)
        parts = {part: sys.modules[part] for part in files if part in sys.modules}
        _LOADED[name] = _Loaded(module, _combine(digests), digests, parts)
        return module


def loaded_digest(name: str) -> str:
    """Hash the code of a module as it was loaded, whatever its files contain now.

    Returns:
        16 hex digits over the module and everything that it imports from the user's folders; empty if none of these
        files is the user's.
    """
    load_module(name)
    return _LOADED[name].digest


def forget_changed_code() -> None:
    """Unload modules if any file that one of them was loaded from has changed, so that the next use reloads them."""
    with _LOCK:
        for name in [name for name in _LOADED if _current(name) is None]:
            del _LOADED[name]
        changed = [name for name, known in _LOADED.items() if _combine(_digests(code_files(name))) != known.digest]
        if not changed:
            return
        # All together, so that a module that several of them import stays a single module.
        for name, known in _LOADED.items():
            _unload({*known.files, *code_files(name)})
        _LOADED.clear()


def code_files(name: str) -> dict[str, Path]:
    """The files that determine what a module does, by module name; see `imported_files`.

    Empty files, such as many packages' ``__init__.py``, are omitted.
    """
    found = imported_files(name)
    own = getattr(sys.modules.get(name), "__file__", None)
    if name not in found and own and own.endswith(".py"):
        # An installed module named by the user: its package has a version, but may be edited in place.
        found[name] = Path(own)
    return {module: file for module, file in found.items() if file.is_file() and file.read_bytes().strip()}


def _current(name: str) -> _Loaded | None:
    known = _LOADED.get(name)
    return known if known is not None and sys.modules.get(name) is known.module else None


def _digests(files: Mapping[str, Path]) -> dict[str, str]:
    return {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}


def _combine(digests: Mapping[str, str]) -> str:
    if len(digests) < 2:
        return "".join(digests.values())[:16]
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def _is_as_loaded(name: str, digest: str) -> bool:
    """Whether a module was loaded here, from a file that has not changed."""
    return name == ENTRY or any(
        known.parts.get(name) is sys.modules[name] and known.files.get(name) == digest for known in _LOADED.values()
    )


def _require_same_compiled(files: Mapping[str, Path], digests: Mapping[str, str]) -> None:
    for name, file in files.items():
        if file.suffix != ".py" and name in sys.modules and _COMPILED.setdefault(name, digests[name]) != digests[name]:
            raise UserCodeError(
                f"needs a compiled module, which must not change while Python runs. Received: `{file}`, which has "
                "changed. Start Python again."
            )


def _unload(names: Iterable[str]) -> None:
    for name in names:
        module = sys.modules.get(name)
        file = str(getattr(module, "__file__", ""))
        if module is None or name == ENTRY or not file.endswith(".py") or _is_unchanged_package(name, Path(file)):
            continue
        del sys.modules[name]
        # Otherwise `from package import name` would return the old module.
        package, _, own = name.rpartition(".")
        if package and getattr(sys.modules.get(package), own, None) is module:
            delattr(sys.modules[package], own)


def _is_unchanged_package(name: str, file: Path) -> bool:
    """Whether a module belongs to an installed package and its file has not changed since a configuration named it.

    Modules of a package are not reloaded unnecessarily: `torch` would lose its `torch.nn`.
    """
    if not is_installed(file):
        return False
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return _PACKAGES.setdefault(name, digest) == digest


def _delete_stale_bytecode(file: Path) -> None:
    """Delete a file's bytecode if the file changed later in the same second, which Python does not detect."""
    with suppress(OSError, NotImplementedError):
        cached = Path(importlib.util.cache_from_source(str(file)))
        if cached.stat().st_mtime_ns <= file.stat().st_mtime_ns:
            cached.unlink()
