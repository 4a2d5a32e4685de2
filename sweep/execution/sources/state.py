"""Writes and reads the state that a user's training saves: one safetensors file, without pickle.

Arrays, tensors and bytes are the file's tensors. All else is a JSON document in its metadata, in which a mapping is
``{"m": [[key, value], ...]}``, a list ``{"l": [...]}``, a tuple ``{"t": [...]}``, and an array ``{"a": name, "of":
"numpy" | "scalar" | "bytes" | "torch" | "bfloat16"}``.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save

from sweep.system.files import replacing

MOST_BYTES = 1_000_000_000
"""Largest state; a training writes more into its folder as files."""

MOST_CHARACTERS = 50_000_000
"""Longest JSON document, which is in the header of the file; safetensors takes headers of up to 100 MB."""

DEEPEST = 200
"""Levels of nesting."""

UNREADABLE = (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError, SafetensorError)
"""Exceptions that reading a damaged file can raise."""

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
DTYPES = frozenset(("bool", *INTEGERS, "float16", "float32", "float64"))
"""Number types that a state may hold; a tensor may also have bfloat16."""


class StateError(ValueError):
    """A state cannot be kept; the message is one sentence for the user."""


@dataclass(frozen=True)
class Snapshot:
    """A copy of a state: its JSON document, and its arrays by name."""

    document: str
    arrays: Mapping[str, NDArray[Any]]

    def content(self, facts: Mapping[str, Any]) -> bytes:
        """Return the content of a safetensors file with the state.

        Args:
            facts: what else is kept, of JSON types.
        """
        texts = {"state": self.document, "facts": json.dumps(dict(facts))}
        return save(dict(self.arrays), {**texts, "digest": _digest(texts, self.arrays)})


@dataclass
class _Arrays:
    """The arrays of a state so far, and their size in bytes."""

    most_bytes: int | None
    by_name: dict[str, NDArray[Any]] = field(default_factory=dict)
    size: int = 0

    def require_room(self, size: int) -> None:
        """Refuse a state that becomes too large, before more of it is copied."""
        self.size += size
        if self.most_bytes is not None and self.size >= self.most_bytes:
            raise _too_large(self.most_bytes, self.size)

    def add(self, array: NDArray[Any], kind: str) -> dict[str, str]:
        """Add an array and return its JSON form."""
        name = f"{len(self.by_name)}"
        self.by_name[name] = array
        return {"a": name, "of": kind}


def snapshot(state: object, *, is_limited: bool = True) -> Snapshot:
    """Copy a state.

    Args:
        state: nested mappings, lists and tuples of numbers, text, bytes, booleans, None, NumPy arrays and torch
            tensors.
        is_limited: whether its size is limited to `MOST_BYTES`, as that of a user's own is.

    Raises:
        StateError: if the state holds anything else, has `MOST_BYTES` or more, or more than `MOST_CHARACTERS` besides
            its arrays.
    """
    arrays = _Arrays(MOST_BYTES if is_limited else None)
    document = json.dumps(_encode(state, arrays, "state", 0))
    if len(document) > MOST_CHARACTERS:
        raise _too_large(MOST_CHARACTERS, len(document), " of text and numbers")
    arrays.require_room(len(document))
    return Snapshot(document, arrays.by_name)


def _too_large(limit: int, size: int, what: str = "") -> StateError:
    return StateError(
        f"`trial.save` takes a state below {limit // 10**6:,} MB{what}. Received: {size // 10**6:,} MB or more. "
        "Write it as files into `trial.folder`, which is kept with the state."
    )


def write_state(path: Path, content: bytes, *, is_durable: bool = False) -> None:
    """Write an encoded state in one step: a reader finds the old content or the new.

    Args:
        path: the file.
        content: what it is to hold.
        is_durable: whether it must be on the disk before the file is replaced, so that it survives a power failure.
    """
    with replacing(path) as temporary:
        try:
            with temporary.open("wb") as stream:
                stream.write(content)
                if is_durable:
                    stream.flush()
                    os.fsync(stream.fileno())
        except (OSError, TypeError):
            # A part of a file would only take room, which may be what was lacking.
            temporary.unlink(missing_ok=True)
            raise


def with_facts(path: Path, facts: Mapping[str, Any]) -> bytes:
    """Return the content of a file with the same state, which is not decoded, and other facts.

    Args:
        path: a file that `read_facts` can read.
        facts: as for `Snapshot.content`.
    """
    with safe_open(str(path), "numpy") as file:
        document = file.metadata()["state"]
    return Snapshot(document, load_file(path)).content(facts)


def read_facts(path: Path) -> dict[str, Any] | None:
    """Return the facts kept with a state; None if the file is missing or damaged."""
    try:
        with safe_open(str(path), "numpy") as file:
            facts: dict[str, Any] = json.loads(file.metadata()["facts"])
            return facts
    except UNREADABLE:
        return None


def read_verified(path: Path) -> tuple[dict[str, Any], Any] | None:
    """Return the facts and the state in a file; None if it is missing or does not have its checksum."""
    try:
        texts, arrays = _read(path)
        if "digest" not in texts:
            return None
        return json.loads(texts["facts"]), _decode(json.loads(texts["state"]), arrays)
    except UNREADABLE:
        return None


def is_whole(path: Path) -> bool:
    """Whether a file exists and has its checksum, so that `read_verified` can read it."""
    try:
        return "digest" in _read(path)[0]
    except UNREADABLE:
        return False


def read_state(path: Path) -> Any:
    """Return the state in a file that `read_facts` can read.

    Raises:
        StateError: if the file is damaged.
    """
    try:
        texts, arrays = _read(path)
        return _decode(json.loads(texts["state"]), arrays)
    except UNREADABLE as error:
        raise StateError(f"`{path}` must be a state that `trial.save` wrote ({error}). Run with --fresh.") from error


def _read(path: Path) -> tuple[Mapping[str, str], Mapping[str, NDArray[Any]]]:
    """Return the texts and the arrays of a file, whose checksum is verified if it has one."""
    with safe_open(str(path), "numpy") as file:
        texts: Mapping[str, str] = file.metadata()
    arrays = load_file(path)
    # Files of earlier versions have no checksum.
    if "digest" in texts and texts["digest"] != _digest(texts, arrays):
        raise ValueError("its content does not have its checksum")
    return texts, arrays


def _digest(texts: Mapping[str, str], arrays: Mapping[str, NDArray[Any]]) -> str:
    """Hash everything that a file holds."""
    found = hashlib.sha256()
    for name in ("state", "facts"):
        found.update(f"{len(texts[name])} ".encode() + texts[name].encode())
    for name, given in sorted(arrays.items()):
        # The file is little-endian.
        array = given.astype(given.dtype.newbyteorder("<"), copy=False)
        found.update(f"{name} {array.dtype.name} {array.shape} ".encode())
        found.update(array.reshape(-1).view(np.uint8).data)
    return found.hexdigest()


def flat_arrays(state: object) -> bytes | None:
    """Return a state as a plain safetensors file, with its own names; None unless it maps names to arrays or tensors.

    Args:
        state: what `read_state` has returned, such as a torch state dict.
    """
    if not isinstance(state, Mapping) or not state or not all(isinstance(name, str) for name in state):
        return None
    if all(isinstance(value, np.ndarray) for value in state.values()):
        return save(dict(state))
    torch = sys.modules.get("torch")
    kinds = () if torch is None else (np.ndarray, torch.Tensor)
    if torch is None or not all(isinstance(value, kinds) for value in state.values()):
        return None
    from safetensors.torch import save as save_tensors

    return save_tensors({name: torch.as_tensor(value) for name, value in state.items()}, {"format": "pt"})


def _encode(value: object, arrays: _Arrays, at: str, depth: int) -> Any:
    """Return the JSON form of a value, and add its arrays to ``arrays``."""
    if depth > DEEPEST:
        raise StateError(f"`trial.save` takes up to {DEEPEST} levels of nesting. Received: more. Save less.")
    if isinstance(value, np.ndarray | np.generic):
        return _encode_array(value, arrays, at)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes | bytearray):
        arrays.require_room(len(value))
        return arrays.add(np.frombuffer(bytes(value), np.uint8), "bytes")
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str | int | float | bool | None):
                raise _refused(key, f"the keys of {at}")
        return {"m": [[key, _encode(inner, arrays, f"{at}[{key!r}]", depth + 1)] for key, inner in value.items()]}
    if isinstance(value, list | tuple):
        inside = [_encode(inner, arrays, f"{at}[{index}]", depth + 1) for index, inner in enumerate(value)]
        return {"t" if isinstance(value, tuple) else "l": inside}
    return _encode_tensor(value, arrays, at)


def _encode_array(value: NDArray[Any] | np.generic, arrays: _Arrays, at: str) -> Any:
    if value.dtype.name not in DTYPES:
        raise _refused(value, at)
    arrays.require_room(value.nbytes)
    return arrays.add(np.array(value, order="C"), "scalar" if isinstance(value, np.generic) else "numpy")


def _encode_tensor(value: object, arrays: _Arrays, at: str) -> Any:
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(value, torch.Tensor):
        raise _refused(value, at)
    dtype = str(value.dtype).removeprefix("torch.")
    if (dtype not in DTYPES and dtype != "bfloat16") or value.layout is not torch.strided:
        raise _refused(value, at)
    arrays.require_room(value.nbytes)
    here = value.detach().cpu().contiguous()
    # NumPy has no bfloat16; its bits are kept.
    array = (here.view(torch.uint16) if dtype == "bfloat16" else here).numpy().copy()
    return arrays.add(array, dtype if dtype == "bfloat16" else "torch")


def _refused(value: object, at: str) -> StateError:
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    return StateError(
        "`trial.save` takes mappings, lists and tuples of numbers, text, bytes, true, false, None, NumPy arrays and "
        f"torch tensors. Received: {kind} in {at}. Write it as a file into `trial.folder`, which is kept with it."
    )


def _decode(tree: Any, tensors: Mapping[str, NDArray[Any]]) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "m" in tree:
        return {key: _decode(inner, tensors) for key, inner in tree["m"]}
    if "l" in tree or "t" in tree:
        inside = [_decode(inner, tensors) for inner in tree["l" if "l" in tree else "t"]]
        return inside if "l" in tree else tuple(inside)
    array, kind = tensors[tree["a"]], tree["of"]
    if kind == "bytes":
        return array.tobytes()
    if kind in ("numpy", "scalar"):
        return array[()] if kind == "scalar" else array
    import torch

    tensor = torch.from_numpy(array)
    return tensor.view(torch.bfloat16) if kind == "bfloat16" else tensor
