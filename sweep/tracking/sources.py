"""Records the origin of a store's address, so that error messages name what to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

VARIABLE = "MLFLOW_TRACKING_URI"


@dataclass(frozen=True)
class Source:
    """Origin of the address of a store.

    Args:
        named: the origin, as the start of a sentence.
        correct: how to change the address, as part of a sentence.
        default: how to use the default store instead, as part of a sentence.
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
    """Return the origin of the address that ``resolve_uri`` returns.

    Args:
        uri: address from the configuration or the command line.
        environ: the environment.
        given: origin of ``uri``.
    """
    if uri:
        return given
    return ENVIRONMENT if environ.get(VARIABLE) else DEFAULT
