"""Reads a table of any format from a file, a folder, a URL or scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from trainers.data.files import arff, delimited, excel, feather, json_lines, npy, parquet, sklearn_sets
from trainers.data.files.content import Content
from trainers.data.files.fetching import fetched
from trainers.data.files.formats import ENCODED, ENDINGS, FORMATS, TEXT, ending_of
from trainers.data.files.location import SKLEARN, file_name, is_web, local_path, shown
from trainers.data.files.missing import missing_file
from trainers.data.files.missing_words import with_missing
from trainers.data.files.problems import unreadable
from trainers.data.files.table import FileOptions, Table
from trainers.data.files.unpacking import PACKED, unpacked
from trainers.errors import DataError

READERS: Mapping[str, Callable[[Content, FileOptions], Table]] = {
    "arff": arff.read,
    "delimited": delimited.read,
    "excel": excel.read,
    "feather": feather.read,
    "json_lines": json_lines.read,
    "npy": npy.read,
    "parquet": parquet.read,
}
"""Format -> what reads it."""


def read_table(path: str, options: FileOptions | None = None) -> Table:
    """Read a table.

    Args:
        path: of a file in one of the `ENDINGS`, packed or not; of a folder of Parquet files; a URL of either; or
            ``sklearn:NAME``.
        options: what is not to be detected.

    Raises:
        DataError: if it cannot be read, with the place and the way out.

    >>> read_table("sklearn:iris").names[-1]
    'target'
    """
    options = FileOptions() if options is None else options
    _check_options(options)
    if path.startswith(SKLEARN):
        _require_applicable("sklearn", path, options)
        table = sklearn_sets.read_set(path)
    else:
        with _on_this_machine(path) as found:
            table = _read(found, path, options)
    return replace(table, frame=with_missing(table.frame, options.missing))


@contextmanager
def opened(path: str) -> Iterator[Content]:
    """Open a file that is no table, such as one of arrays, for the time of the context.

    Args:
        path: of a file, or its URL.

    Raises:
        DataError: if there is none.
    """
    with _on_this_machine(path) as found:
        yield unpacked(_content(found, path))


@contextmanager
def _on_this_machine(path: str) -> Iterator[Path]:
    local = local_path(path)
    if local is not None:
        _require_ending(path, is_folder=local.is_dir())
        if not local.exists():
            raise missing_file(local, [Path.cwd()])
        yield local
        return
    if is_web(path):
        # There are no folders on the web.
        _require_ending(path, is_folder=False)
    with fetched(path) as copied:
        _require_ending(path, is_folder=copied.is_dir())
        yield copied


def _read(found: Path, path: str, options: FileOptions) -> Table:
    if found.is_dir():
        _require_applicable("parquet", path, options)
        return parquet.read_folder(found, file_name(path), shown(path))
    try:
        content = unpacked(_content(found, path))
        form = FORMATS.get(content.ending)
        if form is None:
            raise _unknown_ending(f"{shown(path)}` with `{content.name}" if content.name != found.name else shown(path))
        _require_applicable(form, path, options)
        return READERS[form](content, options)
    except OSError as error:
        raise unreadable(shown(path), "a file that can be read", error.strerror or error) from error


def _content(found: Path, path: str) -> Content:
    name = file_name(path)
    return Content(name=name, origin=name, shown=shown(path), path=found)


def _require_ending(path: str, *, is_folder: bool) -> None:
    name = file_name(path)
    if is_folder or ending_of(name) in ENDINGS or Path(name.lower()).suffix == ".zip":
        return
    raise _unknown_ending(shown(path))


def _unknown_ending(received: str) -> DataError:
    known = ", ".join(ENDINGS)
    return DataError(
        f"a data file must end in one of {known}, or one of them and {', '.join(PACKED)}. "
        f"Received: `{received}`. Convert the file."
    )


def _check_options(options: FileOptions) -> None:
    if options.separator is not None and (len(options.separator) != 1 or options.separator in '"\r\n'):
        raise DataError(
            f"`separator` must be one character. Received: {options.separator!r}. Give one such as ; or a tab."
        )
    if options.decimal not in (None, ".", ","):
        raise DataError(f"`decimal` must be a point or a comma. Received: {options.decimal!r}. Give one of the two.")
    if options.thousands is not None and (len(options.thousands) != 1 or options.thousands.isalnum()):
        raise DataError(
            f"`thousands` must be one character between groups of digits. Received: {options.thousands!r}. "
            "Give one such as a comma."
        )
    if options.thousands is not None and options.thousands == options.decimal:
        raise DataError(
            f"`thousands` and `decimal` must differ. Received: {options.thousands!r} for both. "
            "Give another, or leave one out."
        )


def _require_applicable(form: str, path: str, options: FileOptions) -> None:
    """Refuse an option that would be ignored, because setting it is a mistake of the user."""
    applies = {
        "separator": (TEXT, "a text table such as CSV"),
        "decimal": (TEXT, "a text table such as CSV"),
        "thousands": (TEXT, "a text table such as CSV"),
        "encoding": (ENCODED, "a file of text"),
        "sheet": (("excel",), "a workbook of Excel"),
    }
    for name, (forms, what) in applies.items():
        value = getattr(options, name)
        if value is not None and form not in forms:
            raise DataError(
                f"`{name}` applies to {what}, and the data is `{shown(path)}`. Received: {value}. Leave `{name}` out."
            )
