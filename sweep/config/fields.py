"""Defines the fields of a configuration file; the docstring of each is its user documentation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
)

from sweep.config.base_section import Section
from sweep.config.checkpoints import CheckpointConfig
from sweep.config.comparison import Roles, SeedsField
from sweep.config.conditions import as_list
from sweep.config.data import AnyData
from sweep.config.free_space import FreeSpace
from sweep.config.gates import ExactGate, read_gates
from sweep.config.limits import LimitsConfig
from sweep.config.metric import MetricConfig, read_metric
from sweep.config.network import AnyNetwork, NetworkConfig
from sweep.config.optimizer_spaces import NetworkSpaces
from sweep.config.own_training import (
    AnyTrainer,
    KeepConfig,
)
from sweep.config.problems import Problem, refuse
from sweep.config.scheduler import AnyScheduler, NoScheduler, read_scheduler
from sweep.config.search import SearchConfig
from sweep.config.sections import (
    ResourcesConfig,
    TrackingConfig,
    TrainerConfig,
)
from sweep.config.spaces import OptimizersBase, OptimizersField, SharedSpace, Space
from sweep.system.locations import with_home

if TYPE_CHECKING:
    OptimizersSection: TypeAlias = OptimizersBase
    SharedSection: TypeAlias = Space
else:
    # Generated from the optimizers' declarations, so that a type checker only knows the base classes.
    OptimizersSection, SharedSection = OptimizersField, SharedSpace

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def _slug(name: str) -> str:
    if not SLUG.fullmatch(name):
        rule = "must begin with a letter or digit and hold only letters, digits, `.`, `_` and `-`, 100 at most"
        refuse([Problem(rule, "Give such as adam-vs-sgd.", received=name)])
    return name


class SweepFields(Section):
    """The sections and values of a sweep file."""

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

    search: SearchConfig = Field(default_factory=SearchConfig)
    """How settings are chosen from the space."""

    scheduler: Annotated[AnyScheduler, BeforeValidator(read_scheduler)] = Field(default_factory=NoScheduler)
    """Which rule ends bad trials early, by its name alone or with arguments: asha, successive_halving, hyperband,
    median, patience, wilcoxon, or none."""

    limits: LimitsConfig = Field(default_factory=LimitsConfig)
    """When the sweep ends before all of its trials are trained."""

    optimizers: OptimizersSection | None = Field(default=None, examples=[{"sgd": {"learning_rate": 0.1}}])
    """The optimizers to compare, each with the values to try; {} if all values are in `space`."""

    space: SharedSection | NetworkSpaces | FreeSpace = Field(default_factory=SharedSpace, validate_default=True)
    """Values shared by all optimizers; an optimizer's own values override them. With `optimizer`, the flat form. Dotted
    keys of `network`, `trainer` and `data`, such as `network.hidden: [[64], [64, 64]]`, can vary too. For your own
    training, hyperparameters of any name. A list of spaces is their union."""

    where: Annotated[tuple[str, ...], BeforeValidator(as_list)] = Field(
        default=(), examples=[["beta1 < beta2", "batch_size * epochs <= 10000"]]
    )
    """Conditions that every setting must meet, by comparison and arithmetic on its hyperparameters. One that lacks a
    name of a condition meets it; a `batch_size` of full or auto counts as its number of examples. Lists, mappings and
    null are compared with their text, such as `network.hidden != '[64,64]'`."""

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

    checkpoint: CheckpointConfig = Field(default_factory=CheckpointConfig)
    """How often the trials in training write checkpoints, from which they go on after any death."""

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
