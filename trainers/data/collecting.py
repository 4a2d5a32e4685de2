"""Collects what a user's loading function returns, whatever library it is of, as two arrays or a table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trainers.errors import DataError, did_you_mean, listed
from trainers.user_code import RaisedError, run_user_code

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[Any]

TARGETS = ("label", "labels", "target", "targets", "y")
"""Names of the column of targets, where none is given, in the order of preference."""

MOST_BYTES = 2**34
"""Batches of more than this do not end, or are not meant to be held."""

RETURNED = (
    "two arrays (inputs, targets), a pandas DataFrame, a torch Dataset or DataLoader, a Hugging Face dataset, a "
    "generator of batches (inputs, targets), or a Dataset"
)


@dataclass(frozen=True)
class Columns:
    """Names of the columns to use, as the user has given them: of the targets, and of the inputs."""

    target: str | None = None
    inputs: str | None = None


@dataclass(frozen=True, eq=False)
class Collected:
    """Two arrays, with the names of the classes that the targets number; empty if they have none."""

    inputs: Any
    targets: Any
    classes: tuple[str, ...] = ()


def target_of_table(path: str, table: pd.DataFrame, target: str | None) -> str:
    """Return the name of the column of targets of a DataFrame.

    Raises:
        DataError: if the target is not named, or is no column or the only one.
    """
    names = list(map(str, table.columns))
    if target is None:
        raise DataError(
            f"the target column of `{path}` must be named. Received: none. Columns: {listed(names)}. "
            "Give one of them as `target`."
        )
    if names.count(target) != 1 or len(names) < 2:
        raise DataError(
            f"`{path}` must return a column `{target}` and at least one other. Received: {listed(names)}."
            f"{did_you_mean(target, names) or ' Name one of them by `target`.'}"
        )
    return target


def is_table(loaded: Any) -> bool:
    """Whether something is a pandas DataFrame."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(loaded, pandas.DataFrame)


def collect(path: str, loaded: Any, columns: Columns) -> Collected:
    """Collect the examples of what a user's function has returned.

    **Variant.** A torch Dataset is read once, in its order. A DataLoader is read once, in the order that it has under
    ``torch.manual_seed(0)``; so are generators. A function without arguments is called, and gives any of these.

    Args:
        path: the user's function, for messages.
        loaded: what it has returned.
        columns: names of the columns to use of a Hugging Face dataset.

    Raises:
        DataError: if it is nothing of these, is empty, or its examples are of different shapes.
    """
    if callable(loaded) and not _is_torch(loaded) and not _is_hugging_face(loaded) and not hasattr(loaded, "__len__"):
        loaded = _run(path, loaded)
    if isinstance(loaded, tuple | list) and len(loaded) == 2:
        return Collected(*loaded)
    if _is_hugging_face(loaded):
        return _of_hugging_face(path, loaded, columns)
    if _is_torch(loaded, "IterableDataset"):
        return _stacked(path, _batches(path, loaded), "item", columns)
    if _is_torch(loaded, "Dataset"):
        return _stacked(path, _items(path, loaded), "item", columns)
    if _is_torch(loaded, "DataLoader") or isinstance(loaded, Iterator):
        return _stacked(path, _batches(path, loaded), "batch", columns)
    if isinstance(loaded, Mapping) and loaded and all(map(_is_hugging_face, loaded.values())):
        names = ", ".join(map(str, loaded))
        raise DataError(
            f"`{path}` must return one dataset, which the sweep splits. Received: a dictionary of {names}. "
            f"Return one of them, such as `datasets['{next(iter(loaded))}']`."
        )
    raise DataError(f"`{path}` must return {RETURNED}. Received: {_format_type(loaded)}. Return such as `x, y`.")


def _is_torch(loaded: Any, name: str | None = None) -> bool:
    """Whether something is a Dataset or DataLoader of torch, which is not imported for this."""
    data = sys.modules.get("torch.utils.data")
    return data is not None and isinstance(
        loaded, getattr(data, name) if name is not None else (data.Dataset, data.DataLoader)
    )


def _is_hugging_face(loaded: Any) -> bool:
    names = ("column_names", "features", "with_format")
    return not isinstance(loaded, type) and all(hasattr(loaded, name) for name in names)


def _run(path: str, call: Callable[[], Any]) -> Any:
    try:
        return run_user_code(call)
    except RaisedError as error:
        raise DataError(
            f"`{path}` must return what can be read. Received: an error in it, {error}. Mend the function."
        ) from error


def _items(path: str, dataset: Any) -> Iterator[Any]:
    """Yield the items of a map-style torch Dataset."""
    if not hasattr(dataset, "__len__"):
        raise DataError(
            f"`{path}` must return a torch Dataset with a length. Received: {type(dataset).__name__}, which has none. "
            "Give it `__len__` and `__getitem__`, or return a DataLoader of it."
        )
    for index in range(_run(path, lambda: len(dataset))):
        yield _run(path, lambda index=index: dataset[index])  # type: ignore[misc]


