"""Reads Parquet: a file, a folder of files, or a folder whose subfolders such as `year=2024` are columns too."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from trainers.data.files.arrow_frames import frame_of
from trainers.data.files.content import Content
from trainers.data.files.memory import require_fits
from trainers.data.files.problems import check_names, check_rows, unreadable
from trainers.data.files.table import FileOptions, Table
from trainers.data.files.text_columns import NumberFormat, convert
from trainers.errors import DataError, listed

EXPECTED = "Parquet"

INDEX = "__index_level_"
"""How the names of columns begin that pandas makes of an index without a name."""

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""How Hive and Spark name the folder of the rows without a value."""


def read(content: Content, options: FileOptions) -> Table:
    """Read a Parquet file.

    Args:
        content: the file.
        options: nothing of them applies.

    Raises:
        DataError: if it cannot be read.
    """
    return _table(content.origin, content.shown, _read(content), {}, ())


def read_folder(folder: Path, name: str, shown: str) -> Table:
    """Read all Parquet files of a folder, in the order of their paths, as one table.

    Args:
        folder: the folder; what begins with a dot or an underscore is left out.
        name: of the table, for messages.
        shown: the folder as the user names it.

    Raises:
        DataError: if it has none, one of them cannot be read, or they differ in their columns.
    """
    import pyarrow as pa

    paths = files_in(folder, shown)
    require_fits(shown, sum(path.stat().st_size for path in paths))
    tables, parts = [], []
    for path in paths:
        inside = path.relative_to(folder)
        each = f"{shown.rstrip('/')}/{inside.as_posix()}"
        tables.append(_read(Content(name=path.name, origin=path.name, shown=each, path=path)))
        parts.append(partition_of(inside))
        require_same(each, tables[0].column_names, tables[-1].column_names, parts[0], parts[-1])
    counts = [table.num_rows for table in tables]
    try:
        table = pa.concat_tables([each.select(tables[0].column_names) for each in tables], promote_options="permissive")
    except pa.ArrowException as error:
        raise unreadable(shown, f"a folder of {EXPECTED} files whose columns have the same types", error) from error
    partitions = {
        key: repeated([part[key] for part in parts], counts) for key in parts[0] if key not in table.column_names
    }
    notes = [f"folder of {len(paths):,} Parquet files"]
    if partitions:
        notes.append(f"columns from the names of its subfolders: {listed(list(partitions))}")
    return _table(name, shown, table, partitions, tuple(notes))


def files_in(folder: Path, shown: str) -> list[Path]:
    """Return the Parquet files of a folder, in the order of their paths.

    Raises:
        DataError: if it has none.
    """
    paths = [path for path in sorted(folder.rglob("*.parquet")) if path.is_file() and not _is_hidden(path, folder)]
    if not paths:
        others = [path.name for path in sorted(folder.iterdir()) if path.is_file() and not _is_hidden(path, folder)]
        raise DataError(
            f"a folder of data must hold Parquet files, .parquet. Received: `{shown}`, which holds "
            f"{listed(others, most=3) or 'none'}. Give the path of one file."
        )
    return paths


def _read(content: Content) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        source = str(content.path.absolute()) if content.path is not None else pa.BufferReader(content.unpacked)
        with parquet.ParquetFile(source) as file:
            facts = file.metadata
            require_fits(content.shown, sum(facts.row_group(at).total_byte_size for at in range(facts.num_row_groups)))
            table = file.read()
    except (OSError, ValueError, pa.ArrowException) as error:
        if isinstance(error, DataError):
            raise
        raise unreadable(content.shown, EXPECTED, error) from error
    # pandas stores an unnamed index under this name: a row number, not an input.
    kept = [at for at, name in enumerate(table.column_names) if not name.startswith(INDEX)]
    return table.select(kept)


def _table(name: str, shown: str, table: Any, partitions: dict[str, Any], notes: tuple[str, ...]) -> Table:
    check_names(name, shown, [*table.column_names, *partitions])
    check_rows(name, table.num_rows)
    import pyarrow as pa

    try:
        frame = frame_of(dict(zip(table.column_names, table.columns, strict=True)) | partitions)
    except (ValueError, NotImplementedError, pa.ArrowException) as error:
        raise unreadable(shown, f"{EXPECTED} with columns of numbers and text", error) from error
    return Table(name=name, frame=frame, is_typed=True, notes=notes)


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)


def partition_of(inside: Path) -> dict[str, str | None]:
    """The columns in the names of the folders of a file."""
    found: dict[str, str | None] = {}
    for part in inside.parts[:-1]:
        key, equals, value = part.partition("=")
        if equals and key:
            found[unquote(key)] = None if value == NO_VALUE else unquote(value)
    return found


def require_same(
    shown: str, first: list[str], other: list[str], keys: dict[str, str | None], others: dict[str, str | None]
) -> None:
    """Refuse a file of a folder whose columns differ from those of the first one."""
    one, two = {*first, *keys}, {*other, *others}
    if one != two:
        raise DataError(
            f"all Parquet files of a folder must have the same columns. Received: `{shown}`, which differs from the "
            f"first file in {listed(sorted(one ^ two), most=3)}. Write the folder again, or give the path of one file."
        )


def repeated(values: list[str | None], counts: list[int]) -> Any:
    """A column of the value of each file, as often as it has rows; folders do not tell text from numbers."""
    import pyarrow as pa

    cells = [pa.repeat(pa.scalar(value, pa.large_string()), count) for value, count in zip(values, counts, strict=True)]
    return convert(pa.chunked_array(cells, type=pa.large_string()), NumberFormat())
