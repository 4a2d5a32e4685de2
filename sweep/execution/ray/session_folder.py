"""Chooses and checks the folder for Ray's sockets and logs on this machine, and explains failed starts."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sweep.errors import ResourceError
from sweep.system.limits import free_bytes, home_folder, memory_limit_bytes

LONGEST_SOCKET = 103
"""Maximum length of a socket path in bytes: 107 on Linux and 103 on macOS."""

SOCKET = "/session_2026-01-01_00-00-00_000000_1234567/sockets/plasma_store"
"""Longest path that Ray appends to its folder."""

LEAST_BYTES = 8 * 2**20
"""Minimum free space: Ray's logs take less than half of it; without space Ray waits 30 seconds for its files."""

SHORT = ("/tmp", "/var/tmp", "/dev/shm")

WAYS_OUT = (
    "Name a short folder with free space by RAY_TMPDIR, a home that can be written by HOME, or train in this process "
    "by `resources.executor: inline`."
)


def usual_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder that Ray would use by default.

    >>> usual_folder({"RAY_TMPDIR": "/fast", "TMPDIR": "/slow"})
    PosixPath('/fast/ray')
    """
    return Path(environ.get("RAY_TMPDIR") or environ.get("TMPDIR") or "/tmp").absolute() / "ray"


@contextmanager
def ray_folder(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the folder for Ray: the default, or a temporary one with a short path if socket paths would be too long.

    Args:
        environ: the environment.

    Raises:
        ResourceError: if the folder cannot be written, or has no space left.
    """
    usual = usual_folder(environ)
    if len(os.fsencode(usual)) + len(SOCKET) <= LONGEST_SOCKET:
        require_usable(usual.parent)
        yield os.fspath(usual)
        return
    short = next((folder for folder in SHORT if os.access(folder, os.W_OK | os.X_OK)), None)
    if short is None:
        raise ResourceError(
            f"Ray's temporary folder must have a path of at most {LONGEST_SOCKET - len(SOCKET)} bytes. "
            f"Received: `{usual}`. {WAYS_OUT}"
        )
    require_usable(Path(short))
    own = tempfile.mkdtemp(prefix="ray-", dir=short)
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)


@contextmanager
def temporary_home() -> Iterator[None]:
    """Give an account without a home folder an empty one, because Ray looks for its token there or exits."""
    if home_folder() is not None:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="sweep-home-", ignore_cleanup_errors=True) as home:
        os.environ["HOME"] = home
        try:
            yield
        finally:
            del os.environ["HOME"]


def require_usable(folder: Path) -> None:
    """Refuse a folder in which Ray could not start.

    Raises:
        ResourceError: if it does not exist, cannot be written, or has no space left.
    """
    if not os.access(folder, os.W_OK | os.X_OK):
        what = "cannot be written by this user" if folder.exists() else "does not exist"
        raise ResourceError(f"Ray's temporary folder must be writable. Received: `{folder}`, which {what}. {WAYS_OUT}")
    free = free_bytes(folder)
    if free is not None and free < LEAST_BYTES:
        raise ResourceError(
            f"Ray's temporary folder must have {LEAST_BYTES // 2**20} MB of free space. "
            f"Received: `{folder}` with {free / 2**20:.1f} MB. {WAYS_OUT}"
        )


def start_error(error: BaseException, folder: str) -> ResourceError:
    """Create the error for a failed start of Ray on this machine.

    Args:
        error: exception raised by Ray.
        folder: folder that Ray was given.
    """
    text = " ".join(str(error).split()).partition(". ")[0].rstrip(".")
    reason = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return ResourceError(
        f"Ray must be able to start on this machine. Received: {reason}, with {memory_limit_bytes() / 2**30:.1f} GB of "
        f"memory and the temporary folder `{folder}`. {WAYS_OUT}"
    )
