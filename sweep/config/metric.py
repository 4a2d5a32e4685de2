"""Configuration of the metric that decides, and of the metrics that are computed beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from sweep.config.base_section import Section
from sweep.config.conditions import as_list
from sweep.config.problems import Problem, refuse
from sweep.system.mlflow_names import is_mlflow_name
from trainers import metrics
from trainers.imports import FORM
from trainers.limits import LARGEST_COUNT
from trainers.metrics import SCORED, AskedMetrics, Metric, Mode, known_metric, split_name
from trainers.metrics.own import is_path, name_of

METRICS: Mapping[str, Metric] = MappingProxyType(
    {f"{part}_{name}": metric for part in ("val", "train") for name, metric in metrics.METRICS.items()}
)
"""Metrics that a sweep can compare by, besides those of the user's own."""

ALWAYS = tuple(name for name in METRICS if split_name(name)[1] not in SCORED)
"""Metrics that need not be asked for: those of its task every trial has."""

SMALL_IS_BETTER = frozenset(("loss", "error", "err", "rmse", "mse", "mae", "mape", "perplexity", "nll", "brier"))
LARGE_IS_BETTER = frozenset(("accuracy", "acc", "f1", "auc", "r2", "precision", "recall", "score", "iou", "bleu"))
"""Words in the names of metrics by which their direction is known."""


def usual_mode(name: str) -> Mode | None:
    """Return whether small or large values of a metric are better, by its name; None if that is not known.

    >>> usual_mode("val_f1_macro"), usual_mode("test_brier_score"), usual_mode("eval_loss"), usual_mode("width")
    ('max', 'min', 'min', None)
    """
    if (known := known_metric(name)) is not None:
        return known.mode
    words = set(re.split(r"[^a-z0-9]+", name.lower()))
    is_small, is_large = bool(words & SMALL_IS_BETTER), bool(words & LARGE_IS_BETTER)
    return None if is_small == is_large else "min" if is_small else "max"


def _metric_name(name: str) -> str:
    if not is_mlflow_name(name):
        rule = "must be a name of letters, digits, `_`, `-`, `.`, `/` and spaces, 250 at most, as MLflow refuses others"
        refuse([Problem(rule, "Give another name, such as val_f1.", received=name)])
    return name


def read_metric(raw: Any) -> Any:
    """Read a metric that is given by its name alone, or a list of which the first decides.

    >>> read_metric(["val_loss", {"name": "seconds"}])
    {'name': 'val_loss', 'objectives': ({'name': 'seconds'},)}
    """
    if not isinstance(raw, list | tuple):
        return {"name": raw} if isinstance(raw, str) else raw
    if not raw:
        refuse([Problem("must not be an empty list", "Give such as val_loss.", received=raw)])
    first, *others = ({"name": one} if isinstance(one, str) else one for one in raw)
    return {**first, "objectives": tuple(others)} if isinstance(first, Mapping) else first


SECONDS = "seconds"
"""Objective that every trial has: its share of the time in which its pack was trained."""


class Objective(Section):
    """A further objective, which is weighed against the metric that decides."""

    name: Annotated[str, AfterValidator(_metric_name)] = Field(examples=[SECONDS])
    """A metric behind `val_` or `train_`, or seconds, the training time of a trial."""

    mode: Mode = Field(default=None, validate_default=True)
    """Whether lower (min) or higher (max) is better. Default: what suits the metric."""

    @field_validator("mode", mode="before")
    @classmethod
    def _suits_the_metric(cls, mode: object, info: ValidationInfo) -> object:
        return "min" if mode is None and info.data.get("name") == SECONDS else _usual(mode, info)


