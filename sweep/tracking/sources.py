"""Says where the address of a store came from, so that a message names what to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

VARIABLE = "MLFLOW_TRACKING_URI"


@dataclass(frozen=True)
class Source:
    """What gave the address of a store.

    Args:
        named: as it begins a sentence.
        correct: how to change the address, as it stands in a sentence.
        default: how to get the default store in its place, as it stands in a sentence.
    """

    named: str
    correct: str
    default: str


KEY = Source("`tracking.uri`", "correct the address", "leave the key out to write to a local file")
OPTION = Source("`--uri`", "correct the address", "leave it out to use the default store")
ENVIRONMENT = Source(
    f"the variable `{VARIABLE}`",
    "correct the variable",
    f"remove it with `unset {VARIABLE}` to use a local file",
)
DEFAULT = Source(
    "the default store `sqlite:///mlflow.db`",
    "start in another folder",
    "give another store as `tracking.uri`",
)


def source_of(uri: str | None, environ: Mapping[str, str], given: Source = KEY) -> Source:
    """What ``resolve_uri`` takes the address from.

    Args:
        uri: what the configuration or the command line gives.
        environ: the environment.
        given: what ``uri`` was given by.
    """
    if uri:
        return given
    return ENVIRONMENT if environ.get(VARIABLE) else DEFAULT
