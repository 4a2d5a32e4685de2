"""Reads a YAML file into plain values and remembers the line and column of each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from sweep.config.yaml_limits import LARGEST_FILE, require_readable
from sweep.config.yaml_words import AnyLoader, FastLoader, Loader
from sweep.errors import ConfigError

Keys: TypeAlias = tuple[str | int, ...]
"""Path of a value in a document: mapping keys and list indices, outermost first."""


@dataclass(frozen=True)
class Place:
    """Source location of a value: a file with line and column (both from 1), or an override without them."""

    origin: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return self.origin if self.line is None else f"{self.origin}:{self.line}:{self.column}"


@dataclass
class Document:
    """A parsed file as plain values, with the source locations of its keys and values.

    Args:
        origin: path of the file as given by the user.
        values: mappings, lists and scalars.
        key_places: path -> location of its key.
        value_places: path -> location of its value.
        written: path -> the dotted key as written by the user, where it differs from the path.
        texts: path -> source text of an unquoted number, true, false or null.
    """

    origin: str
    values: dict[str | int, Any]
    key_places: dict[Keys, Place] = field(default_factory=dict)
    value_places: dict[Keys, Place] = field(default_factory=dict)
    written: dict[Keys, str] = field(default_factory=dict)
    texts: dict[Keys, str] = field(default_factory=dict)

    def place(self, path: Keys, of_key: bool = False) -> Place:
        """Return the location of ``path``, or else of its closest enclosing value.

        A list index that the file does not have is skipped, because a single value may stand in for a list. The rest of
        the path may be one key with dots.
        """
        known: Keys = ()
        for index, key in enumerate(path):
            if (*known, key) in self.value_places:
                known = (*known, key)
            elif (dotted := (*known, ".".join(map(str, path[index:])))) in self.value_places:
                known = dotted
                break
            elif isinstance(key, str):
                break
        else:
            if of_key and known in self.key_places:
                return self.key_places[known]
        return self.value_places.get(known, Place(self.origin))

    def name(self, path: Keys) -> str:
        """Return ``path`` as a dotted key without list indices."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.written:
                rest = path[length:]
                return ".".join([self.written[path[:length]], *(key for key in rest if isinstance(key, str))])
        return ".".join(key for key in path if isinstance(key, str))

    def replace(self, path: Keys, value: Any, place: Place, texts: Mapping[Keys, str] | None = None) -> None:
        """Set ``value`` at ``path``; missing parent mappings are created, and the direct parent must be a mapping.

        Args:
            path: path of the value.
            value: new value.
            place: its source location.
            texts: source texts of its parts, by their paths relative to the value.
        """
        self.texts = {known: text for known, text in self.texts.items() if known[: len(path)] != path}
        self.texts |= {(*path, *inner): text for inner, text in (texts or {}).items()}
        for places in (self.key_places, self.value_places):
            for known in [known for known in places if known[: len(path)] == path]:
                del places[known]
            places[path] = place
        inside: dict[str | int, Any] = self.values
        for length, key in enumerate(path[:-1], 1):
            if inside.get(key) is None:
                inside[key] = {}
                self.key_places[path[:length]] = self.value_places[path[:length]] = place
            inside = inside[key]
        inside[path[-1]] = value

    def move_into(self, section: str, key: str) -> None:
        """Move a top-level key into a section; messages still use its original location and name."""
        for places in (self.key_places, self.value_places):
            for known in [known for known in places if known[:1] == (key,)]:
                places[(section, *known)] = places.pop(known)
        self.value_places.setdefault((section,), self.value_places[section, key])
        self.written[section, key] = key
        self.values.setdefault(section, {})[key] = self.values.pop(key)


LONG_FILE = 50_000
"""Files with at least this many characters are read by `FastLoader`."""


def read_document(path: Path) -> Document:
    """Read a YAML file.

    Args:
        path: a YAML file in UTF-8 that holds a mapping.

    Raises:
        ConfigError: if the file cannot be read, is not YAML, repeats a key, or is not a mapping.
    """
    document = Document(str(path), {})
    values = _Reader(document).read(_text(path))
    if values is None:
        raise ConfigError(f"{path}: the file is empty. Start from a copy of configs/quickstart.yaml.")
    if not isinstance(values, dict):
        raise ConfigError(
            f"{document.place(())}: the file must hold sections such as `data:` and `optimizers:`. "
            f"Received: {'a list' if isinstance(values, list) else repr(values)}. "
            "Start from a copy of configs/quickstart.yaml."
        )
    document.values = values
    return document


def read_value(text: str, origin: str) -> Any:
    """Read one value as YAML, such as the ``[0.8, 0.9]`` of an override.

    Args:
        text: YAML.
        origin: name of the source in error messages.

    Raises:
        ConfigError: if the text is not YAML.

    >>> read_value("[1e-3, full, null, 3]", "override")
    [0.001, 'full', None, 3]
    """
    return read_spelled(text, origin)[0]


