"""The only list of the metrics that are known by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trainers.data.dataset import Task
from trainers.metrics import confusion, epoch, errors, probabilities
from trainers.metrics.metric import ALL, EpochMetric, Metric, ScoredMetric

METRICS: Mapping[str, Metric] = MappingProxyType(
    {metric.name: metric for metric in (*epoch.METRICS, *confusion.METRICS, *probabilities.METRICS, *errors.METRICS)}
)
"""Metric by name, first those that every trial has."""

SCORED: Mapping[str, ScoredMetric] = MappingProxyType(
    {name: metric for name, metric in METRICS.items() if isinstance(metric, ScoredMetric)}
)
"""The metrics that are computed where they are asked."""

OF_TASK: Mapping[Task, tuple[EpochMetric, ...]] = MappingProxyType(
    {task: tuple(metric for metric in epoch.METRICS if task in metric.tasks) for task in ALL}
)
"""Task -> the metrics that every trial of it has, in the order of the columns of results."""

PARTS = ("val", "train", "test")
"""Parts of the data by which the names of metrics begin."""


def split_name(name: str) -> tuple[str, str]:
    """Split the name of a column into the part of the data and the rest; the part is empty if it names none.

    >>> split_name("val_f1_macro"), split_name("roc_auc")
    (('val', 'f1_macro'), ('', 'roc_auc'))
    """
    part, _, rest = name.partition("_")
    return (part, rest) if part in PARTS and rest else ("", name)


def known_metric(name: str) -> Metric | None:
    """The metric of a column, or of a name without a part of the data; None if it is not known.

    >>> known_metric("val_roc_auc").title, known_metric("rmse").mode, known_metric("width")
    ('ROC AUC', 'min', None)
    """
    return METRICS.get(split_name(name)[1]) or METRICS.get(name)
