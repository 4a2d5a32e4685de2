"""Checks quickly whether a Ray cluster answers at an address; Ray itself would retry for minutes."""

from __future__ import annotations

import re
import socket

from sweep.errors import ResourceError

ANSWER_SECONDS = 5.0


def require_answer(address: str) -> None:
    """Refuse an address at which no cluster answers; ``auto`` is not checked, because Ray fails fast on it.

    Args:
        address: ``auto``, ``host:port`` of a cluster that includes this machine, or ``ray://host:port`` of any.

    Raises:
        ResourceError: if it is malformed, or nothing answers.
    """
    if address == "auto":
        return
    hint = "Leave the key out to use this machine alone."
    parts = re.fullmatch(r"(?:ray://)?(\[[^]]+\]|[^:/\s]+):(\d{1,5})", address)
    if parts is None:
        raise ResourceError(
            f"`resources.address` must be `auto`, `host:port` or `ray://host:port`. Received: {address!r}. {hint}"
        )
    try:
        socket.create_connection((parts[1].strip("[]"), int(parts[2])), ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ResourceError(
            f"`resources.address` must be a Ray cluster that answers ({reason}). Received: {address!r}. "
            f"Start its head (`ray start --head`) or correct the address. {hint}"
        ) from error