def read_spelled(text: str, origin: str) -> tuple[Any, Mapping[Keys, str]]:
    """Read one value as `read_value` does, and also return the `Document.texts` of its parts."""
    document = Document(origin, {})
    return _Reader(document, has_lines=False).read(text), document.texts


def _text(path: Path) -> str:
    try:
        if (found := path.stat().st_size) > LARGEST_FILE:
            raise ConfigError(
                f"{path}: the file must have {LARGEST_FILE:,} bytes or fewer. Received: {found:,} bytes. "
                "List fewer values, or cut the sweep into several."
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise ConfigError(
            f"{path}: the file must be UTF-8 text. Received: byte {byte:#04x} at offset {error.start}. "
            "Save it as UTF-8."
        ) from None
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file. Check the path and the working folder.") from None
    except OSError as error:
        raise ConfigError(f"{path}: the file cannot be read ({error.strerror}). Give a YAML file.") from None


class _Reader:
    """Converts YAML nodes into values and records their locations in a document."""

    def __init__(self, document: Document, has_lines: bool = True) -> None:
        self._document = document
        self._has_lines = has_lines
        self._problems: list[str] = []
        self._open: set[int] = set()

    def read(self, text: str) -> Any:
        loader: AnyLoader | None = None
        try:
            kind = Loader if len(text) < LONG_FILE else FastLoader
            loader = kind(text)
            require_readable(loader, self._document.origin, has_lines=self._has_lines)
            loader.dispose()
            loader = kind(text)
            node = loader.get_single_node()
            value = None if node is None else self._value(loader, node, ())
        except yaml.MarkedYAMLError as error:
            raise ConfigError(self._syntax(error)) from None
        except yaml.reader.ReaderError as error:
            raise ConfigError(
                f"{self._document.origin}: the file must be text. "
                f"Received: character {error.character:#x} at offset {error.position}. Remove it."
            ) from None
        finally:
            if loader is not None:
                loader.dispose()
        if self._problems:
            raise ConfigError("\n".join(self._problems))
        return value

    def _syntax(self, error: yaml.MarkedYAMLError) -> str:
        mark = error.problem_mark or error.context_mark
        what = " ".join(part for part in (error.context, error.problem) if part)
        hint = "Check the indentation, colons, quotes and brackets here."
        if "\\t" in what:
            hint = "Indent with spaces, not with tabs."
        elif "expected a single document" in what:
            hint = "Keep one document: remove the line `---`."
        return f"{self._place(mark)}: this is not valid YAML: {what}. {hint}"

    def _place(self, mark: Any) -> Place:
        if mark is None or not self._has_lines:
            return Place(self._document.origin)
        return Place(self._document.origin, mark.line + 1, mark.column + 1)

    def _value(self, loader: AnyLoader, node: yaml.Node, path: Keys) -> Any:
        place = self._place(node.start_mark)
        self._document.value_places[path] = place
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place, path)
        if id(node) in self._open:
            self._problems.append(f"{place}: this alias contains itself. Write the value out.")
            return None
        self._open.add(id(node))
        value: Any
        if isinstance(node, yaml.MappingNode):
            value = {key: self._value(loader, inner, (*path, key)) for key, inner in self._pairs(loader, node, path)}
        else:
            value = [self._value(loader, inner, (*path, index)) for index, inner in enumerate(node.value)]
        self._open.remove(id(node))
        return value

    def _scalar(self, node: yaml.ScalarNode, place: Place, path: Keys) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        text = str(node.value)
        if kind in ("null", "bool", "int", "float"):
            self._document.texts[path] = text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        try:
            if kind == "int":
                return int(text)
            if kind == "float":
                # YAML writes .inf and .nan where Python reads inf and nan.
                return float(re.sub(r"\.(?=[iInN])", "", text))
        except ValueError:
            self._problems.append(f"{place}: this is tagged {node.tag} and is not one. Received: {text}. Drop the tag.")
            return None
        if kind in ("str", "merge"):
            return text
        self._problems.append(f"{place}: the tag {node.tag} is not known. Write a plain value.")
        return None

    def _pairs(self, loader: AnyLoader, node: yaml.MappingNode, path: Keys) -> Iterator[tuple[str, yaml.Node]]:
        first: dict[str, Place] = {}
        for key, _ in node.value:
            place = self._place(key.start_mark)
            if not isinstance(key, yaml.ScalarNode):
                self._problems.append(f"{place}: a key must be a word. Received: {key.id}. Write `key: value`.")
            elif key.value in first:
                name = ".".join(map(str, (*path, key.value)))
                self._problems.append(
                    f"{place}: `{name}` is given twice, first at line {first[key.value].line}. Keep one of the two."
                )
            else:
                first[key.value] = place
        # Resolves `<<: *name`: merged keys come first, so that the mapping's own keys override them.
        loader.flatten_mapping(node)
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                self._document.key_places[(*path, key.value)] = self._place(key.start_mark)
                yield key.value, value
