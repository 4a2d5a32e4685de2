"""Which plain words of YAML are numbers, truth values or nothing: those of YAML 1.2, for reading and for writing."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import yaml


class Loader(yaml.SafeLoader):
    """Knows the numbers and booleans of YAML 1.2: ``1e-3`` is a number, and ``yes`` and dates are text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


class FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same on libyaml where it is there: for long files, as its messages are less plain."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


class Dumper(yaml.SafeDumper):
    """Writes what `Loader` reads: text that would be read as a number gets quotes."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


AnyLoader: TypeAlias = Loader | FastLoader

BREAKS = re.compile("[\n\r\x85\u2028\u2029]")

_NUMBER_STARTS = list("-+.0123456789")
for _tag, _pattern, _starts in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    # Python refuses to read whole numbers of more than 4300 digits; one is infinity here, and refused as such.
    ("int", r"[-+]?[0-9]{1,4000}", _NUMBER_STARTS),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", _NUMBER_STARTS),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", _NUMBER_STARTS),
    ("merge", r"<<", ["<"]),
):
    for _kind in (Loader, FastLoader, Dumper):
        _kind.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _starts)


def _represent_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    # Other quotes would spread its lines over several, where a message has one.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, '"' if BREAKS.search(text) else None)


Dumper.add_representer(str, _represent_text)


def dump_value(value: Any) -> str:
    """Write one value as YAML on one line, as `sweep.config.document.read_value` reads it.

    >>> dump_value([0.001, "full", "1e-3", None])
    "[0.001, full, '1e-3', null]"
    """
    text = yaml.dump(value, Dumper=Dumper, default_flow_style=True, width=10**6, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")
