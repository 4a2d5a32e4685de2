"""Identifies a function that no file can be named for, such as one of a notebook, by its source and its values."""

from __future__ import annotations

import dis
import hashlib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from trainers.imported_files import imported_files

LARGEST_BYTES = 1_000_000
"""Values up to this size are part of a function's identity."""

MOST_VALUES = 10_000
"""Values in nested lists and mappings that are looked at."""


class NotIdentifiableError(ValueError):
    """A function uses a value that cannot be compared with that of another day; the message names it."""


def identify(function: Any) -> str:
    """Hash what determines what a function does: its source, and that of all of the user's code that it uses.

    Functions and classes that it names are followed; of a module in the user's folders all files count, of an
    installed one its name. Values that it closes over, or finds among the global names, count as they are now.

    Args:
        function: a function or a callable object.

    Raises:
        NotIdentifiableError: if it uses an object that has no such value, or a large one.
    """
    walk = _Walk()
    walk.add(function, "it")
    return str(walk.digest.hexdigest()[:16])


@dataclass
class _Walk:
    """The parts of a function seen so far, and the hash of them."""

    digest: Any = field(default_factory=hashlib.sha256)
    seen: set[int] = field(default_factory=set)
    values: int = 0

    def write(self, *texts: str) -> None:
        for text in texts:
            content = text.encode()
            self.digest.update(f"{len(content)} ".encode() + content)

    def add(self, value: Any, name: str) -> None:
        """Add a value that is called ``name`` in the code."""
        self.values += 1
        if self.values > MOST_VALUES:
            raise NotIdentifiableError(f"`{name}` is large")
        if isinstance(value, MethodType):
            self.add(value.__func__, name)
            self.add(value.__self__, name)
        elif isinstance(value, FunctionType):
            self._function(value)
        elif isinstance(value, type):
            self._class(value, name)
        elif isinstance(value, ModuleType):
            self._module(value.__name__)
        else:
            self._value(value, name)

    def _function(self, function: FunctionType) -> None:
        if id(function) in self.seen:
            return
        self.seen.add(id(function))
        if _is_installed(function.__module__):
            self.write("function", f"{function.__module__}.{function.__qualname__}")
            return
        self.write("source", _source(function))
        for name, value in _used(function):
            self.write(name)
            self.add(value, name)

    def _class(self, kind: type, name: str) -> None:
        if id(kind) in self.seen:
            return
        self.seen.add(id(kind))
        self.write("class", f"{kind.__module__}.{kind.__qualname__}")
        if _is_installed(kind.__module__):
            return
        for base in kind.__bases__:
            self.add(base, name)
        for key, value in vars(kind).items():
            inner = value.__func__ if isinstance(value, staticmethod | classmethod) else value
            if isinstance(inner, FunctionType):
                self.write(key)
                self._function(inner)

    def _module(self, name: str) -> None:
        self.write("module", name)
        for module, file in sorted(imported_files(name).items()):
            self.write(module, hashlib.sha256(file.read_bytes()).hexdigest())

    def _value(self, value: Any, name: str) -> None:
        self.write(type(value).__qualname__)
        if value is None or isinstance(value, bool | int | float | complex | str | bytes):
            self.write(repr(value))
        elif isinstance(value, list | tuple):
            for inner in value:
                self.add(inner, name)
        elif isinstance(value, set | frozenset):
            self.write(*sorted(map(repr, value)))
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                self.write(repr(key))
                self.add(inner, name)
        elif isinstance(value, np.ndarray | np.generic) and value.nbytes <= LARGEST_BYTES and value.dtype.kind != "O":
            self.write(str(value.dtype), str(np.shape(value)), hashlib.sha256(value.tobytes()).hexdigest())
        elif callable(value) and _is_installed(getattr(value, "__module__", None)):
            # Such as a function of a compiled module.
            self.write(f"{value.__module__}.{getattr(value, '__qualname__', '')}")
        else:
            size = f", of {value.nbytes:,} bytes" if isinstance(value, np.ndarray) else ""
            raise NotIdentifiableError(f"`{name}` is an object of type {type(value).__qualname__}{size}")


def _is_installed(module: str | None) -> bool:
    """Whether a module is part of Python or of an installed package, which has a version."""
    return module is not None and module != "__main__" and not imported_files(module)


def _source(function: FunctionType) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        # Without its source, such as of `exec`, what it compiles to stands for it.
        return "\n".join(f"{one.opname} {one.argrepr}" for one in dis.get_instructions(function))


def _used(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The values that a function uses from outside: closed over, defaults, and global names."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:
            # Not assigned yet, as in a function that refers to itself.
            continue
    yield from ((f"default {index}", value) for index, value in enumerate(function.__defaults__ or ()))
    yield from (function.__kwdefaults__ or {}).items()
    for name in sorted(_names(function.__code__)):
        if name in function.__globals__:
            yield name, function.__globals__[name]


def _names(code: CodeType) -> set[str]:
    """Global names in a function and in the functions inside it."""
    read = {one.argval for one in dis.get_instructions(code) if one.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return read.union(*(_names(const) for const in code.co_consts if isinstance(const, CodeType)))
