"""Tells at once whether a Ray cluster answers at an address; Ray itself would try for minutes."""

from __future__ import annotations

import re
import socket

from sweep.errors import ResourceError

ANSWER_SECONDS = 5.0


def require_answer(address: str) -> None:
    """Refuse an address at which no cluster can be; ``auto`` is left to Ray, which finds that out at once.

    Args:
        address: ``auto``, ``host:port`` of a cluster to which this machine belongs, or ``ray://host:port`` of any.

    Raises:
        ResourceError: if it is spelled wrong, or nothing answers.
    """
    if address == "auto":
        return
    way_out = "Leave the key out to use this machine alone."
    parts = re.fullmatch(r"(?:ray://)?(\[[^]]+\]|[^:/\s]+):(\d{1,5})", address)
    if parts is None:
        raise ResourceError(
            f"`resources.address` must be `auto`, `host:port` or `ray://host:port`. Received: {address!r}. {way_out}"
        )
    try:
        socket.create_connection((parts[1].strip("[]"), int(parts[2])), ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ResourceError(
            f"`resources.address` must be a Ray cluster that answers ({reason}). Received: {address!r}. "
            f"Start its head (`ray start --head`) or correct the address. {way_out}"
        ) from error
