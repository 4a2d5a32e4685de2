"""Pydantic models of the configuration sections; the docstring of each field is its user documentation."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from sweep.config.base_section import CountOr, NumberOr, Section
from sweep.config.problems import Problem, refuse
from sweep.errors.masking import without_secrets
from sweep.system.locations import with_home
from trainers import limits
from trainers.limits import LARGEST_COUNT
from trainers.loss_names import name_problem
from trainers.pack import Backend, Precision

EXPERIMENT_CHARACTERS = 500
"""Maximum length of an MLflow experiment name."""


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
