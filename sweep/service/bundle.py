"""Collects a sweep's file, data, user modules and this project's code in one folder to send to a cluster."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from sweep.config import SweepConfig
from sweep.config.data import FileData, ModuleData
from sweep.config.network import ModuleNetwork
from sweep.config.own_training import CommandTrainer, FunctionTrainer
from sweep.errors import DataError
from sweep.execution.ray.code_shipping import NOT_SHIPPED, copy_project
from sweep.planning.own_training import working_folder
from trainers.data.files import local_path
from trainers.imported_files import copy_modules, imported_files

LARGEST_BYTES = 400_000_000
"""Limit below Ray's 512 MiB for a compressed working folder; data files hardly compress."""


@dataclass(frozen=True)
class Bundle:
    """A folder that is ready to be sent.

    Args:
        file: path of the sweep's file relative to the folder.
        overrides: overrides for paths that differ on the cluster, as ``key=value``.
    """

    file: str
    overrides: tuple[str, ...]


def gather(config: SweepConfig, file: Path, folder: Path) -> Bundle:
    """Copy what a sweep needs into ``folder``; the plan must have been made before, which imports the modules.

    Args:
        config: configuration loaded from ``file``.
        file: the sweep's YAML file.
        folder: an empty folder.

    Raises:
        DataError: if the data file is too large to be sent.
    """
    copy_project(folder)
    for name in sorted(_own_modules(config)):
        _copy_module(name, folder)
    shutil.copyfile(file, folder / file.name)
    if isinstance(config.own, CommandTrainer):
        _copy_beside(config, working_folder(config), folder)
    elif isinstance(config.own, FunctionTrainer):
        # The function was looked over in another process, so that its modules are not loaded here.
        copy_modules(imported_files(config.own.function.partition(":")[0]), folder)
    data = local_path(config.data.path) if isinstance(config.data, FileData) else None
    # What is at a URL is read there by the cluster itself.
    overrides = () if data is None else (f"data.path={_copy_data(data, folder)}",)
    return Bundle(file.name, overrides)


def _copy_data(data: Path, folder: Path) -> str:
    """Copy a data file, or a folder of them, and return its path in the folder.

    Raises:
        DataError: if it is too large to be sent.
    """
    paths = sorted(path for path in data.rglob("*") if path.is_file()) if data.is_dir() else [data]
    if (size := sum(path.stat().st_size for path in paths)) > LARGEST_BYTES:
        raise DataError(
            f"`data.path` must be at most {LARGEST_BYTES // 1_000_000} MB to be sent with a sweep. "
            f"Received: {data}, {size // 1_000_000} MB. "
            "Load it on the cluster by a function, `data.module`, or from a URL."
        )
    name = data.name or data.absolute().name
    for path in paths:
        target = folder / "data" / name / path.relative_to(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return f"data/{name}"


def _copy_beside(config: SweepConfig, source: Path, folder: Path) -> None:
    """Copy the folder in which a command runs, without its results and hidden files.

    Raises:
        DataError: if it is too large to be sent.
    """
    left_out = {Path(config.results).name, "mlruns", "mlflow.db", "__pycache__", "node_modules"}
    found = [path for path in source.rglob("*") if path.is_file()]
    paths = [path for path in found if not _is_left_out(path.relative_to(source), left_out)]
    if (size := sum(path.stat().st_size for path in paths)) > LARGEST_BYTES:
        raise DataError(
            f"the folder of a sweep's file must have at most {LARGEST_BYTES // 1_000_000} MB to be sent with it, as "
            f"its command runs there. Received: {source}, {size // 1_000_000} MB. Give the sweep its own folder."
        )
    for path in paths:
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)


def _is_left_out(path: Path, names: set[str]) -> bool:
    return any(part.startswith(".") or part in names for part in path.parts)


def _own_modules(config: SweepConfig) -> set[str]:
    """Return the top-level modules that the configuration names, or that are imported from the working folder."""
    named = [space.optimizer for space in config.spaces]
    if isinstance(config.network, ModuleNetwork):
        named.append(config.network.module)
    if isinstance(config.data, ModuleData):
        named.append(config.data.module)
    named += config.metric.own.values()
    names = {path.partition(":")[0].partition(".")[0] for path in named if ":" in path}
    here = Path.cwd().resolve()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and here in Path(file).resolve().parents and not _is_installed(Path(file)):
            names.add(name.partition(".")[0])
    # A module with the name of a standard module would shadow it on the cluster, where the folder comes first.
    return names - {"sweep", "trainers", "__main__"} - sys.stdlib_module_names


def _is_installed(file: Path) -> bool:
    return bool({"site-packages", "dist-packages"} & set(file.parts))


def _copy_module(name: str, folder: Path) -> None:
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    paths = [Path(path) for path in getattr(module, "__path__", ())]
    if module is None or _is_installed(Path(file) if file else paths[0] if paths else Path("site-packages")):
        return
    for path in paths:
        shutil.copytree(path, folder / name, ignore=NOT_SHIPPED, dirs_exist_ok=True)
    if not paths and file:
        shutil.copyfile(file, folder / Path(file).name)
