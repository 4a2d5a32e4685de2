"""Defines `SweepConfig`, the pydantic model of a complete configuration file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from sweep.config.base_section import Section, unknown_name
from sweep.config.comparison import Roles, SeedRoles, SeedsField, role_problems
from sweep.config.conditions import Condition, as_list, condition_problems, parse_condition
from sweep.config.cross_checks import free_space_problems, metric_problems, space_problems
from sweep.config.data import AnyData
from sweep.config.document import Document
from sweep.config.free_space import FreeSpace, read_free_space
from sweep.config.gates import ExactGate, Gate, gate_of, gate_problems, read_gates
from sweep.config.known_names import compared_levels, known_hyperparameters
from sweep.config.network import AnyNetwork, ModuleNetwork, NetworkConfig
from sweep.config.own_training import (
    AnyTrainer,
    CommandTrainer,
    FunctionByValue,
    FunctionTrainer,
    KeepConfig,
    OwnTrainer,
    trainer_kind,
)
from sweep.config.problems import Problem, refuse
from sweep.config.sections import (
    METRICS,
    GridSearch,
    MetricConfig,
    ResourcesConfig,
    TrackingConfig,
    TrainerConfig,
    read_metric,
)
from sweep.config.spaces import (
    OptimizersBase,
    OptimizersField,
    OptimizerSpace,
    SharedSpace,
    Space,
    space_of_each,
)
from sweep.errors import ConfigError
from sweep.system.locations import with_home

if TYPE_CHECKING:
    OptimizersSection: TypeAlias = OptimizersBase
    SharedSection: TypeAlias = Space
else:
    # Generated from the optimizers' declarations, so that a type checker only knows the base classes.
    OptimizersSection, SharedSection = OptimizersField, SharedSpace

INVALID, MISSING = object(), object()
"""Stand for a field that was not valid, and one that is not in the file."""

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def _slug(name: str) -> str:
    if not SLUG.fullmatch(name):
        rule = "must begin with a letter or digit and hold only letters, digits, `.`, `_` and `-`, 100 at most"
        refuse([Problem(rule, "Give such as adam-vs-sgd.", received=name)])
    return name


class SweepConfig(Section):
    """A sweep: one question, one training, several settings, every combination a trial."""

    name: Annotated[str, AfterValidator(_slug)] = "sweep"
    """Name of the sweep, its results folder and its MLflow experiment. Default: the file's name."""

    question: str = Field(default="", examples=["Which optimizer reaches 97 % accuracy first?"])
    """What the sweep is to answer, in one line."""

    data: AnyData | None = Field(default=None, examples=[{"name": "digits"}])
    """Data set: `name` of a bundled or synthetic set, `path` of a file, or `module` that loads it. Needed unless the
    training is your own."""

    network: AnyNetwork = Field(default_factory=NetworkConfig)
    """The network that every trial trains: dense, or `module` of your own."""

    trainer: AnyTrainer = Field(default_factory=TrainerConfig, validate_default=True)
    """How every trial is trained: our networks, or a `function` or `command` of your own."""

    metric: Annotated[MetricConfig, BeforeValidator(read_metric)] = Field(default_factory=MetricConfig)
    """What the trials are compared by; its name alone where its direction is known."""

    search: GridSearch = Field(default_factory=GridSearch)
    """How settings are chosen from the space."""

    optimizers: OptimizersSection | None = Field(default=None, examples=[{"sgd": {"learning_rate": 0.1}}])
    """The optimizers to compare, each with the values to try; {} if all values are in `space`."""

    space: SharedSection | FreeSpace = Field(default_factory=SharedSpace, validate_default=True)
    """Values shared by all optimizers; an optimizer's own values override them. With `optimizer`, the flat form. For
    your own training, hyperparameters of any name; a list of spaces is their union."""

    where: Annotated[tuple[str, ...], BeforeValidator(as_list)] = Field(
        default=(), examples=[["beta1 < beta2", "batch_size * epochs <= 10000"]]
    )
    """Conditions that every setting must meet, by comparison and arithmetic on its hyperparameters. One that lacks a
    name of a condition meets it; a `batch_size` of full or auto counts as its number of examples."""

    seeds: SeedsField = (0,)
    """Trainings of each setting: n for the seeds 0 to n - 1, a list, or `{selection: 3, report: 10}`, which picks the
    best setting of each level on the selection seeds and trains it again on the report seeds."""

    roles: Roles | None = None
    """What is compared and what is tuned away. Default: the optimizers are compared, all else that varies is tuned."""

    resources: ResourcesConfig = Field(default_factory=ResourcesConfig)
    """What the sweep runs on."""

    tracking: TrackingConfig = Field(default_factory=TrackingConfig)
    """Where trials are recorded in MLflow."""

    keep: KeepConfig = Field(default_factory=KeepConfig)
    """What is kept of the trials besides their metrics."""

    report: bool = True
    """Whether a sweep that has ended writes its report, report.html and report.md, into its results folder."""

    results: Annotated[str, Field(min_length=1), AfterValidator(with_home)] = "results"
    """Folder in which the results of the sweep get a folder of their own, or its URL such as s3://bucket/results."""

    gates: Annotated[tuple[str | ExactGate, ...], BeforeValidator(read_gates)] = Field(
        default=(), examples=[["val_accuracy >= 0.95 for adam"]]
    )
    """What `sweep check` demands: sentences such as `val_loss no worse than the baseline by 2 %`, or {exact: true}."""

    baseline: Annotated[str, AfterValidator(with_home)] | None = Field(
        default=None, examples=["configs/ci.baseline.json"]
    )
    """File that `sweep baseline` writes and `sweep check` compares with. Default: beside the sweep's file."""

    _document: Document | None = PrivateAttr(default=None)
    _found: tuple[str, ...] = PrivateAttr(default=())
    _by_value: FunctionByValue | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _networks_need_data(cls, raw: Any) -> Any:
        is_network = isinstance(raw, Mapping) and trainer_kind(raw.get("trainer")) == "network"
        return {**raw, "data": raw.get("data", MISSING)} if is_network else raw

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
        return trainer

    @field_validator("metric", mode="wrap")
    @classmethod
    def _metric_fits_the_task(cls, raw: Any, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> MetricConfig:
        if not isinstance(info.data.get("trainer"), OwnTrainer):
            name = raw.get("name") if isinstance(raw, Mapping) else raw
            if isinstance(name, str) and name not in METRICS:
                at = ("name",) if isinstance(raw, Mapping) else ()
                refuse([replace(unknown_name(name, tuple(METRICS)), at=at)])
        metric: MetricConfig = read(raw)
        if problems := list(metric_problems(metric, info.data.get("data"))):
            refuse(problems)
        return metric

    @field_validator("optimizers", mode="before")
    @classmethod
    def _optimizers_are_for_networks(cls, optimizers: Any, info: ValidationInfo) -> Any:
        if optimizers is not None and isinstance(info.data.get("trainer"), OwnTrainer):
            rule = "is for the networks of this project, and the training is your own"
            refuse([Problem(rule, "Give hyperparameters as `space`.", is_key=True)])
        return optimizers

    @field_validator("space", mode="wrap")
    @classmethod
    def _space_is_complete(cls, raw: Any, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        trainer, search = info.data.get("trainer"), info.data.get("search")
        if isinstance(trainer, OwnTrainer):
            free = read_free_space({} if isinstance(raw, Space) else raw)
            if problems := list(free_space_problems(free, search)):
                refuse(problems)
            return free
        space = raw if isinstance(raw, Space) else SharedSpace.model_validate(raw)
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
            optimizers = compared_levels(info.data)
            if problems := list(gate_problems(gates, optimizers, info.data["trainer"].target is not None)):
                refuse(problems)
        return gates

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
