"""Describes a training: trials with the same network, data and batch size, trained together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from trainers import limits
from trainers.data import Dataset, DatasetShape, Split
from trainers.data.dataset import Task
from trainers.data.fit import check_fit
from trainers.data.holdout import Holdout
from trainers.data.scaling import Normalise
from trainers.data.shape import Example
from trainers.diagnostics import metric_names
from trainers.layout import Activation, Init, Layout
from trainers.limits import check_number, check_word, refuse
from trainers.loss_names import name_problem, task_problem
from trainers.metrics import SCORED, AskedMetrics, Mode, split_name
from trainers.optimizers import OPTIMIZERS
from trainers.optimizers.base import complete
from trainers.schedules import Schedule

Precision = Literal["float32", "float64", "bfloat16"]
Backend = Literal["numpy", "torch"]

CONSTANT = Schedule()
NOTHING_ASKED = AskedMetrics()


@dataclass(frozen=True)
class NetworkSpec:
    """A dense network: the widths of its hidden layers (none for a linear model), activation and initialisation.

    Raises:
        ValueError: for a width out of range, or an unknown activation or initialisation rule.
    """

    hidden: tuple[int, ...] = (64,)
    activation: Activation = "relu"
    init: Init = "he"

    def __post_init__(self) -> None:
        """Validate the fields beyond their types."""
        object.__setattr__(self, "hidden", tuple(self.hidden))
        for index, width in enumerate(self.hidden):
            check_number(f"hidden[{index}]", width, limits.WIDTH)
        check_word("activation", self.activation, get_args(Activation))
        check_word("init", self.init, get_args(Init))


@dataclass(frozen=True)
class ModuleSpec:
    """A user's own ``torch.nn.Module``: its factory, such as ``my_package.models:make_net``, and the arguments.

    ``make_net(**kwargs)`` returns a module that maps (B, D) inputs to (B, C) outputs, on the backend torch.
    """

    module: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Validate the fields beyond their types."""
        if not isinstance(self.module, str) or not self.module:
            rule = "must be text" if not isinstance(self.module, str) else "must not be empty"
            refuse("module", rule, self.module, "Give a value such as my_package.models:make_net.")


@dataclass(frozen=True)
class TrialSpec:
    """One training of a pack: an optimizer with its hyperparameters, a schedule and a seed.

    Args:
        optimizer: a name in `trainers.optimizers.OPTIMIZERS`, or one of your own such as ``my_package.opt:mine``.
        hyperparameters: name -> value; always ``learning_rate``, others according to the optimizer's declaration, whose
            defaults are used for missing ones.
        schedule: the decay of the learning rate.
        seed: seed of the split, the initial weights and the batch order.

    Raises:
        ValueError: for an unknown optimizer, or a hyperparameter that is unknown, missing or out of range.
    """

    optimizer: str
    hyperparameters: Mapping[str, float]
    schedule: Schedule = CONSTANT
    seed: int = 0

    def __post_init__(self) -> None:
        """Fill in defaults and check ranges."""
        if ":" not in self.optimizer:
            check_word("optimizer", self.optimizer, tuple(OPTIMIZERS))
        check_number("seed", self.seed, limits.SEED)
        object.__setattr__(self, "hyperparameters", complete(OPTIMIZERS[self.optimizer], self.hyperparameters))


@dataclass(frozen=True)
class Target:
    """The value of a metric that counts as reached; with ``stop`` the trial ends there.

    Raises:
        ValueError: for an unknown mode, or a value that is not a finite number.
    """

    metric: str
    mode: Mode
    value: float
    stop: bool = False

    def __post_init__(self) -> None:
        """Validate the fields beyond their types."""
        check_word("mode", self.mode, get_args(Mode))
        check_number("value", self.value, limits.TARGET)


def check_batch_size(size: Any) -> None:
    """Refuse an invalid batch size."""
    if not limits.BATCH_SIZE.accepts(size):
        rule = f"must {limits.BATCH_SIZE.rule}, or None for all examples"
        refuse("batch_size", rule, size, f"Give a value such as {limits.BATCH_SIZE.example}.")