def _batches(path: str, loaded: Iterable[Any]) -> Iterator[Any]:
    """Yield the batches of an iterable, each a pair or a mapping of arrays of equal length."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield from _safe(path, iter(loaded))
        return
    # A loader that shuffles draws its order from torch's global stream: the same data each time, and so the same ids.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield from _safe(path, _run(path, lambda: iter(loaded)))


def _safe(path: str, iterator: Iterator[Any]) -> Iterator[Any]:
    end = object()
    while (one := _run(path, lambda: next(iterator, end))) is not end:
        yield one


def _stacked(path: str, parts: Iterator[Any], kind: str, columns: Columns) -> Collected:
    """Stack items, or join batches, of inputs and targets."""
    inputs: list[Array] = []
    targets: list[Array] = []
    held = 0
    for number, part in enumerate(parts, 1):
        x, y = (
            as_array(path, label, one)
            for label, one in zip(("inputs", "targets"), _pair(path, part, kind, columns), strict=True)
        )
        if kind == "batch" and (not x.ndim or not y.ndim or len(x) != len(y)):
            raise DataError(
                f"each batch of `{path}` must have as many targets as inputs. "
                f"Received: inputs {x.shape} and targets {y.shape} in batch {number}. Give one target for each input."
            )
        first = 1 if kind == "batch" else 0
        for label, one, before in (("inputs", x, inputs), ("targets", y, targets)):
            if before and one.shape[first:] != before[0].shape[first:]:
                raise DataError(
                    f"the {label} of `{path}` must have one shape for all examples. Received: "
                    f"{before[0].shape[first:]}, and {one.shape[first:]} in {kind} {number} (the first is 1). "
                    "Pad or cut them to one length."
                )
        inputs.append(x)
        targets.append(y)
        held += x.nbytes + y.nbytes
        if held > MOST_BYTES:
            raise DataError(
                f"`{path}` must return batches that end and fit into memory. Received: more than "
                f"{MOST_BYTES / 1e9:.0f} GB in {number:,} of them. Let it end after one pass over the data."
            )
    if not inputs:
        raise DataError(f"`{path}` must return examples. Received: none, an empty {kind} source. Check what it reads.")
    join: Callable[[Sequence[Array]], Array] = np.concatenate if kind == "batch" else np.stack
    return Collected(join(inputs), join(targets))


def _pair(path: str, part: Any, kind: str, columns: Columns) -> tuple[Any, Any]:
    """The inputs and targets of an item or a batch."""
    if isinstance(part, tuple | list) and len(part) == 2:
        return part[0], part[1]
    if isinstance(part, Mapping):
        target, inputs = _chosen(path, list(map(str, part)), columns)
        return part[inputs], part[target]
    raise DataError(
        f"each {kind} of `{path}` must be a pair of inputs and targets. Received: {_format_type(part)}. "
        "Return such as `x, y`."
    )


def _of_hugging_face(path: str, dataset: Any, columns: Columns) -> Collected:
    """Read two columns of a Hugging Face dataset, with the names of its classes."""
    names = list(map(str, dataset.column_names))
    target, inputs = _chosen(path, names, columns)
    if not hasattr(dataset, "__len__"):
        rows = _safe(path, iter(dataset.with_format("numpy")))
        return _stacked(path, rows, "item", Columns(target, inputs))
    found = _run(path, lambda: dataset.with_format("numpy")[:])
    classes = getattr(dataset.features.get(target), "names", None) or ()
    arrays = []
    for name in (inputs, target):
        cells = as_array(path, name, found[name])
        if cells.dtype == object and len({np.shape(one) for one in cells}) > 1:
            shapes = sorted({np.shape(one) for one in cells})
            raise DataError(
                f"column `{name}` of `{path}` must have one shape for all examples. "
                f"Received: {shapes[0]} and {shapes[-1]}. Pad or cut them to one length."
            )
        arrays.append(cells)
    return Collected(arrays[0], arrays[1], tuple(map(str, classes)))


def _chosen(path: str, names: Sequence[str], columns: Columns) -> tuple[str, str]:
    """The names of the columns of targets and of inputs."""
    shown = listed(names)
    for key, name in (("target", columns.target), ("inputs", columns.inputs)):
        if name is not None and name not in names:
            raise DataError(
                f"`{path}` must return the column that `{key}` names. Received: {name}."
                f"{did_you_mean(name, names)} Columns: {shown}."
            )
    target = columns.target or next((name for name in TARGETS if name in names), None)
    if target is None:
        raise DataError(
            f"the column of targets of `{path}` must be named. Received: none. Columns: {shown}. "
            "Give one of them as `target`."
        )
    others = [name for name in names if name != target]
    if columns.inputs is not None:
        return target, columns.inputs
    if len(others) != 1:
        raise DataError(
            f"the column of inputs of `{path}` must be named where there are several. "
            f"Received: {', '.join(f'`{name}`' for name in others) or 'none'}. Give one of them as `inputs`."
        )
    return target, others[0]


def as_array(path: str, label: str, part: Any) -> Array:
    """Convert to an array what has the interface of one, such as a tensor or a picture."""
    if hasattr(part, "detach") and hasattr(part, "cpu"):
        part = part.detach().cpu()
    try:
        return run_user_code(lambda: np.asarray(part))
    except RaisedError as error:
        raise DataError(
            f"the {label} of `{path}` must be an array. Received: {_format_type(part)}, which NumPy refuses "
            f"by {error}. Return a numpy array."
        ) from error


def _format_type(value: Any) -> str:
    return f"{type(value).__name__} of {len(value)}" if isinstance(value, tuple | list) else type(value).__name__
