"""Keeps a user's loaded modules and their files the same: code that was changed is loaded anew."""

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
"""The script that runs, which cannot be loaded twice."""


@dataclass(frozen=True)
class _Loaded:
    """A module as it was loaded.

    Args:
        module: the object itself; another one of that name is not it.
        digest: of the files that it was loaded from.
        files: digest of each of them, by the names of their modules.
        parts: the loaded modules of those names.
    """

    module: ModuleType
    digest: str
    files: Mapping[str, str]
    parts: Mapping[str, ModuleType]


_LOADED: dict[str, _Loaded] = {}

_PACKAGES: dict[str, str] = {}
"""Digest of the file of each module of an installed package that was named, when it was named first."""
_COMPILED: dict[str, str] = {}
"""Digest of each compiled module when it was loaded."""

_LOCK = threading.RLock()


def load_module(name: str) -> ModuleType:
    """Import a module; one that other code has imported is loaded again if its files may have changed since.

    Args:
        name: with dots.

    Raises:
        UserCodeError: when a compiled module of the user's has changed, which Python cannot load twice.
        ImportError, SyntaxError: as `importlib.import_module` does, which raises what the module raises, too.
    """
    with _LOCK:
        if (known := _current(name)) is not None:
            return known.module
        files = code_files(name)
        digests = _digests(files)
        _require_same_compiled(files, digests)
        if any(module in sys.modules and not _is_as_loaded(module, digests[module]) for module in files):
            _drop(files)
        for file in files.values():
            _drop_old_bytecode(file)
        importlib.invalidate_caches()
        module = importlib.import_module(name)
        if not files:
            # An installed module is known once it is loaded.
            files = code_files(name)
            digests = _digests(files)
        _require_same_compiled(files, digests)
        parts = {part: sys.modules[part] for part in files if part in sys.modules}
        _LOADED[name] = _Loaded(module, _combined(digests), digests, parts)
        return module


def loaded_digest(name: str) -> str:
    """Identify the code of a module as it was loaded, whatever its files hold by now.

    Returns:
        16 hex digits over the module and all that it imports from the user's folders; empty if no file of the user's
        is among them.
    """
    load_module(name)
    return _LOADED[name].digest


def forget_changed_code() -> None:
    """Let modules be loaded anew at their next use, if a file has changed from which any of them was loaded."""
    with _LOCK:
        for name in [name for name in _LOADED if _current(name) is None]:
            del _LOADED[name]
        changed = [name for name, known in _LOADED.items() if _combined(_digests(code_files(name))) != known.digest]
        if not changed:
            return
        # All at once, so that what several of them import stays one module.
        for name, known in _LOADED.items():
            _drop({*known.files, *code_files(name)})
        _LOADED.clear()


def code_files(name: str) -> dict[str, Path]:
    """The files that decide what a module does, by the names of their modules; see `imported_files`.

    Empty ones, as that of a package often is, decide nothing and are left out.
    """
    found = imported_files(name)
    own = getattr(sys.modules.get(name), "__file__", None)
    if name not in found and own and own.endswith(".py"):
        # An installed module that the user has named: its package has a version, and yet may be changed in place.
        found[name] = Path(own)
    return {module: file for module, file in found.items() if file.is_file() and file.read_bytes().strip()}


def _current(name: str) -> _Loaded | None:
    known = _LOADED.get(name)
    return known if known is not None and sys.modules.get(name) is known.module else None


def _digests(files: Mapping[str, Path]) -> dict[str, str]:
    return {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}


def _combined(digests: Mapping[str, str]) -> str:
    if len(digests) < 2:
        return "".join(digests.values())[:16]
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def _is_as_loaded(name: str, digest: str) -> bool:
    """Whether a module is one that was loaded here, from a file that has not changed."""
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


def _drop(names: Iterable[str]) -> None:
    for name in names:
        module = sys.modules.get(name)
        file = str(getattr(module, "__file__", ""))
        if module is None or name == ENTRY or not file.endswith(".py") or _is_unchanged_package(name, Path(file)):
            continue
        del sys.modules[name]
        # `from package import name` would take it from there.
        package, _, own = name.rpartition(".")
        if package and getattr(sys.modules.get(package), own, None) is module:
            delattr(sys.modules[package], own)


def _is_unchanged_package(name: str, file: Path) -> bool:
    """Whether a module is of an installed package and its file is what it was when a user's configuration named it.

    Without need no part of a package is loaded anew: `torch` would be left without its `torch.nn`.
    """
    if not is_installed(file):
        return False
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return _PACKAGES.setdefault(name, digest) == digest


def _drop_old_bytecode(file: Path) -> None:
    """Delete the bytecode of a file that was changed later in the same second, which Python takes for current."""
    with suppress(OSError, NotImplementedError):
        cached = Path(importlib.util.cache_from_source(str(file)))
        if cached.stat().st_mtime_ns <= file.stat().st_mtime_ns:
            cached.unlink()
