"""What one training needs to know: trials that share a network, data and batch size, trained together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from trainers.data import Dataset, DatasetShape, Split
from trainers.data.dataset import Task
from trainers.diagnostics import metric_names
from trainers.networks.base import Activation, Init, Layout
from trainers.optimizers import OPTIMIZERS
from trainers.optimizers.base import complete
from trainers.schedules import Schedule

Precision = Literal["float32", "float64", "bfloat16"]
Backend = Literal["numpy", "torch"]

CONSTANT = Schedule()


@dataclass(frozen=True)
class NetworkSpec:
    """A dense network: the widths of its hidden layers (none: a linear model), activation and initial weights."""

    hidden: tuple[int, ...] = (64,)
    activation: Activation = "relu"
    init: Init = "he"


@dataclass(frozen=True)
class ModuleSpec:
    """A user's own ``torch.nn.Module``: what makes it, such as ``my_package.models:make_net``, and its arguments.

    ``make_net(**kwargs)`` gives a module that maps (B, D) inputs to (B, C) outputs, on the backend torch.
    """

    module: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TrialSpec:
    """One training of a pack: an optimizer with its hyperparameters, a schedule and a seed.

    Args:
        optimizer: a name in `trainers.optimizers.OPTIMIZERS`, or one of your own such as ``my_package.opt:mine``.
        hyperparameters: name -> value; ``learning_rate`` always, others by the optimizer's declaration, whose
            defaults fill what is missing.
        schedule: the decay of the learning rate.
        seed: of the split, the initial weights and the batch order.

    Raises:
        ValueError: for an unknown optimizer, or a hyperparameter that is unknown, missing or out of range.
    """

    optimizer: str
    hyperparameters: Mapping[str, float]
    schedule: Schedule = CONSTANT
    seed: int = 0

    def __post_init__(self) -> None:
        """Fill defaults and check ranges."""
        optimizer = OPTIMIZERS.get(self.optimizer)
        if optimizer is None:
            raise ValueError(f"`optimizer` must be one of {', '.join(OPTIMIZERS)}. Received: {self.optimizer!r}.")
        object.__setattr__(self, "hyperparameters", complete(optimizer, self.hyperparameters))


@dataclass(frozen=True)
class Target:
    """The value of a metric that counts as reached; ``stop`` ends the trial there."""

    metric: str
    mode: Literal["min", "max"]
    value: float
    stop: bool = False


@dataclass(frozen=True)
class Pack:
    """Trials that are trained together as stacked arrays; a single trial is a pack of one.

    Args:
        data: a data set, split by each trial's seed; or a split, the same for all seeds.
        trials: one or more; optimizers, schedules and seeds may differ.
        network: shared; a module is for the backend torch.
        batch_size: examples a step; None is the whole training part (batch gradient descent).
        epochs: passes over the training part, 1 or more.
        dtype: of parameters, state and arithmetic.
        weight_decay: L2, ``weight_decay * w`` is added to the gradient of each weight, not of biases.
        validation: fraction of the examples held out.
        normalise: of the inputs, by statistics of the training part alone.
        target: when given, trials may stop on reaching it.
        shape: of the data; needed when ``data`` is a split, which does not know its task.
        backend: what computes; bfloat16 is for torch alone.

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
    validation: float = 0.2
    normalise: Literal["standard", "minmax", "none"] = "standard"
    target: Target | None = None
    shape: DatasetShape | None = None
    backend: Backend = "numpy"

    def __post_init__(self) -> None:
        """Check what a type cannot."""
        if not self.trials:
            raise ValueError("A pack must have at least one trial. Received: none.")
        if self.epochs < 1 or (self.batch_size is not None and self.batch_size < 1):
            raise ValueError(
                f"`epochs` and `batch_size` must be at least 1. Received: {self.epochs} and {self.batch_size}."
            )
        if self.dtype == "bfloat16" and self.backend != "torch":
            raise ValueError("`dtype` bfloat16 is for the backend torch. Received: numpy.")
        if isinstance(self.network, ModuleSpec) and self.backend != "torch":
            raise ValueError("`network` of a module is for the backend torch. Received: numpy.")
        if self.shape is None:
            if isinstance(self.data, Split):
                raise ValueError("`shape` is needed when `data` is a split. Received: None.")
            object.__setattr__(self, "shape", self.data.shape)
        # Seconds are left out: a trial must not stop by the speed of its machine.
        metrics = metric_names(self.task)[:-1]
        if self.target is not None and self.target.metric not in metrics:
            raise ValueError(f"`target.metric` must be one of {', '.join(metrics)}. Received: {self.target.metric!r}.")

    @property
    def task(self) -> Task:
        """What is predicted."""
        return self._shape.task

    @property
    def layout(self) -> Layout:
        """The shapes of a dense network's layers."""
        return Layout((self._shape.features, *self.dense.hidden, self._shape.outputs))

    @property
    def dense(self) -> NetworkSpec:
        """The network, where it is a dense one.

        Raises:
            TypeError: when it is a module.
        """
        if isinstance(self.network, ModuleSpec):
            raise TypeError(f"`network` is the module {self.network.module}, which has no layers of known widths.")
        return self.network

    @property
    def features(self) -> int:
        """D, the numbers of an example."""
        return self._shape.features

    @property
    def _shape(self) -> DatasetShape:
        assert self.shape is not None
        return self.shape
