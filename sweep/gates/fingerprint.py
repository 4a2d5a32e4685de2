"""Identifies everything that can change a result's last bits: library versions, machine and training code."""

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
from sweep.planning.own_training import code_of
from sweep.system.limits import CPU_FACTS, cpu_model

if TYPE_CHECKING:
    from sweep.config import SweepConfig


def versions(config: SweepConfig) -> dict[str, str]:
    """Map each package that a baseline depends on to its version; ``machine`` is the system and processor."""
    found = {"python": platform.python_version(), "machine": machine()}
    is_torch = config.own is None and config.network_trainer.backend == "torch"
    packages = ["optimizer-sweep", "numpy", *(["torch"] if is_torch else [])]
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            # The project itself if it runs from source.
            continue
    return found


def machine(facts: Path = CPU_FACTS) -> str:
    """Return the system and the processor model, by which BLAS chooses its kernels."""
    return " ".join(filter(None, (platform.system(), platform.machine(), cpu_model(facts))))


def is_same(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two environments give identical bits; the version of this project is ignored, as it is under test."""
    names = {*one, *other} - {"optimizer-sweep"}
    return all(one.get(name) == other.get(name) for name in names)


def code_digest(config: SweepConfig) -> str:
    """Hash the training code: `trainers`, the user's modules with their packages, and the environment.

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
    paths += config.metric.own.values()
    files: dict[Path, None] = {Path(file): None for file in code_of(config)}
    for path in paths:
        module = path.partition(":")[0]
        # A module may import others of its package, so that the whole package is hashed.
        top = sys.modules.get(module.partition(".")[0])
        own = sys.modules.get(module)
        if own is not None and own.__file__:
            files[Path(own.__file__)] = None
        if top is not None and "." in module and top.__file__ and Path(top.__file__).name == "__init__.py":
            files |= dict.fromkeys(_files(Path(top.__file__).parent))
    return list(files)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))
