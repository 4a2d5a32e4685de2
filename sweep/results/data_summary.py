"""Writes and reads what a sweep has found in its data: columns, classes, missing values, parts and leaks."""

from __future__ import annotations

import json
from pathlib import Path

from sweep.errors import ResultsError
from sweep.system.files import write_text
from trainers.data.summary import DataSummary

DATA = "data.json"


def read_data_summary(folder: Path) -> DataSummary | None:
    """Read ``data.json`` of a results folder.

    Args:
        folder: the results folder.

    Returns:
        The summary; None for a sweep without one, of an earlier version or of a training of the user's own.

    Raises:
        ResultsError: for a damaged file.
    """
    path = folder / DATA
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path, str(error)) from error
    try:
        return DataSummary.from_mapping(json.loads(text))
    except KeyError as error:
        raise _damaged(path, f"no key `{error.args[0]}`") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise _damaged(path, str(error)) from error


def write_data_summary(folder: Path, summary: DataSummary) -> None:
    """Write ``data.json``.

    Args:
        folder: results folder.
        summary: of the data of the sweep.
    """
    write_text(folder / DATA, json.dumps(summary.as_mapping(), indent=1, allow_nan=False) + "\n")


def _damaged(path: Path, reason: str) -> ResultsError:
    return ResultsError(
        f"`{path}` must describe the data of its sweep. Received: a damaged file, {reason.rstrip('.')}. Delete it for "
        "a report without the data, or run the sweep again, which writes it anew."
    )
