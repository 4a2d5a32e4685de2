"""Reads a user's CSV, Parquet or NPZ file and reports problems as one-sentence messages."""

from __future__ import annotations

import csv
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trainers.data import columns
from trainers.data.dataset import Dataset
from trainers.data.holdout import Given
from trainers.data.numeric import MOST_EXACT
from trainers.data.tables import Table, TableOptions, listed, read_datasets
from trainers.data.target import Task
from trainers.errors import DataError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

LARGEST = float(np.finfo(np.float64).max)
EXTENSIONS = (".csv", ".parquet", ".npz")


def load_file(
    path: Path, target: str | None, inputs: str | None, task: Task, options: TableOptions | None = None
) -> tuple[Dataset, Dataset | None]:
    """Load a file.

    Args:
        path: file to read; its extension decides the format.
        target: column to predict (of a table, required), or target array of an NPZ file (``y``).
        inputs: input array of an NPZ file (``x``); None for the other formats.
        task: ``auto`` decides as `target.is_classification` describes.
        options: what else the user says of a table; its target and task are those given here.

    Returns:
        The data set, and its test part if the table decides it; None otherwise.

    Raises:
        DataError: if the file cannot be read or its content cannot be trained on.
    """
    require_extension(path)
    if not path.is_file():
        raise missing_file(path, [Path.cwd()])
    if path.suffix.lower() == ".npz":
        arrays = (inputs or "x", target or "y")
        x, y = _read_npz(path, arrays)
        return columns.from_arrays(path.name, arrays, x, y, task), None
    if inputs is not None:
        raise DataError(
            f"`inputs` names an array of an NPZ file; the columns of the table `{path.name}` are named by `features`. "
            f"Received: {inputs}. Leave `inputs` out."
        )
    table = _read_table(path, target)
    if target is None:
        raise DataError(
            f"the target column of `{path.name}` must be named. Received: none. "
            f"Columns: {listed([*map(str, table.frame.columns)])}. Give one of them as `target`."
        )
    options = replace(options or TableOptions(target=target), target=target, task=task)
    others = [
        _read_table(Path(part.path), target) if isinstance(part, Given) and part.path is not None else None
        for part in (options.validation, options.test)
    ]
    return read_datasets(table, options, *others)


def require_extension(path: Path) -> None:
    """Refuse a file of an unknown format."""
    if path.suffix.lower() not in EXTENSIONS:
        raise DataError(
            f"a data file must end in one of {', '.join(EXTENSIONS)}. Received: `{path}`. Convert the file."
        )


def _read_table(path: Path, target: str | None) -> Table:
    if not path.is_file():
        raise missing_file(path, [Path.cwd()])
    is_csv = path.suffix.lower() == ".csv"
    frame = _read_csv(path) if is_csv else _read_parquet(path)
    if is_csv and target in frame.columns:
        labels = frame[target]
        if labels.dtype == np.float64 and labels.abs().between(MOST_EXACT, LARGEST).any():
            # Read again as text: class names keep all their digits, which pandas has rounded.
            frame[target] = _table(path, usecols=[target], dtype=str)[target]
    return Table(name=path.name, frame=frame, is_typed=not is_csv)


def _read_csv(path: Path) -> pd.DataFrame:
    import pandas as pd

    expected = "CSV in UTF-8 with a header line"
    try:
        # The header is read separately because pandas renames a repeated column instead of refusing it.
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = next((row for row in csv.reader(lines) if row), [])
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error) from error
    except (OSError, csv.Error) as error:
        raise _unreadable(path, expected, error) from error
    if any("\0" in name for name in header):
        raise DataError(
            f"`{path}` must be {expected}. Received: NUL bytes in the header. "
            "Save it as UTF-8 if it is UTF-16; a spreadsheet is exported, not renamed."
        )
    _check_names(path, header)
    try:
        with warnings.catch_warnings():
            # pandas only warns about cells beyond the header and drops them.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return _table(path)
    except pd.errors.ParserWarning as error:
        raise DataError(
            f"each row of `{path.name}` must have as many cells as the header. "
            f"Received: {len(header)} names, and rows with more cells. Name every column."
        ) from error
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error) from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, expected, error) from error


def _table(path: Path, **options: Any) -> pd.DataFrame:
    """Read a CSV file, keeping as text what pandas would take for a missing value."""
    import pandas as pd

    # Absolute, because pandas expands a leading `~` to the home folder even where it is part of a name.
    table: pd.DataFrame = pd.read_csv(
        path.absolute(),
        encoding="utf-8-sig",
        low_memory=False,
        index_col=False,
        keep_default_na=False,
        na_values=[],
        **options,
    )
    return table


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(path.absolute()).read()
        # pandas stores an unnamed index under this name: a row number, not an input.
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
        # Objects are never unpickled: a data file must not be able to run code.
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
                f"Arrays: {listed(available)}. Name the two by `inputs` and `target`."
            )
    return arrays


def _unreadable(path: Path, expected: str, error: Exception) -> DataError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    return DataError(f"`{path}` must be {expected}. Received: {reason}. Check the file, or write it again.")


def _not_utf8(path: Path, error: UnicodeDecodeError) -> DataError:
    wide = path.read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff")
    received = "UTF-16" if wide else f"byte {error.object[error.start]:#04x}, as in Latin-1"
    return DataError(f"`{path}` must be CSV in UTF-8 with a header line. Received: {received}. Save it as UTF-8.")


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


def missing_file(path: Path, folders: Sequence[Path]) -> DataError:
    """Make the error for a missing file, with the searched folders and the most similar name.

    Args:
        path: as given by the user.
        folders: searched for a relative path.
    """
    places = [path.parent] if path.is_absolute() else [folder / path.parent for folder in dict.fromkeys(folders)]
    known = [place for place in places if place.is_dir()]
    neighbours = [entry.name for place in known for entry in place.iterdir() if entry.suffix.lower() in EXTENSIONS]
    looked = "" if path.is_absolute() else f" It is neither in {' nor in '.join(f'`{place}`' for place in places)}."
    if len(places) == 1:
        looked = looked.replace("neither in", "not in")
    way_out = did_you_mean(path.name, neighbours) or " Check the path."
    if not known:
        folder = f"`{path.parent}` either" if path.parent != Path() else "of it"
        looked, way_out = f"{looked} There is no folder {folder}.", " Check the path."
    if path.is_dir():
        looked, way_out = " It is a folder.", " Give a file in it."
    return DataError(f"the data file must exist. Received: `{path}`.{looked}{way_out}")
