"""The errors of training that a user can cause, each one sentence with the way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class DataError(ValueError):
    """A data set cannot be read or used; the text is one sentence for the user."""


class UserCodeError(ValueError):
    """A user's own module, named in a configuration, cannot be used; the text continues "`the.key` ..."."""


def did_you_mean(received: str, known: Iterable[str]) -> str:
    """Suggest the nearest known name, as the end of a message; nothing if none is near.

    >>> did_you_mean("digit", ["digits", "wine"])
    ' Did you mean `digits`?'
    """
    lowered = {name.lower(): name for name in known}
    near = difflib.get_close_matches(received.lower(), lowered, n=1)
    return f" Did you mean `{lowered[near[0]]}`?" if near else ""
