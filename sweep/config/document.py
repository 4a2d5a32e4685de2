"""Reads a YAML file into plain values and remembers the line and column of each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from sweep.config.yaml_words import AnyLoader, FastLoader, Loader
from sweep.errors import ConfigError

Keys: TypeAlias = tuple[str | int, ...]
"""Where a value is in a document: keys of mappings and indices of lists, from the outside in."""


@dataclass(frozen=True)
class Place:
    """Where the user wrote something: a file with line and column (both from 1), or an override without."""

    origin: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return self.origin if self.line is None else f"{self.origin}:{self.line}:{self.column}"


@dataclass
class Document:
    """A file as plain values, with the places of its keys and of its values.

    Args:
        origin: the file, as the user named it.
        values: mappings, lists and scalars.
        key_places: path -> where its key stands.
        value_places: path -> where its value begins.
        written: path -> the dotted key as the user wrote it, where that differs from the path.
        texts: path -> how a number, true, false or null without quotes is spelled.
    """

    origin: str
    values: dict[str | int, Any]
    key_places: dict[Keys, Place] = field(default_factory=dict)
    value_places: dict[Keys, Place] = field(default_factory=dict)
    written: dict[Keys, str] = field(default_factory=dict)
    texts: dict[Keys, str] = field(default_factory=dict)

    def place(self, path: Keys, of_key: bool = False) -> Place:
        """Find where ``path``, or else the closest thing around it, was written.

        An index that the file does not have is passed over: what may be a list may also be a single value.
        """
        known: Keys = ()
        for key in path:
            if (*known, key) in self.value_places:
                known = (*known, key)
            elif isinstance(key, str):
                break
        else:
            if of_key and known in self.key_places:
                return self.key_places[known]
        return self.value_places.get(known, Place(self.origin))

    def name(self, path: Keys) -> str:
        """Spell ``path`` as the user would: with dots, without indices of lists."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.written:
                rest = path[length:]
                return ".".join([self.written[path[:length]], *(key for key in rest if isinstance(key, str))])
        return ".".join(key for key in path if isinstance(key, str))

    def replace(self, path: Keys, value: Any, place: Place, texts: Mapping[Keys, str] | None = None) -> None:
        """Put ``value`` at ``path``; mappings on the way are made, and the key before it must hold one.

        Args:
            path: of the value.
            value: to put.
            place: where it was written.
            texts: how its parts are spelled, by their paths inside of it.
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
        """Move a key from the top into a section; it keeps the place and the name that the user gave it."""
        for places in (self.key_places, self.value_places):
            for known in [known for known in places if known[:1] == (key,)]:
                places[(section, *known)] = places.pop(known)
        self.value_places.setdefault((section,), self.value_places[section, key])
        self.written[section, key] = key
        self.values.setdefault(section, {})[key] = self.values.pop(key)


LONG_FILE = 50_000
"""Characters from which a file is read by `FastLoader`."""

LARGEST_FILE = 2_000_000
"""Bytes that a file may have: some 200,000 values, beyond which reading takes longer than a user waits."""


def read_document(path: Path) -> Document:
    """Read a file.

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
        origin: what errors name as the source.

    Raises:
        ConfigError: if the text is not YAML.

    >>> read_value("[1e-3, full, null, 3]", "override")
    [0.001, 'full', None, 3]
    """
    return read_spelled(text, origin)[0]


def read_spelled(text: str, origin: str) -> tuple[Any, Mapping[Keys, str]]:
    """Read one value as `read_value` does, with the `Document.texts` of its parts."""
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
    """Turns YAML nodes into values and notes places in a document."""

    def __init__(self, document: Document, has_lines: bool = True) -> None:
        self._document = document
        self._has_lines = has_lines
        self._problems: list[str] = []
        self._open: set[int] = set()

    def read(self, text: str) -> Any:
        loader: AnyLoader | None = None
        try:
            loader = (Loader if len(text) < LONG_FILE else FastLoader)(text)
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
        way_out = "Check the indentation, colons, quotes and brackets here."
        if "\\t" in what:
            way_out = "Indent with spaces, not with tabs."
        elif "expected a single document" in what:
            way_out = "Keep one document: remove the line `---`."
        return f"{self._place(mark)}: this is not valid YAML: {what}. {way_out}"

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
        # Resolves `<<: *name`: what is merged in comes first, so that the mapping's own keys win.
        loader.flatten_mapping(node)
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                self._document.key_places[(*path, key.value)] = self._place(key.start_mark)
                yield key.value, value
