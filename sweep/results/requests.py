"""Passes what a user asks of a running sweep to the process that runs it, by files in its results folder."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweep.system.files import reported, write_text

REQUESTS = "requests"
"""Folder in a results folder."""


@dataclass(frozen=True)
class Request:
    """What a user asks.

    Args:
        kind: ``cancel``, ``pause``, ``resume``, ``set`` or ``extend``.
        facts: its arguments, of JSON types.
    """

    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def write_request(folder: Path, request: Request) -> None:
    """Leave a request in a results folder, in one step.

    Args:
        folder: the results folder.
        request: the request.

    Raises:
        ResultsError: if it cannot be written.
    """
    with reported(folder):
        (folder / REQUESTS).mkdir(exist_ok=True)
    # The names sort by the time of the request.
    name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}.json"
    write_text(folder / REQUESTS / name, json.dumps({"kind": request.kind, **request.facts}))


def take_requests(folder: Path, kinds: frozenset[str]) -> list[Request]:
    """Return the requests of some kinds in their order, and delete them.

    A file that is not a request is deleted too, and one of another kind stays.

    Args:
        folder: the results folder.
        kinds: the kinds that the caller answers.
    """
    place = folder / REQUESTS
    if not place.is_dir():
        return []
    found = []
    for path in sorted(place.glob("*.json")):
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            request = Request(str(facts.pop("kind")), facts)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            request = None
        if request is not None and request.kind not in kinds:
            continue
        path.unlink(missing_ok=True)
        if request is not None:
            found.append(request)
    return found
