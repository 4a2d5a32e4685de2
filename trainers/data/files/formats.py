"""The endings of the files that can be read, and the module that reads each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType

from trainers.data.files.unpacking import PACKED

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys((".csv", ".tsv", ".tab", ".txt", ".data"), "delimited"),
        **dict.fromkeys((".parquet", ".pq"), "parquet"),
        **dict.fromkeys((".feather", ".arrow"), "feather"),
        **dict.fromkeys((".jsonl", ".ndjson", ".json"), "json_lines"),
        ".arff": "arff",
        **dict.fromkeys((".xlsx", ".xlsm"), "excel"),
        ".npy": "npy",
    }
)
"""Ending of a table -> the module of this package that reads it."""

ARRAYS = ".npz"
"""The ending of a file of two arrays, which is no table."""

ENDINGS = (*FORMATS, ARRAYS)

TEXT = ("delimited",)
"""Formats to which a separator, a decimal mark and thousands apply."""

ENCODED = ("delimited", "json_lines", "arff")
"""Formats to which an encoding applies."""


def has_known_ending(name: str) -> bool:
    """Whether a file has the ending of a format, packed or not.

    >>> has_known_ending("a.csv"), has_known_ending("a.CSV.gz"), has_known_ending("a.doc")
    (True, True, False)
    """
    return ending_of(name) in ENDINGS or PurePath(name.lower()).suffix in PACKED


def ending_of(name: str) -> str:
    """Return the ending that tells the format, without that of a packer.

    >>> ending_of("a.b.csv"), ending_of("A.CSV.gz"), ending_of("a.zip")
    ('.csv', '.csv', '')
    """
    path = PurePath(name.lower())
    return PurePath(path.stem).suffix if path.suffix in PACKED else path.suffix
