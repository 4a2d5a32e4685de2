"""YAML loaders and a dumper that resolve unquoted numbers, booleans and null by the rules of YAML 1.2."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import yaml


class Loader(yaml.SafeLoader):
    """Resolves scalars as in YAML 1.2: ``1e-3`` is a number, and ``yes`` and dates are strings."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


class FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Like `Loader`, but on libyaml if available: for long files, as its error messages are less clear."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


class Dumper(yaml.SafeDumper):
    """Writes YAML that `Loader` reads back: strings that look like numbers are quoted."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


AnyLoader: TypeAlias = Loader | FastLoader

BREAKS = re.compile("[\n\r\x85\u2028\u2029]")

_NUMBER_STARTS = list("-+.0123456789")
for _tag, _pattern, _starts in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    # Python does not parse integers of more than 4300 digits; they become infinity here and are rejected.
    ("int", r"[-+]?[0-9]{1,4000}", _NUMBER_STARTS),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", _NUMBER_STARTS),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", _NUMBER_STARTS),
    ("merge", r"<<", ["<"]),
):
    for _kind in (Loader, FastLoader, Dumper):
        _kind.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _starts)


def _represent_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    # Other quoting styles would spread text with line breaks over several lines.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, '"' if BREAKS.search(text) else None)


Dumper.add_representer(str, _represent_text)


def dump_value(value: Any) -> str:
    """Write one value as single-line YAML that `sweep.config.document.read_value` reads back.

    >>> dump_value([0.001, "full", "1e-3", None])
    "[0.001, full, '1e-3', null]"
    """
    text = yaml.dump(value, Dumper=Dumper, default_flow_style=True, width=10**6, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")
