"""Starts a temporary PostgreSQL on a free port, for benchmarks and tests, and removes it afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCOUNT = "postgres"
"""User that runs the database if the caller is root, which PostgreSQL refuses."""


def binaries() -> Path | None:
    """Folder of PostgreSQL's programs; None if it is not installed."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def temporary_cluster() -> Iterator[str]:
    """Run a fresh database with PostgreSQL's default durability, and yield its address.

    Raises:
        FileNotFoundError: if PostgreSQL is not installed.
    """
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT)
        data, log = folder / "data", folder / "log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        _run(programs / "initdb", "-D", data, "-A", "trust", "-U", "sweep", "-E", "UTF8", "--no-sync", cwd=folder)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        _run(programs / "pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start", cwd=folder)
        try:
            yield f"postgresql+psycopg://sweep@127.0.0.1:{port}/postgres"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop", cwd=folder)


def _run(*command: Path | str, cwd: Path) -> None:
    account = ACCOUNT if os.geteuid() == 0 else None
    # Not a pipe: the database would inherit it and keep it open.
    subprocess.run(
        command, cwd=cwd, user=account, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=None
    )
