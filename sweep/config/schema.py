"""Generates the JSON schema of the configuration, with which editors complete and validate files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from sweep.config.models import SweepConfig
from sweep.config.spaces import SPACES, SharedSpace, Space
from sweep.config.values import REAL_NUMBERS


def json_schema() -> dict[str, Any]:
    """Return the schema of a configuration file; in the flat form, keys of ``space`` are at the top level.

    >>> list(json_schema()["$defs"]["AdamSpace"]["properties"])[-4:]
    ['learning_rate', 'beta1', 'beta2', 'epsilon']
    """
    schema = _without_noise(SweepConfig.model_json_schema(mode="validation"))
    shared = {name: {"$ref": f"#/$defs/SharedSpace/properties/{name}"} for name in SharedSpace.model_fields}
    for space in SPACES.values():
        properties = schema["$defs"][space.__name__]["properties"]
        properties |= {name: shared[name] for name in Space.model_fields}
    schema["properties"] |= {name: shared[name] for name in FLAT_KEYS}
    schema["$defs"]["OwnSpace"] = _own_space(shared)
    # Only a training of the user's own has hyperparameters of any name.
    is_own = {"properties": {"trainer": {"anyOf": [{"required": ["function"]}, {"required": ["command"]}]}}}
    schema["if"] = {"required": ["trainer"], **is_own}
    schema["else"] = {"properties": {"space": {"$ref": "#/$defs/SharedSpace"}}, "required": ["data"]}
    own = {"anyOf": [{"$ref": "#/$defs/OwnSpace"}, {"type": "null"}]}
    schema["$defs"]["Optimizers"]["patternProperties"] = {r"^[\w.]+:[\w.]+$": own}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Configuration of a sweep"}


def _own_space(shared: dict[str, Any]) -> dict[str, Any]:
    """Schema of a user-defined optimizer: hyperparameters of any name, plus those of every optimizer."""
    return {
        "type": "object",
        "description": "An optimizer of your own, as `module:attribute`, with the hyperparameters that it declares.",
        "properties": {name: shared[name] for name in Space.model_fields},
        "additionalProperties": REAL_NUMBERS,
    }


def _without_noise(schema: Any) -> Any:
    """Remove titles that repeat a key, and defaults that are null."""
    if isinstance(schema, list):
        return [_without_noise(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_noise(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value is None)
    }


FLAT_KEYS = tuple(name for name in SharedSpace.model_fields if name not in SweepConfig.model_fields)
"""Keys of ``space`` that may be given at the top level of a file."""


@cache
def known_keys(model: type[BaseModel] = SweepConfig) -> dict[str, dict[str, Any]]:
    """Return every dotted key with its schema, the keys of sections first."""
    schema = model.model_json_schema(mode="validation")
    keys: dict[str, dict[str, Any]] = {}
    for dotted, described in _walk(schema, schema.get("$defs", {}), ""):
        keys.setdefault(dotted, described)
    return keys


def _walk(schema: dict[str, Any], definitions: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if "$ref" in schema:
        yield from _walk(definitions[schema["$ref"].rpartition("/")[2]], definitions, prefix)
    for variant in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *filter(None, [schema.get("items")])):
        yield from _walk(variant, definitions, prefix)
    for name, described in schema.get("properties", {}).items():
        yield f"{prefix}{name}", described
        yield from _walk(described, definitions, f"{prefix}{name}.")
