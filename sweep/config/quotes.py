"""Finds values that are invalid only because they are quoted, such as a learning rate of "1e-3"."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sweep.config.document import Document, Keys, read_value
from sweep.errors import ConfigError


def needless_quotes(
    faults: Mapping[Keys, tuple[Any, str]], document: Document, model: type[BaseModel]
) -> frozenset[Keys]:
    """Find the values that would be valid without their quotes.

    Each string that YAML would read as another type is parsed again without quotes, and the whole configuration is
    validated again, so that dropping the quotes is only suggested where it helps.

    Args:
        faults: path -> the invalid value, and the rule that it breaks.
        document: the validated document.
        model: the model that it was validated against.
    """
    without = {path: _unquoted(value) for path, (value, _) in faults.items() if isinstance(value, str)}
    without = {path: value for path, value in without.items() if not isinstance(value, str)}
    if not without:
        return frozenset()
    values = copy.deepcopy(document.values)
    changed = [path for path, value in without.items() if _put(values, path, value)]
    left: list[tuple[Keys, str]] = []
    try:
        model.model_validate(values)
    except ValidationError as error:
        left = [(at_fault(details), broken_rule(details)) for details in error.errors(include_url=False)]
    return frozenset(
        path for path in changed if not any(rule == faults[path][1] and _same(path, other) for other, rule in left)
    )


def at_fault(details: ErrorDetails) -> Keys:
    """Return the path of a pydantic error within the file."""
    return tuple(details.get("ctx", {}).get("at") or details["loc"])


def broken_rule(details: ErrorDetails) -> str:
    """Identify the kind of an error: our own rule, or else pydantic's error type."""
    return str(details.get("ctx", {}).get("rule", details["type"]))


def _unquoted(text: str) -> Any:
    """Parse the text as unquoted YAML; return the text itself if that does not give a single value."""
    try:
        value = read_value(text, "text")
    except ConfigError:
        return text
    return value if isinstance(value, bool | int | float) else text


def _put(values: Any, path: Keys, value: Any) -> bool:
    """Set ``value`` at ``path``; an index is skipped where a single value stands in for a list."""
    holder, at = values, path[0]
    for key in path[1:]:
        inside = holder[at] if _holds(holder, at) else None
        if isinstance(inside, list if isinstance(key, int) else dict):
            holder, at = inside, key
        elif not isinstance(key, int):
            return False
    if not _holds(holder, at) or isinstance(holder[at], dict | list):
        return False
    holder[at] = value
    return True


def _holds(holder: Any, at: str | int) -> bool:
    return at in holder if isinstance(holder, dict) else isinstance(at, int) and at < len(holder)


def _same(path: Keys, other: Keys) -> bool:
    """Whether two paths name the same value; pydantic's path may also contain the tag of a union variant."""
    rest = iter(other)
    return all(key in rest for key in path)
