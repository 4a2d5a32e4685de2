"""Writes what a report says of the data set of a sweep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sweep.system.files import write_text

DATA = "data.json"


def write_data(folder: Path, summary: Mapping[str, Any]) -> None:
    """Write ``data.json``.

    Args:
        folder: results folder.
        summary: of JSON types, as `trainers.data.summary.DataSummary.as_mapping` returns it.
    """
    write_text(folder / DATA, json.dumps(summary, indent=1, allow_nan=False) + "\n")
