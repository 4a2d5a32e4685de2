"""Defines `SweepConfig`, the pydantic model of a complete configuration file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import (
    PrivateAttr,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from sweep.config.base_section import Section
from sweep.config.comparison import Roles, SeedRoles, role_problems
from sweep.config.conditions import Condition, condition_problems, parse_condition
from sweep.config.cross_checks import free_space_problems, metric_problems, own_training_problems, space_problems
from sweep.config.data import AnyData
from sweep.config.document import Document
from sweep.config.dotted_keys import SECTIONS, read_network_space
from sweep.config.fields import SweepFields
from sweep.config.free_space import FreeSpace, read_free_space
from sweep.config.gates import ExactGate, Gate, gate_of, gate_problems
from sweep.config.known_names import compared_levels, known_hyperparameters
from sweep.config.metric import MetricConfig
from sweep.config.metric_names import name_problems
from sweep.config.network import ModuleNetwork
from sweep.config.optimizer_spaces import OptimizerSpace, space_of_each
from sweep.config.own_training import (
    CommandTrainer,
    FunctionByValue,
    FunctionTrainer,
    OwnTrainer,
    trainer_kind,
)
from sweep.config.population import population_problems
from sweep.config.problems import Problem, refuse
from sweep.config.scheduler import PbtRule, epochs_of, scheduler_problems
from sweep.config.sections import (
    TrainerConfig,
)
from sweep.errors import ConfigError

INVALID, MISSING = object(), object()
"""Stand for a field that was not valid, and one that is not in the file."""


FOR_NETWORKS = {
    "data": "Load the data in the training.",
    "network": "Make the network in the training.",
    "optimizers": "Give hyperparameters as `space`.",
}
"""Sections that a training of the user's own does not have -> what to do instead."""


@dataclass(frozen=True)
class OfOwnTraining:
    """A value of the file, marked as one of a sweep over the user's own training."""

    raw: Any