class MetricConfig(Section):
    """What the trials are compared by."""

    name: Annotated[str, AfterValidator(_metric_name)] = Field(default="val_loss", examples=list(METRICS))
    """The metric, behind `val_` or `train_`: a name of scikit-learn's scorers without `neg_`, or one of your own by its
    import path, such as my_metric:share_of_first. Of your own training, any metric that it reports."""

    mode: Mode = Field(default=None, validate_default=True)
    """Whether lower (min) or higher (max) is better. Default: what suits the metric."""

    margin: float | None = Field(default=None, gt=0, examples=[0.005])
    """Differences of the metric below this do not matter: the report says which arms are shown to be equivalent within
    it (two one-sided tests). Default: none, and then the report only says which arms cannot be told apart."""

    of: Literal["last", "best"] = "last"
    """Which epoch of a trial counts wherever trials are ranked, picked or compared: its last, or its best. The best
    epoch flatters noisy curves."""

    also: Annotated[tuple[str, ...], BeforeValidator(as_list)] = Field(
        default=(), examples=[["roc_auc", "train_f1", "my_metric:share_of_first"]]
    )
    """Metrics that are computed besides, of the validation part unless `train_` says otherwise; one of your own, a
    function of targets and outputs, is called by its name: val_share_of_first."""

    every: int = Field(default=1, ge=1, le=LARGEST_COUNT)
    """Compute the metrics other than loss, accuracy, rmse and r2 after every so many epochs, and always after the
    last."""

    objectives: tuple[Objective, ...] = Field(default=(), examples=[[{"name": "seconds"}]])
    """Further objectives, which a search weighs against the metric that decides, as does the Pareto front; `metric` may
    also be a list of all objectives, the one that decides first."""

    @model_validator(mode="before")
    @classmethod
    def _own_metric_by_its_function(cls, raw: Any) -> Any:
        name = raw.get("name") if isinstance(raw, Mapping) else None
        if not isinstance(name, str) or not FORM.fullmatch(name):
            return raw
        also = as_list(raw.get("also", ()))
        if not isinstance(also, tuple) or name in also:
            return {**raw, "name": f"val_{name_of(name)}"}
        return {**raw, "name": f"val_{name_of(name)}", "also": (name, *also)}

    @property
    def by(self) -> Literal["final", "best"]:
        """Prefix of the columns that rank trials, such as in ``final_val_loss``."""
        return "best" if self.of == "best" else "final"

    @property
    def modes(self) -> tuple[Mode, ...]:
        """Direction of each objective, of the metric that decides first."""
        return (self.mode, *(one.mode for one in self.objectives))

    @property
    def further(self) -> tuple[tuple[str, Mode], ...]:
        """Name and direction of each further objective."""
        return tuple((one.name, one.mode) for one in self.objectives)

    @property
    def goals(self) -> tuple[str, ...]:
        """Name of each objective, the metric that decides first."""
        return (self.name, *(one.name for one in self.objectives))

    @property
    def own(self) -> Mapping[str, str]:
        """Name of each metric of the user's own -> its import path."""
        return {name_of(path): path for path in self.also if is_path(path)}

    @property
    def deciding_path(self) -> str | None:
        """Import path of the metric that decides, if it is one of the user's own."""
        return self.own.get(split_name(self.name)[1])

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the metrics that are computed because they are asked, the one that decides first."""
        names = dict.fromkeys([*self.goals, *map(column_of, self.also)])
        measures = {*SCORED, *self.own}
        return tuple(name for name in names if not name.startswith("test_") and split_name(name)[1] in measures)

    @property
    def beside(self) -> tuple[str, ...]:
        """Names of the metrics of the training and the validation part that are asked besides the one that decides."""
        names = dict.fromkeys([*self.goals[1:], *map(column_of, self.also)])
        names.pop(SECONDS, None)
        return tuple(name for name in names if name != self.name and not name.startswith("test_"))

    @property
    def measures(self) -> tuple[str, ...]:
        """All metrics that are asked, without a part of the data and those of the user's own as paths.

        It is what `trainers.metrics.evaluate` takes for another part.
        """
        own = self.own
        names = (split_name(column_of(name))[1] for name in (self.name, *self.also))
        return tuple(dict.fromkeys(own.get(name, name) for name in names))

    @property
    def asked(self) -> AskedMetrics:
        """The metrics that are asked in the form of the trainers."""
        return AskedMetrics(self.columns, self.every, self.own)

    @field_validator("mode", mode="before")
    @classmethod
    def _suits_the_metric(cls, mode: object, info: ValidationInfo) -> object:
        return _usual(mode, info)

    @field_validator("objectives", mode="before")
    @classmethod
    def _by_name_alone(cls, raw: Any) -> Any:
        return tuple({"name": one} if isinstance(one, str) else one for one in raw) if isinstance(raw, list) else raw

    @field_validator("objectives")
    @classmethod
    def _are_different(cls, objectives: tuple[Objective, ...], info: ValidationInfo) -> tuple[Objective, ...]:
        names = [info.data.get("name"), *(one.name for one in objectives)]
        for index, one in enumerate(objectives):
            if one.name in names[: index + 1]:
                refuse([Problem("must name each objective once", "Leave it out here.", (index, "name"), one.name)])
        return objectives

    @model_serializer(mode="wrap")
    def _written(self, handler: Any) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        return {key: value for key, value in written.items() if key != "objectives" or value}


def _usual(mode: object, info: ValidationInfo) -> object:
    """Return the direction of a metric by its name, where none is given."""
    if mode is not None:
        return mode
    if "name" not in info.data:
        return "min"
    name = info.data["name"]
    if (usual := usual_mode(name)) is None:
        rule = f"is needed, as it is not known whether a small or a large {name} is better"
        refuse([Problem(rule, "Give min or max.", is_key=True)])
    return usual


def column_of(name: str) -> str:
    """The name of the column of a metric that is asked; the validation part is left out.

    >>> column_of("roc_auc"), column_of("train_f1"), column_of("my_metric:share_of_first")
    ('val_roc_auc', 'train_f1', 'val_share_of_first')
    """
    name = name_of(name) if is_path(name) else name
    return name if split_name(name)[0] else f"val_{name}"
