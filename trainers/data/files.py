"""Reads a user's CSV, Parquet or NPZ file, and says in one sentence what is wrong with it."""

from __future__ import annotations

import csv
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from trainers.data import columns
from trainers.data.dataset import Dataset
from trainers.errors import DataError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

Task = Literal["auto", "classification", "regression"]
EXTENSIONS = (".csv", ".parquet", ".npz")


def load_file(path: Path, target: str | None, inputs: str | None, task: Task) -> Dataset:
    """Load a file: every column but the target is an input.

    Args:
        path: what to read; its ending says how.
        target: column to predict (CSV and Parquet, required), or array of an NPZ file (``y``).
        inputs: array of inputs of an NPZ file (``x``); None for the others.
        task: ``auto`` decides as `columns.is_classification` says.

    Raises:
        DataError: if the file cannot be read, or its content cannot be trained on.
    """
    extension = path.suffix.lower()
    if extension not in EXTENSIONS:
        raise DataError(
            f"a data file must end in one of {', '.join(EXTENSIONS)}. Received: `{path}`. Convert the file."
        )
    if not path.is_file():
        raise DataError(f"the data file must exist. Received: `{path}`. {_nearby(path)}")
    if extension == ".npz":
        arrays = (inputs or "x", target or "y")
        x, y = _read_npz(path, arrays)
        return columns.from_arrays(path.name, arrays, x, y, task)
    if inputs is not None:
        raise DataError(
            f"`inputs` names an array of an NPZ file; of the table `{path.name}`, all columns but the target "
            f"are inputs. Received: {inputs}. Leave `inputs` out."
        )
    table = _read_csv(path) if extension == ".csv" else _read_parquet(path)
    names = [str(name) for name in table.columns]
    if target is None:
        raise DataError(f"the target column of `{path.name}` must be named. Received: none. Columns: {_listed(names)}.")
    if target not in names:
        raise DataError(
            f"`{path.name}` has no column `{target}`.{did_you_mean(target, names)} Columns: {_listed(names)}."
        )
    position = names.index(target)
    series = [table.iloc[:, column] for column in range(len(names)) if column != position]
    return columns.from_table(path.name, series, table.iloc[:, position], task)


def _read_csv(path: Path) -> pd.DataFrame:
    import pandas as pd

    expected = "CSV in UTF-8 with a header line"
    try:
        # The header is read apart because pandas renames a repeated column instead of refusing it.
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = next((row for row in csv.reader(lines) if row), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, expected, error) from error
    _check_names(path, header)
    try:
        with warnings.catch_warnings():
            # pandas only warns about cells beyond the header, and drops them.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(path, encoding="utf-8-sig", low_memory=False, index_col=False)
    except pd.errors.ParserWarning as error:
        raise DataError(
            f"each row of `{path.name}` must have as many cells as the header. "
            f"Received: {len(header)} names, and rows with more cells. Name every column."
        ) from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, expected, error) from error


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(path).read()
        # pandas stores an index without a name under this one: a row number, not an input.
        unnamed = [name for name in table.column_names if name.startswith("__index_level_")]
        frame: pd.DataFrame = table.drop_columns(unnamed).to_pandas(ignore_metadata=True)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _unreadable(path, "Parquet", error) from error
    _check_names(path, [str(name) for name in frame.columns])
    return frame


def _read_npz(path: Path, names: tuple[str, str]) -> list[NDArray[Any]]:
    expected = "a file of numpy.savez"
    arrays: list[NDArray[Any]] = []
    try:
        # Objects are never unpickled: a file of data must not be able to run code.
        with path.open("rb") as stream:
            archive = np.load(stream, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ValueError("a single array without a name")
            available = list(archive.files)
            arrays += [archive[name] for name in names if name in available]
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise _unreadable(path, expected, error) from error
    for name in names:
        if name not in available:
            raise DataError(
                f"`{path.name}` has no array `{name}`.{did_you_mean(name, available)} "
                f"Arrays: {_listed(available)}. Name the two by `inputs` and `target`."
            )
    return arrays


def _unreadable(path: Path, expected: str, error: Exception) -> DataError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    return DataError(f"`{path}` must be {expected}. Received: {reason}. Check the file, or write it again.")


def _check_names(path: Path, names: Sequence[str]) -> None:
    if not names:
        raise DataError(f"`{path}` must hold a header and rows. Received: an empty file. Check the file.")
    repeated = [name for name, count in Counter(names).items() if count > 1 and name]
    if repeated:
        raise DataError(
            f"the columns of `{path.name}` must have different names. "
            f"Received: `{repeated[0]}` {names.count(repeated[0])} times. Rename one of them."
        )
    if "" in names:
        raise DataError(
            f"every column of `{path.name}` must have a name. "
            f"Received: none for column {names.index('') + 1}. "
            "Name it, or drop it if it is a row number (pandas: to_csv(..., index=False))."
        )
    if len(names) == 1:
        hint = "Is the file separated by semicolons or tabs? Use commas." if set(names[0]) & set(";\t") else ""
        raise DataError(
            f"`{path.name}` must have a target and at least one other column. Received: `{names[0]}` alone. "
            f"{hint or 'Add the columns of inputs.'}"
        )


def _nearby(path: Path) -> str:
    """Say what to do about a missing file, with the nearest name in its folder."""
    if not path.parent.is_dir():
        return f"There is no folder `{path.parent}` either; check the path."
    neighbours = [entry.name for entry in path.parent.iterdir() if entry.suffix.lower() in EXTENSIONS]
    suggestion = did_you_mean(path.name, neighbours)
    return suggestion.strip() or "Check the path; it is relative to the current folder."


def _listed(names: Sequence[str], most: int = 20) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
