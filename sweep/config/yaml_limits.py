"""Refuses a file that would become too large or too deep, by its events and before any value is built."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from sweep.config.yaml_words import AnyLoader
from sweep.errors import ConfigError

LARGEST_FILE = 2_000_000
"""Bytes of a file: about 200,000 values; reading more takes too long for interactive use."""

MOST_VALUES = 250_000
"""Values and keys of a file, each alias counted with all that it stands for."""

DEEPEST = 50
"""Lists and mappings within each other; a sweep has six."""

CORE = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "seq", "map", "merge"))
"""Tags of plain values; others ask for objects, which run code where a reader makes them."""


@dataclass
class _Open:
    """A list or mapping whose end has not come, with the number of values so far."""

    anchor: str | None
    values: int = 1


@dataclass
class _Count:
    """What has been seen of a document."""

    total: int = 0
    open: list[_Open] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def add(self, values: int) -> None:
        """Count values; what is open around them is counted at its end."""
        self.total += values
        if self.open:
            self.open[-1].values += values

    def close(self) -> None:
        """End the innermost list or mapping."""
        ended = self.open.pop()
        if ended.anchor is not None:
            self.sizes[ended.anchor] = ended.values
        if self.open:
            self.open[-1].values += ended.values


def require_readable(loader: AnyLoader, origin: str, *, has_lines: bool = True) -> None:
    """Read the events of a document, and refuse it at the first that breaks a limit.

    Args:
        loader: reads the text, from its beginning; it is at its end afterwards.
        origin: the file, or what else holds the text.
        has_lines: whether messages name a line.

    Raises:
        ConfigError: for too many values, too deep ones, or a tag.
        yaml.YAMLError: if it is no YAML.
    """
    count = _Count()
    while loader.check_event():
        event: Any = loader.get_event()
        place = f"{origin}:{event.start_mark.line + 1}:{event.start_mark.column + 1}" if has_lines else origin
        if getattr(event, "tag", None) not in (None, "!", *CORE):
            raise ConfigError(f"{place}: the tag {event.tag[:100]} is not known. Write a plain value.")
        if isinstance(event, yaml.CollectionStartEvent):
            count.total += 1
            count.open.append(_Open(event.anchor))
        elif isinstance(event, yaml.CollectionEndEvent):
            count.close()
        elif isinstance(event, yaml.AliasEvent):
            # An unknown anchor is an error of the reader, and one that is still open of ours.
            count.add(count.sizes.get(event.anchor or "", 1))
        elif isinstance(event, yaml.ScalarEvent):
            count.add(1)
            if event.anchor is not None:
                count.sizes[event.anchor] = 1
        if len(count.open) > DEEPEST:
            raise ConfigError(
                f"{place}: lists and mappings must not be deeper than {DEEPEST} within each other. "
                "Received: one more. Write the value without so many brackets."
            )
        if count.total > MOST_VALUES:
            raise ConfigError(
                f"{place}: the file must have {MOST_VALUES:,} values or fewer, each alias counted with all that it "
                "stands for. Received: more up to here. List fewer values, or cut the sweep into several."
            )
