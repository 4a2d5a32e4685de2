"""Identifies trials and arms by what determines their numbers, the same on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.config import SweepConfig
from sweep.config.data import OF_SPLIT, FileData, ModuleData
from sweep.config.network import ModuleNetwork
from sweep.records import Arm, Setting, Trial
from trainers.imports import source_digest, source_files
from trainers.schedules import RULES


@dataclass(frozen=True)
class ArmIdentity:
    """What the ids of an arm's trials are computed from.

    Args:
        shared: hash of everything besides setting and seed that determines the numbers of its trials.
        setting: the setting, as `canonical` text.
        lineage: the same without the number of epochs where the numbers do not depend on it.
    """

    shared: str
    setting: str
    lineage: str

    def trial(self, arm: Arm, seed: int) -> Trial:
        """Create the trial of the arm with a seed of its split, weights and batches."""
        found = self._id(self.setting, seed)
        return Trial(found, arm, seed, found if self.lineage == self.setting else self._id(self.lineage, seed))

    def _id(self, setting: str, seed: int) -> str:
        """Compute an id: 12 hex digits that are the same on every machine."""
        # The canonical text of a mapping, put together since most of it is the same for all seeds of an arm.
        text = f'{{"seed":{seed},"setting":{setting},"sweep":"{self.shared}"}}'
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class MadeArm:
    """An arm with what a plan knows of it.

    Args:
        arm: the arm.
        identity: what the ids of its trials are computed from.
        examples: size of its training part; 0 for a training of the user's own.
    """

    arm: Arm
    identity: ArmIdentity
    examples: int = 0


def network_identity(shared: str, setting: Setting, *, epochs_vary: bool) -> ArmIdentity:
    """Return the identity of a setting of our networks.

    Args:
        shared: as for `ArmIdentity`, with the values of dotted keys.
        setting: canonical setting without dotted keys.
        epochs_vary: whether the number of epochs is a hyperparameter.
    """
    if epochs_vary or RULES[str(setting["decay"])].needs_total:
        return ArmIdentity(shared, canonical(setting), canonical(setting))
    others = {name: value for name, value in setting.items() if name != "epochs"}
    return ArmIdentity(shared, canonical(setting), canonical({"lineage": True, **others}))


def identity_of(config: SweepConfig, data_fingerprint: str | None) -> dict[str, Any]:
    """Return everything besides setting and seed that determines the numbers of a trial, of JSON types.

    Args:
        config: configuration of the sweep.
        data_fingerprint: hash of the data of a file or module; not used for bundled and synthetic data.

    Raises:
        ValueError: if the data comes from a file or module and no fingerprint is given.
    """
    data = config.network_data.model_dump(mode="json")
    # Included only if they are given, so that the ids of earlier trials stay.
    data = {key: value for key, value in data.items() if key not in ("test", "augment") or value is not None}
    if isinstance(config.network_data, FileData | ModuleData):
        if data_fingerprint is None:
            raise ValueError("a plan over a file or module needs the fingerprint of its content")
        split = {key: data[key] for key in OF_SPLIT if key in data}
        data = {"fingerprint": data_fingerprint, **split}
    trainer = config.network_trainer.model_dump(mode="json", include={"backend", "dtype", "weight_decay"})
    if config.network_trainer.loss is not None:
        trainer |= {"loss": config.network_trainer.loss}
    if config.network_trainer.stop_at_target:
        # Other keys of the metric do not influence any number.
        metric = config.metric.model_dump(mode="json", include={"name", "mode"})
        trainer |= {"target": config.trainer.target, "metric": metric}
    identity = {"data": data, "network": config.network.model_dump(mode="json"), "trainer": trainer}
    own = code_digests(config)
    # Results of changed code must not be reused.
    return {**identity, "code": own} if own else identity


def code_digests(config: SweepConfig) -> dict[str, str]:
    """Return the digest of each user-defined object that influences a trial's numbers, as loaded here."""
    return {path: source_digest(path) for path in _own_code(config)}


def metric_digests(config: SweepConfig) -> dict[str, str]:
    """Return the digest of each metric of the user's own, by its import path, as loaded here.

    Raises:
        UserCodeError: if one cannot be imported.
    """
    return {path: source_digest(path) for path in config.metric.own.values()}


def _own_code(config: SweepConfig) -> list[str]:
    """User-defined objects that influence a trial's numbers; data is identified by its content instead."""
    own = [space.optimizer for space in config.spaces if ":" in space.optimizer]
    if isinstance(config.network, ModuleNetwork):
        own.append(config.network.module)
    if config.network_trainer.stop_at_target and config.metric.deciding_path is not None:
        # Where a trial stops, the metric decides its numbers.
        own.append(config.metric.deciding_path)
    named = (config.network_trainer.loss, config.network_data.augment)
    return own + [path for path in named if path is not None and ":" in path]


def code_files(config: SweepConfig) -> tuple[str, ...]:
    """Return the files of the user's code, relative to the working folder."""
    return relative_paths(file for path in _own_code(config) for file in source_files(path).values())


def relative_paths(files: Iterable[Path]) -> tuple[str, ...]:
    """Return files in order, relative to the working folder where they lie in it."""
    here = Path.cwd().resolve()
    found = {file.resolve() for file in files}
    return tuple(sorted((file.relative_to(here) if file.is_relative_to(here) else file).as_posix() for file in found))


def canonical(content: Any) -> str:
    """Return JSON in its canonical form: keys sorted, and floats in their shortest spelling."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(content: Any) -> str:
    """Hash JSON in its canonical form."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()