class SweepConfig(SweepFields):
    """A sweep: one question, one training, several settings, every combination a trial."""

    _document: Document | None = PrivateAttr(default=None)
    _found: tuple[str, ...] = PrivateAttr(default=())
    _by_value: FunctionByValue | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _training_has_what_it_needs(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            return raw
        if trainer_kind(raw.get("trainer")) == "network":
            return {**raw, "data": raw.get("data", MISSING)}
        rule = "is for the networks of this project, and the training is your own"
        if given := [key for key in FOR_NETWORKS if raw.get(key) is not None]:
            refuse([Problem(rule, FOR_NETWORKS[key], (key,), is_key=True) for key in given])
        # What follows depends on the kind of training, also where the section `trainer` itself is wrong.
        marked = {key: OfOwnTraining(raw[key]) for key in ("metric", "space") if key in raw}
        return {key: value for key, value in {**raw, **marked}.items() if key not in FOR_NETWORKS}

    @field_validator("data", mode="wrap")
    @classmethod
    def _data_is_given(cls, raw: Any, read: ValidatorFunctionWrapHandler) -> Any:
        hint = "Give a value such as {name: digits}."
        if raw is MISSING:
            refuse([Problem("is needed", hint, is_key=True)])
        if raw is None:
            refuse([Problem("must be a section of keys and values", hint)])
        return read(raw)

    @field_validator("trainer")
    @classmethod
    def _module_is_for_torch(cls, trainer: TrainerConfig | OwnTrainer, info: ValidationInfo) -> Any:
        if isinstance(trainer, OwnTrainer):
            return trainer
        if isinstance(info.data.get("network"), ModuleNetwork) and trainer.backend != "torch":
            rule, hint = "must be torch for a network that is a `module`", "Give `trainer.backend: torch`."
            refuse([Problem(rule, hint, ("trainer", "backend"), trainer.backend, absolute=True)])
        if trainer.loss is not None and not isinstance(info.data.get("network"), ModuleNetwork):
            hint = "Leave it out: dense networks have the loss of their task."
            refuse(
                [Problem("is for a network that is a `module`", hint, ("trainer", "loss"), trainer.loss, absolute=True)]
            )
        return trainer

    @field_validator("metric", mode="wrap")
    @classmethod
    def _metric_fits_the_task(cls, raw: Any, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> MetricConfig:
        if isinstance(raw, OfOwnTraining):
            metric: MetricConfig = read(raw.raw)
            if problems := list(own_training_problems(metric)):
                refuse(problems)
            return metric
        if problems := list(name_problems(raw)):
            refuse(problems)
        metric = read(raw)
        if problems := list(metric_problems(metric, info.data.get("data"))):
            refuse(problems)
        return metric

    @field_validator("space", mode="wrap")
    @classmethod
    def _space_is_complete(cls, raw: Any, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        trainer, search = info.data.get("trainer"), info.data.get("search")
        if isinstance(raw, OfOwnTraining) or isinstance(trainer, OwnTrainer):
            free = read_free_space(raw.raw if isinstance(raw, OfOwnTraining) else {})
            if problems := list(free_space_problems(free, search)):
                refuse(problems)
            return free
        sections = {name: section for name in SECTIONS if isinstance(section := info.data.get(name), Section)}
        space = read_network_space(raw, sections)
        optimizers = info.data.get("optimizers", INVALID)
        if optimizers is not INVALID and (problems := list(space_problems(optimizers, space, trainer, search))):
            refuse(problems)
        return space

    @field_validator("where")
    @classmethod
    def _conditions_are_known(cls, where: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known = known_hyperparameters(info.data)
        if known is not None and (problems := list(condition_problems(where, known))):
            refuse(problems)
        return where

    @field_validator("roles")
    @classmethod
    def _roles_are_known(cls, roles: Roles | None, info: ValidationInfo) -> Roles | None:
        known = known_hyperparameters(info.data)
        if roles is not None and known is not None and (problems := role_problems(roles, known)):
            refuse(problems)
        return roles

    @field_validator("gates")
    @classmethod
    def _gates_suit_the_sweep(cls, gates: tuple[str | ExactGate, ...], info: ValidationInfo) -> Any:
        if {"optimizers", "space", "trainer"} <= info.data.keys():
            levels, has_target = compared_levels(info.data), info.data["trainer"].target is not None
            kind = "compared levels" if isinstance(info.data["space"], FreeSpace) else "optimizers"
            if problems := list(gate_problems(gates, levels, has_target, kind)):
                refuse(problems)
        return gates

    @model_validator(mode="after")
    def _scheduler_fits_the_training(self) -> SweepConfig:
        problems = scheduler_problems(
            self.scheduler, self.most_epochs, len(self.selection_seeds), is_own=self.own is not None
        )
        found = [replace(one, at=("scheduler", *one.at), absolute=True) for one in problems]
        if isinstance(self.scheduler, PbtRule):
            found += population_problems(self, self.scheduler)
        if found:
            refuse(found)
        return self

    @property
    def most_epochs(self) -> int | None:
        """The most epochs that a trial may have; None if that is not known."""
        parts = self.space.parts if isinstance(self.space, FreeSpace) else [one.domains for one in self.spaces]
        return epochs_of(self.trainer, parts)

    @property
    def selection_seeds(self) -> tuple[int, ...]:
        """Seeds with which every setting is trained."""
        return self.seeds.selection if isinstance(self.seeds, SeedRoles) else self.seeds

    @property
    def report_seeds(self) -> tuple[int, ...]:
        """Fresh seeds on which the best setting of each level is trained again; empty if there are none."""
        return self.seeds.report if isinstance(self.seeds, SeedRoles) else ()

    @property
    def scientific(self) -> str:
        """The factor whose levels are compared; empty if all settings are one level."""
        if self.roles is not None:
            return self.roles.scientific
        return "optimizer" if not isinstance(self.space, FreeSpace) or "optimizer" in self.space.names else ""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions of `where`, parsed."""
        return tuple(map(parse_condition, self.where))

    @property
    def demands(self) -> tuple[Gate, ...]:
        """The parsed gates."""
        return tuple(gate_of(written) for written in self.gates)

    @property
    def spaces(self) -> tuple[OptimizerSpace, ...]:
        """Search space of each optimizer, including the shared values; none for a training of the user's own."""
        return () if isinstance(self.space, FreeSpace) else tuple(space_of_each(self.optimizers, self.space))

    @property
    def own(self) -> FunctionTrainer | CommandTrainer | None:
        """The training of the user's own; None for our networks."""
        return None if isinstance(self.trainer, TrainerConfig) else self.trainer

    @property
    def by_value(self) -> FunctionByValue | None:
        """The function of `trainer.function`, where it is sent itself and not imported."""
        return self._by_value

    @property
    def network_trainer(self) -> TrainerConfig:
        """How our networks are trained.

        Raises:
            ValueError: if the training is the user's own.
        """
        if not isinstance(self.trainer, TrainerConfig):
            raise ValueError("a training of the user's own has no settings of our trainers")
        return self.trainer

    @property
    def network_data(self) -> AnyData:
        """The data that our networks are trained on.

        Raises:
            ValueError: if the training is the user's own and brings its data.
        """
        if self.data is None:
            raise ValueError("a training of the user's own brings its data")
        return self.data

    @property
    def experiment(self) -> str:
        """Name of the MLflow experiment."""
        return self.tracking.experiment or self.name

    @property
    def found(self) -> tuple[str, ...]:
        """One line for each file that was found next to the sweep's file and not in the working folder."""
        return self._found

    @property
    def origin(self) -> str | None:
        """Path of the sweep's file; None for a configuration created in Python."""
        return None if self._document is None else self._document.origin

    def place_of(self, key: str) -> str:
        """Location of the dotted ``key`` as a message prefix, ``file:line:column: ``; empty without a file."""
        return "" if self._document is None else f"{self._document.place(tuple(key.split('.')))}: "

    def error(self, key: str, rest: str) -> ConfigError:
        """Create an error about the dotted ``key`` that includes its location in the file.

        >>> data, optimizers = {"name": "iris"}, {"sgd": {"learning_rate": 0.1}}
        >>> config = SweepConfig.model_validate({"data": data, "optimizers": optimizers})
        >>> config.error("metric.name", "must be val_loss. Received: x. Change it.")
        ConfigError('`metric.name` must be val_loss. Received: x. Change it.')
        """
        name = self._document.name(tuple(key.split("."))) if self._document else key
        return ConfigError(f"{self.place_of(key)}`{name}` {rest}")

    def as_mapping(self) -> dict[str, Any]:
        """Return the complete configuration, including defaults, as a mapping that reproduces the sweep."""
        mapping = self.model_dump(mode="json", exclude_none=True)
        if self.own is not None:
            del mapping["network"]
        elif all("epochs" in space.domains for space in self.spaces):
            del mapping["trainer"]["epochs"]
        return mapping
