"""Checks that Ray's authentication token exists, searching where Ray does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sweep.errors import ResourceError

GIVE_TOKEN = "Set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH to the cluster's token."


def require_token(environ: Mapping[str, str], home: Path) -> None:
    """Refuse a missing token if Ray is configured to send one, because Ray would end the process.

    Args:
        environ: the environment.
        home: home folder, where Ray looks for ``.ray/auth_token`` last.

    Raises:
        ResourceError: if there is no token, or its file cannot be read.

    >>> require_token({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "x"}, Path("/nowhere"))
    """
    if environ.get("RAY_AUTH_MODE", "").lower() != "token" or environ.get("RAY_AUTH_TOKEN", "").strip():
        return
    named = environ.get("RAY_AUTH_TOKEN_PATH")
    file = Path(named) if named else home / ".ray" / "auth_token"
    try:
        found = bool(file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        found = False
    if not found:
        raise ResourceError(
            f"RAY_AUTH_MODE=token needs a token. Received: none in RAY_AUTH_TOKEN, and none in `{file}`. {GIVE_TOKEN}"
        )
