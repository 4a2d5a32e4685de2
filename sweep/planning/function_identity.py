"""Identifies a function that no file can be named for, such as one of a notebook, by its source and its values."""

from __future__ import annotations

import dis
import hashlib
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from importlib.util import resolve_name
from pathlib import PurePath
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from trainers.imported_files import imported_files

LARGEST_BYTES = 1_000_000
"""Values up to this size are part of a function's identity."""

MOST_VALUES = 10_000
"""Values in nested lists and mappings that are looked at."""

DEEPEST = 100
"""Nesting of values that is followed; what contains itself has no end."""


class NotIdentifiableError(ValueError):
    """A function uses a value that cannot be compared with that of another day; the message names it."""


def identify(function: Any) -> str:
    """Hash what determines what a function does: its source, and that of all of the user's code that it uses.

    Functions and classes that it names are followed; of a module in the user's folders all files count, of an
    installed one its name. Values that it closes over, or finds among the global names, count as they are now, and so
    do the attributes of objects whose class is the user's.

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
    depth: int = 0

    def write(self, *texts: str) -> None:
        for text in texts:
            content = text.encode()
            self.digest.update(f"{len(content)} ".encode() + content)

    def add(self, value: Any, name: str) -> None:
        """Add a value that is called ``name`` in the code."""
        self.values += 1
        if self.values > MOST_VALUES:
            raise NotIdentifiableError(f"`{name}` is large")
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotIdentifiableError(f"`{name}` is nested deeper than {DEEPEST} levels, or contains itself")
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
        self.depth -= 1

    def _function(self, function: FunctionType) -> None:
        if id(function) in self.seen:
            return
        self.seen.add(id(function))
        if _is_installed(function.__module__):
            self.write("function", f"{function.__module__}.{function.__qualname__}")
            return
        self.write("source", _source(function))
        for module in sorted(_imports(function.__code__, function.__globals__.get("__package__"))):
            self._module(module)
        for name, value in _used(function):
            self.write(name)
            self.add(value, name)
            if isinstance(value, ModuleType):
                for module in _submodules(value.__name__, _all_names(function.__code__)):
                    self._module(module)

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
            for inner in _functions(value):
                self.write(key)
                self.add(inner, name)
            # Python's own attributes say nothing of the user's code.
            is_own = not (key.startswith("_") and key.endswith("_")) and key != "_abc_impl"
            if is_own and not isinstance(value, Enum) and not hasattr(type(value), "__get__"):
                self.write(key)
                self.add(value, f"{kind.__qualname__}.{key}")
        if issubclass(kind, Enum):
            self.add({member.name: member.value for member in kind}, name)

    def _module(self, name: str) -> None:
        self.write("module", name)
        for module, file in sorted(imported_files(name).items()):
            self.write(module, hashlib.sha256(file.read_bytes()).hexdigest())

    def _value(self, value: Any, name: str) -> None:
        self.write(type(value).__qualname__)
        if isinstance(value, Enum):
            self._class(type(value), name)
            self.write(value.name)
        elif value is None or isinstance(value, bool | int | float | complex | str | bytes | PurePath):
            self.write(repr(value))
        elif isinstance(value, list | tuple):
            for inner in value:
                self.add(inner, name)
        elif isinstance(value, set | frozenset):
            for inner in sorted(value, key=repr):
                self.add(inner, name)
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                self.write(repr(key))
                self.add(inner, name)
        else:
            self._object(value, name)

    def _object(self, value: Any, name: str) -> None:
        is_array = isinstance(value, np.ndarray | np.generic)
        if is_array and value.nbytes <= LARGEST_BYTES and not value.dtype.hasobject:
            self.write(str(value.dtype), str(np.shape(value)), hashlib.sha256(value.tobytes()).hexdigest())
        elif isinstance(value, partial):
            self.add((value.func, value.args, value.keywords), name)
        elif isinstance(getattr(value, "__wrapped__", None), FunctionType):
            # Such as a function that caches its results.
            self.add(value.__wrapped__, name)
        elif _is_compiled_function(value):
            self.write(f"{value.__module__}.{value.__name__}")
        elif not _is_installed(type(value).__module__):
            self._class(type(value), name)
            self.add(_state(value, name), name)
        else:
            size = f", of {value.nbytes:,} bytes" if is_array else ""
            raise NotIdentifiableError(f"`{name}` is an object of type {type(value).__qualname__}{size}")


def _is_installed(module: str | None) -> bool:
    """Whether a module is part of Python or of an installed package, which has a version."""
    return module is not None and module != "__main__" and not imported_files(module)


def _is_compiled_function(value: Any) -> bool:
    """Whether a value is a function of a compiled module, and not a method of an object that may change."""
    if isinstance(value, BuiltinFunctionType):
        return value.__self__ is None or isinstance(value.__self__, ModuleType | type)
    return callable(value) and isinstance(getattr(value, "__name__", None), str) and _is_installed(_module_of(value))


def _module_of(value: Any) -> str | None:
    # A ufunc of NumPy belongs to no module before NumPy 2.
    return "numpy" if isinstance(value, np.ufunc) else getattr(value, "__module__", None)


def _functions(value: Any) -> Iterator[FunctionType]:
    """The functions of a class attribute: a method, or those of a property or of another descriptor."""
    names = ("__func__", "func", "fget", "fset", "fdel")
    found = [value, *(getattr(value, name, None) for name in names if hasattr(type(value), "__get__"))]
    yield from (one for one in found if isinstance(one, FunctionType))


def _state(value: Any, name: str) -> Any:
    """The attributes of an object of a user's class, by Python's own way to copy it."""
    kind = type(value)
    # An own way of the class may leave out what counts.
    ways = ("__reduce_ex__", "__reduce__", "__getstate__")
    if all(getattr(kind, way, None) is getattr(object, way, None) for way in ways):
        try:
            return value.__reduce_ex__(2)[1:3]
        except TypeError:
            # It holds what Python cannot see.
            pass
    raise NotIdentifiableError(f"`{name}` is an object of type {kind.__qualname__}")


def _source(function: FunctionType) -> str:
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        # Without its source, such as of `exec`, what it compiles to stands for it.
        return _compiled(function.__code__)
    # The line of a lambda may hold several.
    return source + _compiled(function.__code__) if function.__name__ == "<lambda>" else source


def _compiled(code: CodeType) -> str:
    """The instructions as text, without the addresses of the functions inside."""
    return "\n".join(f"{one.opname} {_argument(one)}" for one in dis.get_instructions(code))


def _argument(one: dis.Instruction) -> str:
    if isinstance(one.argval, CodeType):
        return _compiled(one.argval)
    # The order of a set of texts is another one in each process.
    return str(sorted(map(repr, one.argval))) if isinstance(one.argval, frozenset) else one.argrepr


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


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and of the functions inside it."""
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _codes(const)


