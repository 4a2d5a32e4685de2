"""Defines what all trials of a user's own training share, and identifies the code that they run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from trainers.errors import UserCodeError
from trainers.imported_files import imported_files

if TYPE_CHECKING:
    # A worker, which imports this module, never reads a configuration.
    from sweep.config import SweepConfig

LARGEST_FILE = 100_000_000
"""Files that a command names are part of its identity up to this size in bytes."""


@dataclass(frozen=True, kw_only=True)
class OwnTraining:
    """What all trials of a user's own training share.

    Args:
        function: the function as ``module:name``; empty for a command.
        command: the program and its arguments, with placeholders; empty for a function.
        files: file of the user's code -> its digest when the sweep was planned.
        epochs: number of reports of a whole trial; None where it has none.
        timeout: seconds without a report after which a trial is ended; None for no limit.
        grace: seconds that a command has after SIGTERM.
        metric: the metric that decides.
        mode: whether small or large values of it are better.
        stop_at: value of the metric at which a trial ends; None for none.
        weights: whether the saved state is kept, after the last or the best report.
        resumed: ids of the trials that go on from what an earlier sweep has kept.
        pickled: the function, pickled by value; empty if it is imported.
        checkpoint_seconds: seconds between the checkpoints of a trial; 0 for none.
    """

    function: str = ""
    command: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    epochs: int | None = None
    timeout: float | None = None
    grace: float = 0.0
    metric: str = "val_loss"
    mode: Literal["min", "max"] = "min"
    stop_at: float | None = None
    weights: Literal["none", "last", "best"] = "none"
    resumed: frozenset[str] = frozenset()
    pickled: bytes = b""
    checkpoint_seconds: float = 0.0

    def how(self, working_folder: str) -> dict[str, Any]:
        """Return what the process of the training needs to know, of JSON types."""
        if self.command:
            return {"command": list(self.command), "working_folder": working_folder, "grace": self.grace}
        by_value = {"pickled": base64.b64encode(self.pickled).decode()} if self.pickled else {}
        return {"function": self.function, **by_value}

    def require_planned_code(self) -> None:
        """Refuse to train code that differs from the code that the trial ids were computed from.

        Raises:
            UserCodeError: if a file has changed since the plan was made.
        """
        for path, digest in self.files:
            file = Path(path)
            # Another machine has the files in other places.
            if file.is_file() and _digest(file) != digest:
                raise UserCodeError(
                    f"`{path}` must stay as it was when the sweep was planned. Received: a changed file. "
                    "Run the same command again, which plans and trains the code as it is now."
                )


def own_training(config: SweepConfig) -> OwnTraining:
    """Describe the user's own training of a configuration.

    Raises:
        ValueError: if the configuration trains our networks.
    """
    own = config.own
    if own is None:
        raise ValueError("the configuration must have a training of the user's own")
    from sweep.config.own_training import CommandTrainer

    is_command = isinstance(own, CommandTrainer)
    return OwnTraining(
        function="" if is_command else own.function,  # type: ignore[union-attr]
        command=own.command if isinstance(own, CommandTrainer) else (),
        files=tuple(code_of(config).items()),
        epochs=own.epochs,
        timeout=own.timeout,
        grace=own.grace if isinstance(own, CommandTrainer) else 0.0,
        metric=config.metric.name,
        mode=config.metric.mode,
        stop_at=own.target if own.stop_at_target else None,
        weights=config.keep.weights,
        pickled=b"" if config.by_value is None else config.by_value.pickled,
        checkpoint_seconds=config.checkpoint.every,
    )


def working_folder(config: SweepConfig) -> Path:
    """Return the folder in which the user's training runs: the working folder, of a command the config file's."""
    from sweep.config.own_training import CommandTrainer

    if isinstance(config.own, CommandTrainer) and config.origin is not None:
        return Path(config.origin).absolute().parent
    return Path.cwd()


def code_of(config: SweepConfig) -> Mapping[str, str]:
    """Return the files that a user's own training consists of, with their digests.

    Of a function these are its module and all that it imports from the user's folders; of a command the files that it
    names, and what such a Python script or a module after `-m` imports.
    """
    own = config.own
    from sweep.config.own_training import CommandTrainer

    if isinstance(own, CommandTrainer):
        return {str(file): _digest(file) for file in _named_files(own.command, working_folder(config))}
    if own is None or config.by_value is not None:
        return {}
    files = imported_files(own.function.partition(":")[0])
    return {str(file): _digest(file) for file in sorted(files.values())}


def _named_files(command: Sequence[str], folder: Path) -> list[Path]:
    found = []
    for argument in command:
        try:
            file = folder / argument
            if file.is_file() and file.stat().st_size <= LARGEST_FILE and file.is_relative_to(folder):
                found.append(file)
        except (OSError, ValueError):
            continue
    # Python looks for modules first in the folder of its script, or in the working folder.
    modules = [(file.stem, file.parent) for file in found if file.suffix == ".py"]
    modules += [(name, folder) for option, name in pairwise(command) if option == "-m"]
    imported = [file for name, first in modules for file in imported_files(name, (str(first),)).values()]
    return sorted(dict.fromkeys([*found, *imported]))


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
