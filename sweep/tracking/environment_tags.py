"""Describes where a sweep runs: code version, packages and hardware, as tags of the parent run."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
from pathlib import Path

from sweep.system.limits import available_cpus, cpu_model, memory_limit_bytes

PACKAGES = ("optimizer-sweep", "ray", "mlflow", "numpy", "pandas", "torch")


def environment_tags(folder: Path) -> dict[str, str]:
    """Return tags with the code version, packages and hardware that produced a sweep.

    Args:
        folder: folder in the repository whose commit is recorded, if it is in one.
    """
    return {
        **git_tags(folder),
        "packages": " ".join(f"{name}={version}" for name, version in _versions().items()),
        "python": platform.python_version(),
        "machine.os": platform.platform(terse=True),
        "machine.cpu": cpu_model() or platform.processor() or platform.machine(),
        "machine.cores": str(available_cpus()),
        "machine.memory_gib": f"{memory_limit_bytes() / 2**30:.1f}",
    }


def git_tags(folder: Path) -> dict[str, str]:
    """Return commit, branch and dirty flag of ``folder``'s repository; empty without git or a repository."""
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return {}
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return {
        "mlflow.source.git.commit": commit,
        "mlflow.source.git.branch": _git(folder, "rev-parse", "--abbrev-ref", "HEAD") or "HEAD",
        "mlflow.source.git.dirty": str(bool(changes)).lower(),
    }


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _versions() -> dict[str, str]:
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