def _names(code: CodeType) -> set[str]:
    """Global names in a function and in the functions inside it."""
    reading = ("LOAD_GLOBAL", "LOAD_NAME")
    return {one.argval for part in _codes(code) for one in dis.get_instructions(part) if one.opname in reading}


def _all_names(code: CodeType) -> set[str]:
    """Names of globals and attributes in a function and in the functions inside it."""
    return {name for part in _codes(code) for name in part.co_names}


def _submodules(package: str, names: set[str]) -> list[str]:
    """The user's loaded modules in a package whose names are all used, such as ``a.b.c`` by ``a.b.c.f()``."""
    below = [name for name in list(sys.modules) if name.startswith(f"{package}.")]
    used = [name for name in below if set(name.removeprefix(f"{package}.").split(".")) <= names]
    return sorted(name for name in used if not _is_installed(name))


def _imports(code: CodeType, package: str | None) -> set[str]:
    """Modules that a function imports when it is called, and names that it imports from them."""
    found: set[str] = set()
    for part in _codes(code):
        read = [one for one in dis.get_instructions(part) if one.opname != "EXTENDED_ARG"]
        module = ""
        for index, one in enumerate(read):
            if one.opname == "IMPORT_NAME":
                # Before the name, its level and the names that are imported from it are loaded.
                level = read[index - 2].argval
                module = resolve_name("." * level + one.argval, package) if level and package else one.argval
                found.add(module)
            elif one.opname == "IMPORT_FROM":
                found.add(f"{module}.{one.argval}")
    return found
