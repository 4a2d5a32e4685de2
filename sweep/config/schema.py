"""The JSON schema of the configuration, by which editors complete and check a file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sweep.config.models import SweepConfig
from sweep.config.spaces import SharedSpace


def json_schema() -> dict[str, Any]:
    """The schema of a configuration file; the keys of ``space`` may also stand at the top, which is the flat form.

    >>> sorted(json_schema()["$defs"]["AdamSpace"]["properties"])[:4]
    ['batch_size', 'beta1', 'beta2', 'decay']
    """
    schema = SweepConfig.model_json_schema(mode="validation")
    space = schema["$defs"]["SharedSpace"]["properties"]
    flat = {name: described for name, described in space.items() if name not in schema["properties"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "properties": schema["properties"] | flat,
    }


FLAT_KEYS = tuple(name for name in SharedSpace.model_fields if name not in SweepConfig.model_fields)
"""Keys of ``space`` that a file may write at its top."""


@cache
def known_keys() -> dict[str, dict[str, Any]]:
    """Every dotted key with its schema, those of the sections first."""
    schema = SweepConfig.model_json_schema(mode="validation")
    return dict(_walk(schema, schema["$defs"], ""))


def _walk(schema: dict[str, Any], definitions: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if "$ref" in schema:
        yield from _walk(definitions[schema["$ref"].rpartition("/")[2]], definitions, prefix)
    for variant in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *filter(None, [schema.get("items")])):
        yield from _walk(variant, definitions, prefix)
    for name, described in schema.get("properties", {}).items():
        yield f"{prefix}{name}", described
        yield from _walk(described, definitions, f"{prefix}{name}.")
