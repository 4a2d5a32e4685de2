"""Pydantic models of the configuration sections; the docstring of each field is its user documentation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from sweep.config.base_section import CountOr, NumberOr, Section
from sweep.config.problems import Problem, refuse
from sweep.errors.masking import without_secrets
from sweep.system.locations import with_home
from sweep.system.mlflow_names import is_mlflow_name
from trainers import limits, metrics
from trainers.limits import LARGEST_COUNT
from trainers.loss_names import name_problem
from trainers.metrics import Metric, Mode
from trainers.pack import Backend, Precision

EXPERIMENT_CHARACTERS = 500
"""Maximum length of an MLflow experiment name."""

METRICS: Mapping[str, Metric] = MappingProxyType(
    {f"{part}_{name}": metric for part in ("val", "train") for name, metric in metrics.METRICS.items()}
)
"""Metrics that a sweep can compare by."""


SMALL_IS_BETTER = frozenset(("loss", "error", "err", "rmse", "mse", "mae", "mape", "perplexity", "nll", "brier"))
LARGE_IS_BETTER = frozenset(("accuracy", "acc", "f1", "auc", "r2", "precision", "recall", "score", "iou", "bleu"))
"""Words in the names of metrics by which their direction is known."""


def usual_mode(name: str) -> Mode | None:
    """Return whether small or large values of a metric are better, by its name; None if that is not known.

    >>> usual_mode("val_f1_macro"), usual_mode("train_loss"), usual_mode("width")
    ('max', 'min', None)
    """
    if name in METRICS:
        return METRICS[name].mode
    words = set(re.split(r"[^a-z0-9]+", name.lower()))
    is_small, is_large = bool(words & SMALL_IS_BETTER), bool(words & LARGE_IS_BETTER)
    return None if is_small == is_large else "min" if is_small else "max"


def _metric_name(name: str) -> str:
    if not is_mlflow_name(name):
        rule = "must be a name of letters, digits, `_`, `-`, `.`, `/` and spaces, 250 at most, as MLflow refuses others"
        refuse([Problem(rule, "Give another name, such as val_f1.", received=name)])
    return name


def read_metric(raw: Any) -> Any:
    """Read a metric that is given by its name alone."""
    return {"name": raw} if isinstance(raw, str) else raw


def require_target(stop: bool, info: ValidationInfo) -> bool:
    """Refuse `stop_at_target` without a `target`, for every kind of training."""
    if stop and info.data.get("target", "invalid") is None:
        refuse([Problem("needs `trainer.target`, which is not given", "Give one such as 0.97.", is_key=True)])
    return stop


class TrainerConfig(Section):
    """How every trial is trained."""

    backend: Backend = "numpy"
    """Library that computes: numpy, or torch (needs the extra `torch`)."""

    epochs: Annotated[int, Field(**limits.EPOCHS.bounds)] = 10
    """Passes over the training part; `space.epochs` compares several."""

    dtype: Precision = "float32"
    """Precision of the numbers; bfloat16 is for torch."""

    weight_decay: Annotated[float, Field(**limits.L2.bounds)] = Field(default=0.0, examples=[limits.L2.example])
    """L2 penalty: this times half the squared weights is added to the loss."""

    loss: str | None = Field(default=None, examples=["huber"])
    """Loss of a network that is a `module`: cross_entropy, bce, nll or kl of classes, mse, mae or huber of numbers, or
    a function of yours such as my_package.losses:focal, which takes outputs and targets and gives a loss for each
    example. Default: cross_entropy, for two classes bce, for numbers mse."""

    target: float | None = Field(default=None, examples=[0.97])
    """Value of the metric at which the target counts as reached, such as 0.97."""

    stop_at_target: bool = False
    """Stop a trial once it has reached `target`."""

    @field_validator("dtype")
    @classmethod
    def _suits_the_backend(cls, dtype: str, info: ValidationInfo) -> str:
        if dtype == "bfloat16" and info.data.get("backend") == "numpy":
            hint = "Give float32, or `trainer.backend: torch`."
            refuse([Problem("must be float32 or float64 for the backend numpy", hint, received=dtype)])
        return dtype

    @field_validator("loss")
    @classmethod
    def _is_known(cls, loss: str | None) -> str | None:
        if loss is not None and (problem := name_problem(loss)):
            refuse([Problem(*problem, received=loss)])
        return loss

    _needs_a_target = field_validator("stop_at_target")(require_target)


class MetricConfig(Section):
    """What the trials are compared by."""

    name: Annotated[str, AfterValidator(_metric_name)] = Field(default="val_loss", examples=list(METRICS))
    """The metric: accuracy is for classification, rmse and r2 are for regression. Of your own training, any metric
    that it reports."""

    mode: Mode = Field(default=None, validate_default=True)
    """Whether lower (min) or higher (max) is better. Default: what suits the metric."""

    margin: float | None = Field(default=None, gt=0, examples=[0.005])
    """Differences of the metric below this do not matter: the report says which arms are shown to be equivalent within
    it (two one-sided tests). Default: none, and then the report only says which arms cannot be told apart."""

    of: Literal["last", "best"] = "last"
    """Which epoch of a trial counts wherever trials are ranked, picked or compared: its last, or its best. The best
    epoch flatters noisy curves."""

    @property
    def by(self) -> Literal["final", "best"]:
        """Prefix of the columns that rank trials, such as in ``final_val_loss``."""
        return "best" if self.of == "best" else "final"

    @field_validator("mode", mode="before")
    @classmethod
    def _suits_the_metric(cls, mode: object, info: ValidationInfo) -> object:
        if mode is not None:
            return mode
        if "name" not in info.data:
            return "min"
        name = info.data["name"]
        if (usual := usual_mode(name)) is None:
            rule = f"is needed, as it is not known whether a small or a large {name} is better"
            refuse([Problem(rule, "Give min or max.", is_key=True)])
        return usual


class GridSearch(Section):
    """Try every combination of the listed values."""

    method: Literal["grid"] = "grid"
    """How settings are chosen from the space."""

    limit: int = Field(default=100_000, ge=1, le=LARGEST_COUNT)
    """Maximum number of trials (settings times seeds) of a sweep."""


class ResourcesConfig(Section):
    """What the sweep runs on."""

    executor: Literal["ray", "inline"] = "ray"
    """What runs the packs: Ray, or this process itself, one pack after the other, for very small sweeps."""

    workers: Annotated[int | Literal["auto"], CountOr("auto")] = "auto"
    """Number of packs trained at the same time; auto uses the whole machine or cluster."""

    cpus_per_worker: int = Field(default=1, ge=1)
    """CPU cores of each worker, which are also its BLAS threads."""

    gpus_per_worker: Annotated[float | Literal["auto"], NumberOr("auto")] = "auto"
    """GPUs of each worker; fractions share one. `auto` uses the GPUs that PyTorch or Ray sees, for the backend torch
    and for a training of your own: one for each worker, or a part of one if there are more workers."""

    memory_gb_per_worker: float | None = Field(default=None, gt=0, examples=[4.0])
    """Memory that Ray reserves for each worker, in gigabytes (1e9 bytes). Default: none is reserved."""

    address: str | None = Field(default=None, examples=["auto"])
    """A running Ray cluster: `auto` or `host:port` from a machine in it, `ray://host:10001` from any other.
    Default: Ray starts on this machine."""

    autoscale: bool = False
    """Whether the cluster adds nodes itself until `workers`, which must be a number, fit."""

    @field_validator("autoscale")
    @classmethod
    def _knows_how_far(cls, autoscale: bool, info: ValidationInfo) -> bool:
        if autoscale and info.data.get("address", "invalid") is None:
            refuse([Problem("needs `resources.address`, of the cluster that grows", "Give it.", is_key=True)])
        if autoscale and info.data.get("workers") == "auto":
            hint = "Give how many trainings there may be at once, such as 32."
            refuse([Problem("needs a number of `resources.workers`, up to which the cluster grows", hint, is_key=True)])
        return autoscale


class TrackingConfig(Section):
    """Where trials are recorded in MLflow."""

    enabled: bool = True
    """Whether to record at all."""

    uri: str | None = Field(default=None, examples=["sqlite:///mlflow.db"])
    """Tracking store. Default: the variable MLFLOW_TRACKING_URI, or else sqlite:///mlflow.db."""

    experiment: str | None = Field(default=None, examples=["optimizers"])
    """MLflow experiment. Default: the sweep's name."""

    store: str | None = Field(default=None, examples=["postgresql://mlflow@db.example.org/mlflow"])
    """PostgreSQL database of the server at `uri`: trials are written to it directly, many times faster than through the
    server. The password belongs in the variable PGPASSWORD or in ~/.pgpass."""

    points: int = Field(default=1000, ge=10, le=LARGEST_COUNT)
    """Maximum number of points of a metric in MLflow: longer curves keep their first, last and best epoch and evenly
    spaced ones, and are tagged as thinned. epochs.parquet keeps all."""

    @field_validator("uri")
    @classmethod
    def _lies_below_the_home_folder(cls, uri: str | None) -> str | None:
        return None if uri is None else with_home(uri)

    @field_validator("experiment")
    @classmethod
    def _is_taken_by_mlflow(cls, experiment: str | None) -> str | None:
        if experiment is None:
            return None
        hint = "Give such as optimizers, or leave it out to use the sweep's name."
        if not experiment.strip():
            refuse([Problem("must not be empty", hint, received=experiment)])
        if len(experiment) > EXPERIMENT_CHARACTERS:
            rule = f"must have {EXPERIMENT_CHARACTERS} characters at most, as MLflow refuses more"
            refuse([Problem(f"{rule}, and has {len(experiment)}", hint, received=experiment)])
        if not experiment.isprintable():
            refuse([Problem("must hold no control characters", hint, received=experiment)])
        return experiment

    @field_validator("store")
    @classmethod
    def _is_a_database_without_password(cls, store: str | None) -> str | None:
        if store is None:
            return None
        shown = without_secrets(store)
        if re.match(r"postgresql(\+psycopg)?://", store) is None:
            hint = "Give the address that the server was started with."
            refuse([Problem("must start with postgresql://", hint, received=shown)])
        if shown != store:
            hint = "Put it into the variable PGPASSWORD or into ~/.pgpass."
            refuse([Problem("must not hold a password, as the configuration is kept", hint, received=shown)])
        return store
