"""Finds text that is at fault only for its quotes, such as a learning rate of "1e-3"."""

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
    """Find the values that would keep the rule that they break if they stood without their quotes.

    Each text that YAML would read as something else is read again without quotes, and the whole is validated again, so
    that nobody is told to drop quotes in vain.

    Args:
        faults: path -> the value at fault, and the rule that it breaks.
        document: what was validated.
        model: what it was validated against.
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
    """Where in the file an error of pydantic is."""
    return tuple(details.get("ctx", {}).get("at") or details["loc"])


def broken_rule(details: ErrorDetails) -> str:
    """What tells the errors of one value apart: the rule in our words, or pydantic's kind of error."""
    return str(details.get("ctx", {}).get("rule", details["type"]))


def _unquoted(text: str) -> Any:
    """What YAML reads where the text stands without quotes; the text itself where that is no single value."""
    try:
        value = read_value(text, "text")
    except ConfigError:
        return text
    return value if isinstance(value, bool | int | float) else text


def _put(values: Any, path: Keys, value: Any) -> bool:
    """Put ``value`` at ``path``, of which an index is passed over where a list may also be a single value."""
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
    """Whether two paths name the same value; the one of pydantic may have the name of a variant more."""
    rest = iter(other)
    return all(key in rest for key in path)
