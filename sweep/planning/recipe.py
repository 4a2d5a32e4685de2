"""Defines what all trials of a pack share, and converts trials of the plan to the form of the trainers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sweep.records import Setting, Trial
from trainers.data import Dataset, DatasetShape, Split
from trainers.data.holdout import Holdout
from trainers.errors import UserCodeError
from trainers.imports import source_digest
from trainers.layout import Layout
from trainers.metrics import AskedMetrics
from trainers.optimizers import OPTIMIZERS
from trainers.pack import CONSTANT, NOTHING_ASKED, Backend, ModuleSpec, NetworkSpec, Pack, Precision, Target, TrialSpec
from trainers.schedules import Schedule
from trainers.schedules.ranges import applicable


@dataclass(frozen=True)
class ModuleSize:
    """Number of values in a user's module.

    Args:
        trained: numbers in the parameters that require gradients.
        fixed: numbers in its other parameters and its buffers.
        taken: peak number of values that an example needs in the forward and backward pass; 0 while unknown.
    """

    trained: int
    fixed: int = 0
    taken: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """What all trials of a pack share: everything in a `trainers.pack.Pack` except its data, trials and batches.

    ``module_size`` is the size of a user's module, once it is known; ``code`` maps each user-defined object, such as
    ``my_package.models:make_net``, to its digest, once the plan is made. ``asked`` are the metrics besides those that
    every trial has.
    """

    network: NetworkSpec | ModuleSpec
    dtype: Precision
    weight_decay: float
    validation: Holdout
    normalise: Literal["standard", "minmax", "none"]
    target: Target | None
    backend: Backend
    loss: str | None = None
    augment: str | None = None
    module_size: ModuleSize | None = None
    code: tuple[tuple[str, str], ...] = ()
    asked: AskedMetrics = NOTHING_ASKED

    def require_planned_code(self) -> None:
        """Refuse to train code that differs from the code that the trial ids were computed from.

        Raises:
            UserCodeError: if a file has changed since the plan was made.
        """
        for path, digest in self.code:
            if source_digest(path) != digest:
                raise UserCodeError(
                    f"`{path}` must stay as it was when the sweep was planned. Received: changed files. "
                    "Run the same command again, which plans and trains the code as it is now."
                )

    def pack(
        self,
        data: Dataset | Split,
        trials: Sequence[TrialSpec],
        batch_size: int | None,
        epochs: int,
        shape: DatasetShape | None = None,
    ) -> Pack:
        """Create a pack of this recipe."""
        return Pack(
            data=data,
            trials=tuple(trials),
            network=self.network,
            batch_size=batch_size,
            epochs=epochs,
            dtype=self.dtype,
            weight_decay=self.weight_decay,
            validation=self.validation,
            normalise=self.normalise,
            target=self.target,
            shape=shape,
            backend=self.backend,
            asked=self.asked,
            loss=self.loss,
            augment=self.augment,
        )

    def parameters(self, shape: DatasetShape) -> int:
        """Number of trainable parameters of a trial."""
        if isinstance(self.network, ModuleSpec):
            assert self.module_size is not None, "a module is counted before it is packed"
            return self.module_size.trained
        return Layout((shape.features, *self.network.hidden, shape.outputs)).size


def load_backend(backend: Backend) -> None:
    """Import a backend; the threads of a library can only be limited once it is loaded."""
    if backend == "torch":
        import trainers.networks.torch_module  # noqa: F401


def batch_size_of(setting: Setting) -> int | None:
    """Return the batch size of a setting in the form of the trainers: None for ``full``."""
    value = setting["batch_size"]
    return None if value == "full" else int(value)


def steps_per_epoch(setting: Setting, examples: int) -> int:
    """Number of steps per epoch: ``ceil(examples / batch_size)``.

    >>> steps_per_epoch({"batch_size": 64}, 1437), steps_per_epoch({"batch_size": "full"}, 1437)
    (23, 1)
    """
    return -(-examples // (batch_size_of(setting) or examples))


def spec_of(trial: Trial) -> TrialSpec:
    """Convert a trial of the plan to the form of the trainers."""
    setting = trial.arm.setting
    declared = {h.name for h in OPTIMIZERS[str(setting["optimizer"])].hyperparameters}
    return TrialSpec(
        str(setting["optimizer"]),
        {name: float(value) for name, value in setting.items() if name in declared},
        schedule_of(setting),
        trial.seed,
    )


def schedule_of(setting: Setting) -> Schedule:
    """Create the learning-rate schedule of a setting.

    >>> schedule_of({"decay": "staircase", "decay_boundaries": "5,8", "decay_values": "1.0,0.1,0.01"}).values
    (1.0, 0.1, 0.01)
    """
    used = applicable(str(setting["decay"]), "decay_boundaries" in setting, int(setting.get("decay_warmup", 0)) > 0)
    # In the flat form every schedule gets the parameters of all schedules and uses only its own.
    setting = {key: value for key, value in setting.items() if key.removeprefix("decay_") in (*used, "decay", "start")}
    rate = setting.get("decay_rate")
    boundaries = str(setting.get("decay_boundaries", ""))
    values = str(setting.get("decay_values", ""))
    return Schedule(
        kind=str(setting["decay"]),
        rate=None if rate is None else float(rate),
        by="step" if setting.get("decay_by") == "step" else "epoch",
        interval=int(setting.get("decay_interval", 1)),
        start=0 if setting.get("decay_start") == 0 else 1,
        boundaries=tuple(int(part) for part in boundaries.split(",") if part),
        values=tuple(float(part) for part in values.split(",") if part),
        warmup=int(setting.get("decay_warmup", 0)),
        patience=int(setting.get("decay_patience", CONSTANT.patience)),
        threshold=float(setting.get("decay_threshold", CONSTANT.threshold)),
    )
