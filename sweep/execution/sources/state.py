"""Writes and reads the state that a user's training saves: one safetensors file, without pickle.

Arrays and tensors are the file's tensors. All else is a JSON document in its metadata, in which a mapping is
``{"m": [[key, value], ...]}``, a list ``{"l": [...]}``, a tuple ``{"t": [...]}``, bytes ``{"b": base64}``, and an array
``{"a": name, "of": "numpy" | "scalar" | "torch" | "bfloat16"}``.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save

from sweep.system.files import replacing

MOST_BYTES = 1_000_000_000
"""Largest state; a training writes more into its folder as files."""

DEEPEST = 200
"""Levels of nesting."""

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
DTYPES = frozenset(("bool", *INTEGERS, "float16", "bfloat16", "float32", "float64"))
"""Number types that a state may hold."""


class StateError(ValueError):
    """A state cannot be kept; the message is one sentence for the user."""


@dataclass(frozen=True)
class Snapshot:
    """A copy of a state: its JSON document, and its arrays by name."""

    tree: Any
    arrays: Mapping[str, NDArray[Any]]

    def content(self, facts: Mapping[str, Any]) -> bytes:
        """Return the content of a safetensors file with the state.

        Args:
            facts: what else is kept, of JSON types.
        """
        return save(dict(self.arrays), {"state": json.dumps(self.tree), "facts": json.dumps(dict(facts))})


def snapshot(state: object) -> Snapshot:
    """Copy a state.

    Args:
        state: nested mappings, lists and tuples of numbers, text, bytes, booleans, None, NumPy arrays and torch
            tensors.

    Raises:
        StateError: if the state holds anything else, or has `MOST_BYTES` or more.
    """
    arrays: dict[str, NDArray[Any]] = {}
    tree = _encode(state, arrays, "state", 0)
    size = sum(array.nbytes for array in arrays.values())
    if size >= MOST_BYTES:
        raise StateError(
            f"`trial.save` takes a state below {MOST_BYTES // 10**6:,} MB. Received: {size // 10**6:,} MB. "
            "Write it as files into `trial.folder`, which is kept with the state."
        )
    return Snapshot(tree, arrays)


def write_state(path: Path, content: bytes) -> None:
    """Write an encoded state in one step: a reader finds the old content or the new."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def read_facts(path: Path) -> dict[str, Any] | None:
    """Return the facts kept with a state; None if the file is missing or damaged."""
    try:
        with safe_open(str(path), "numpy") as file:
            facts: dict[str, Any] = json.loads(file.metadata()["facts"])
            return facts
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None


def read_state(path: Path) -> Any:
    """Return the state in a file that `read_facts` can read.

    Raises:
        StateError: if the file is damaged.
    """
    try:
        with safe_open(str(path), "numpy") as file:
            tree = json.loads(file.metadata()["state"])
        return _decode(tree, load_file(path))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise StateError(f"`{path}` must be a state that `trial.save` wrote ({error}). Run with --fresh.") from error


def _encode(value: object, arrays: dict[str, NDArray[Any]], at: str, depth: int) -> Any:
    """Return the JSON form of a value, and add its arrays to ``arrays``."""
    if depth > DEEPEST:
        raise StateError(f"`trial.save` takes up to {DEEPEST} levels of nesting. Received: more. Save less.")
    if isinstance(value, np.ndarray | np.generic):
        return _encode_array(value, arrays, at)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes | bytearray):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str | int | float | bool | None):
                raise _refused(key, f"the keys of {at}")
        return {"m": [[key, _encode(inner, arrays, f"{at}[{key!r}]", depth + 1)] for key, inner in value.items()]}
    if isinstance(value, list | tuple):
        inside = [_encode(inner, arrays, f"{at}[{index}]", depth + 1) for index, inner in enumerate(value)]
        return {"t" if isinstance(value, tuple) else "l": inside}
    return _encode_tensor(value, arrays, at)


def _encode_array(value: NDArray[Any] | np.generic, arrays: dict[str, NDArray[Any]], at: str) -> Any:
    array = np.array(value, order="C")
    if array.dtype.name not in DTYPES:
        raise _refused(value, at)
    name = f"{len(arrays)}"
    arrays[name] = array
    return {"a": name, "of": "scalar" if isinstance(value, np.generic) else "numpy"}


def _encode_tensor(value: object, arrays: dict[str, NDArray[Any]], at: str) -> Any:
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(value, torch.Tensor):
        raise _refused(value, at)
    dtype = str(value.dtype).removeprefix("torch.")
    if dtype not in DTYPES or value.layout is not torch.strided:
        raise _refused(value, at)
    name = f"{len(arrays)}"
    here = value.detach().cpu().contiguous()
    # NumPy has no bfloat16; its bits are kept.
    arrays[name] = (here.view(torch.uint16) if dtype == "bfloat16" else here).numpy().copy()
    return {"a": name, "of": dtype if dtype == "bfloat16" else "torch"}


def _refused(value: object, at: str) -> StateError:
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    return StateError(
        "`trial.save` takes mappings, lists and tuples of numbers, text, bytes, true, false, None, NumPy arrays and "
        f"torch tensors. Received: {kind} in {at}. Write it as a file into `trial.folder`, which is kept with it."
    )


def _decode(tree: Any, tensors: Mapping[str, NDArray[Any]]) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "b" in tree:
        return base64.b64decode(tree["b"])
    if "m" in tree:
        return {key: _decode(inner, tensors) for key, inner in tree["m"]}
    if "l" in tree or "t" in tree:
        inside = [_decode(inner, tensors) for inner in tree["l" if "l" in tree else "t"]]
        return inside if "l" in tree else tuple(inside)
    array, kind = tensors[tree["a"]], tree["of"]
    if kind in ("numpy", "scalar"):
        return array[()] if kind == "scalar" else array
    import torch

    tensor = torch.from_numpy(array)
    return tensor.view(torch.bfloat16) if kind == "bfloat16" else tensor
