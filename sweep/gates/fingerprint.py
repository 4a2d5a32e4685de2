"""What decides the last bits of a number: the versions of what computes, the machine, and the code of the training."""

from __future__ import annotations

import hashlib
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import trainers
from sweep.config.data import ModuleData
from sweep.config.network import ModuleNetwork
from sweep.system.limits import CPU_FACTS, cpu_model

if TYPE_CHECKING:
    from sweep.config import SweepConfig


def versions(config: SweepConfig) -> dict[str, str]:
    """Name -> version of what a baseline depends on; ``machine`` is the system and the processor."""
    found = {"python": platform.python_version(), "machine": machine()}
    packages = ["optimizer-sweep", "numpy", *(["torch"] if config.trainer.backend == "torch" else [])]
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            # The project itself when it runs from its source.
            continue
    return found


def machine(facts: Path = CPU_FACTS) -> str:
    """The system and the model of its processor, by which BLAS picks its kernels."""
    return " ".join(filter(None, (platform.system(), platform.machine(), cpu_model(facts))))


def is_same(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two environments give the same bits; the version of this project is what a check is about."""
    names = {*one, *other} - {"optimizer-sweep"}
    return all(one.get(name) == other.get(name) for name in names)


def code_digest(config: SweepConfig) -> str:
    """Identify the code that trains: `trainers`, the user's own modules with their packages, and the environment.

    Returns:
        16 hex digits.
    """
    digest = hashlib.sha256(repr(sorted(versions(config).items())).encode())
    for path in (*_files(Path(trainers.__file__).parent), *_own_files(config)):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _own_files(config: SweepConfig) -> list[Path]:
    paths = [space.optimizer for space in config.spaces if ":" in space.optimizer]
    if isinstance(config.network, ModuleNetwork):
        paths.append(config.network.module)
    if isinstance(config.data, ModuleData):
        paths.append(config.data.module)
    files: dict[Path, None] = {}
    for path in paths:
        module = path.partition(":")[0]
        # A module may take from its neighbours in the package, so that all of them count.
        top = sys.modules.get(module.partition(".")[0])
        own = sys.modules.get(module)
        if own is not None and own.__file__:
            files[Path(own.__file__)] = None
        if top is not None and "." in module and top.__file__ and Path(top.__file__).name == "__init__.py":
            files |= dict.fromkeys(_files(Path(top.__file__).parent))
    return list(files)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))
