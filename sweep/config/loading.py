"""Loads a sweep's configuration from its file and the overrides of the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sweep.config.document import Document, Place, read_document, read_spelled
from sweep.config.fields import SLUG
from sweep.config.file_paths import find_beside
from sweep.config.messages import render
from sweep.config.models import SweepConfig
from sweep.config.schema import FLAT_KEYS
from sweep.config.spaces import SharedSpace
from sweep.errors import ConfigError
from sweep.errors.masking import without_secrets
from trainers.imports import make_importable
from trainers.loaded_code import forget_changed_code


def load_config(path: str | PathLike[str], overrides: Sequence[str] = ()) -> SweepConfig:
    """Load a configuration.

    Args:
        path: the YAML file.
        overrides: ``dotted.key=value`` strings with a YAML value; they override the file, later ones earlier ones.

    Returns:
        the configuration, with all defaults.

    Raises:
        ConfigError: with one line, including the location, for each problem.
    """
    # A user's modules are in the working folder, which is not on a console script's import path.
    make_importable(str(Path.cwd()))
    forget_changed_code()
    file = Path(path)
    document = read_document(file)
    for override in overrides:
        apply_override(document, override)
    _gather_flat_keys(document)
    if document.values.get("name") is None:
        document.values["name"] = _name_from(file)
    _name_columns(document)
    found = find_beside(document.values, file.parent)
    try:
        config = SweepConfig.model_validate(document.values)
    except ValidationError as error:
        raise ConfigError(render(error, document)) from None
    config._document = document
    config._found = found
    return config


def config_of(sections: Mapping[str, Any], origin: str) -> SweepConfig:
    """Create a configuration from the sections of a file, given in Python.

    Args:
        sections: top-level key -> value.
        origin: where they are given, for messages.

    Raises:
        ConfigError: with one line for each problem.
    """
    make_importable(str(Path.cwd()))
    forget_changed_code()
    document = Document(origin, {key: sections[key] for key in sections})
    try:
        return SweepConfig.model_validate(_plain_lists(document.values))
    except ValidationError as error:
        raise ConfigError(render(error, document)) from None


def _plain_lists(value: Any) -> Any:
    """Replace tuples and NumPy arrays and scalars by lists and numbers, as a file would give them."""
    if isinstance(value, Mapping):
        return {key: _plain_lists(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | range):
        return [_plain_lists(inner) for inner in value]
    return _plain_lists(value.tolist()) if hasattr(value, "tolist") else value


def _name_columns(document: Document) -> None:
    """Keep names of columns and arrays as text: a column may be called 2024, true or null."""
    data = document.values.get("data")
    if not isinstance(data, dict) or "path" not in data:
        return
    if isinstance(words := data.get("missing"), list):
        # A word such as null or -999.0 stands in a file of data as it is spelled here.
        spelled_words = [document.texts.get(("data", "missing", index)) for index in range(len(words))]
        data["missing"] = [
            word if isinstance(word, str) else text or word for word, text in zip(words, spelled_words, strict=True)
        ]
    for key in ("target", "inputs"):
        spelled = document.texts.get(("data", key))
        # An empty value gives no name, and the arrays of an NPZ file have default names.
        is_left_out = data.get(key) is None and (not spelled or str(data["path"]).lower().endswith(".npz"))
        if spelled and not is_left_out and not isinstance(data.get(key), str):
            data[key] = spelled


def _name_from(file: Path) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", file.stem).strip("._-")[:100]
    return name if SLUG.fullmatch(name) else "sweep"


def apply_override(document: Document, override: str) -> None:
    """Change one value of a document.

    Args:
        document: document to change.
        override: ``dotted.key=value`` with a YAML value.

    Raises:
        ConfigError: if the override is malformed, or a parent key holds a plain value.
    """
    key, equals, text = override.partition("=")
    path = _parts(key)
    if not equals or not all(path):
        raise ConfigError(
            f"override `{override}`: it must be a dotted key, `=` and a value. Give such as `trainer.epochs=5`."
        )
    origin = f"override `{key}={without_secrets(text)}`"
    value, texts = read_spelled(text, origin)
    inside = document.values
    for length, part in enumerate(path[:-1], 1):
        inside = inside.get(part) or {}
        if not isinstance(inside, dict):
            name = ".".join(path[:length])
            raise ConfigError(f"{origin}: `{name}` is a value and has no keys. Override it as a whole.")
    document.replace(path, value, Place(origin), texts)


def _parts(key: str) -> tuple[str, ...]:
    """Split a dotted key, but keep the name of a user-defined optimizer or of a dotted hyperparameter in one piece.

    >>> _parts("optimizers.my_package.opt:mine.learning_rate")
    ('optimizers', 'my_package.opt:mine', 'learning_rate')
    >>> _parts("space.network.hidden"), _parts("space.decay.rate")
    (('space', 'network.hidden'), ('space', 'decay', 'rate'))
    """
    own = re.fullmatch(r"optimizers\.([^:]+:\w+)(?:\.(.*))?", key.strip())
    if own:
        return ("optimizers", own[1], *(_parts(own[2]) if own[2] else ()))
    parts = tuple(part.strip() for part in key.split("."))
    if parts[0] == "space" and len(parts) > 2 and all(parts) and parts[1] not in SharedSpace.model_fields:
        return "space", ".".join(parts[1:])
    return parts


def _gather_flat_keys(document: Document) -> None:
    """Move the flat form's keys from the top level into `space`, except keys that `space` already has."""
    space = document.values.get("space", {})
    if not isinstance(space, dict):
        return
    for key in FLAT_KEYS:
        if key in document.values and key not in space:
            document.move_into("space", key)