@dataclass(frozen=True)
class Pack:
    """Trials trained together as stacked arrays; a single trial is a pack of one.

    Args:
        data: a data set, split by each trial's seed; or a split, the same for all seeds.
        trials: one or more; optimizers, schedules and seeds may differ.
        network: shared by all trials; a module requires the backend torch.
        batch_size: examples per step; None for the whole training part (batch gradient descent).
        epochs: passes over the training part, 1 or more.
        dtype: of parameters, state and arithmetic, and of a split's inputs (float32 for bfloat16).
        weight_decay: L2 coefficient: ``weight_decay * w`` is added to the gradient of each weight, but not of biases.
        validation: what is held out for validation; a number is a fraction of the examples, in (0, 1).
        normalise: scaling of the inputs, by statistics of the training part only.
        target: if given, trials may stop when they reach it.
        shape: shape of the data; required if ``data`` is a split, which does not know its task.
        backend: library for the computation; bfloat16 requires torch.
        asked: metrics that are computed from the predictions, besides those that every trial has.
        loss: of a module: a name in `trainers.loss_names.LOSS_TASKS`, or a function of the user's such as
            ``my_package.losses:focal``, which takes outputs and targets and gives the loss of each example; None for
            the usual one of the task.
        augment: a function of the user's such as ``my_package.data:flip``, which takes the inputs of a training batch
            and a generator, and gives inputs of the same shape; None for none.

    Raises:
        ValueError: for an empty pack, a number out of range, an unknown metric, or a split without its shape.
    """

    data: Dataset | Split
    trials: tuple[TrialSpec, ...]
    network: NetworkSpec | ModuleSpec = field(default_factory=NetworkSpec)
    batch_size: int | None = 64
    epochs: int = 10
    dtype: Precision = "float32"
    weight_decay: float = 0.0
    validation: Holdout = 0.2
    normalise: Normalise = "standard"
    target: Target | None = None
    shape: DatasetShape | None = None
    backend: Backend = "numpy"
    asked: AskedMetrics = NOTHING_ASKED
    loss: str | None = None
    augment: str | None = None

    def __post_init__(self) -> None:
        """Validate the fields beyond their types."""
        if not self.trials:
            raise ValueError("A pack must have at least one trial. Received: none.")
        object.__setattr__(self, "trials", tuple(self.trials))
        check_number("epochs", self.epochs, limits.EPOCHS)
        if self.batch_size is not None:
            check_batch_size(self.batch_size)
        check_number("weight_decay", self.weight_decay, limits.L2)
        if isinstance(self.validation, int | float):
            check_number("validation", self.validation, limits.VALIDATION)
        check_word("dtype", self.dtype, get_args(Precision))
        check_word("backend", self.backend, get_args(Backend))
        check_word("normalise", self.normalise, get_args(Normalise))
        if self.dtype == "bfloat16" and self.backend != "torch":
            rule = "must be float32 or float64 for the backend numpy"
            refuse("dtype", rule, self.dtype, "Give float32, or `backend='torch'`.")
        if isinstance(self.network, ModuleSpec) and self.backend != "torch":
            raise ValueError("`network` of a module is for the backend torch. Received: numpy. Give `backend='torch'`.")
        if self.shape is None:
            if isinstance(self.data, Split):
                raise ValueError(
                    "`shape` is needed when `data` is a split. Received: None. "
                    "Give such as `DatasetShape(150, 4, 3, 'multiclass')`."
                )
            object.__setattr__(self, "shape", self.data.shape)
        if isinstance(self.data, Split):
            check_fit(self.data, self._shape, "float64" if self.dtype == "float64" else "float32")
        self._check_metrics()
        self._check_what_modules_take()

    def _check_metrics(self) -> None:
        """Refuse metrics that the task does not have, and a target of a metric that is not measured."""
        for name in self.asked.names:
            known = SCORED.get(split_name(name)[1])
            if known is not None and self.task not in known.tasks:
                refuse("asked", f"must be of metrics that suit the task {self.task}", name, "Leave it out.")
        # Without seconds: whether a trial stops must not depend on the speed of the machine.
        metrics = (*metric_names(self.task)[:-1], *self.asked.names)
        if self.target is not None and self.target.metric not in metrics:
            check_word("target.metric", self.target.metric, metrics)

    def _check_what_modules_take(self) -> None:
        """Refuse data and losses that do not suit the network."""
        if isinstance(self.network, ModuleSpec):
            problem = None if self.loss is None else name_problem(self.loss) or task_problem(self.loss, self.task)
            if problem is not None:
                refuse("loss", problem[0], self.loss, problem[1])
            return
        if self.loss is not None:
            refuse("loss", "is for a network that is a module", self.loss, "Leave it out.")
        if self._shape.item or self._shape.positions:
            rule = "must be rows of features (N, D) with targets (N,) for a dense network"
            refuse("data", rule, self._shape, "Take `.reshape(len(x), -1)`, or a `ModuleSpec`.")

    @property
    def task(self) -> Task:
        """The task of the data: ``multiclass``, ``binary`` or ``regression``."""
        return self._shape.task

    @property
    def layout(self) -> Layout:
        """The shapes of a dense network's layers."""
        return Layout((self._shape.features, *self.dense.hidden, self._shape.outputs))

    @property
    def dense(self) -> NetworkSpec:
        """The network, if it is a dense one.

        Raises:
            TypeError: if it is a module.
        """
        if isinstance(self.network, ModuleSpec):
            raise TypeError(f"`network` is the module {self.network.module}, which has no layers of known widths.")
        return self.network

    @property
    def features(self) -> int:
        """D, the number of features."""
        return self._shape.features

    @property
    def example(self) -> Example:
        """What one example is to a network."""
        return self._shape.example

    @property
    def _shape(self) -> DatasetShape:
        assert self.shape is not None
        return self.shape
