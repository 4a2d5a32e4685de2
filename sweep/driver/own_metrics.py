"""Tries the metrics of a user's own before any training, and warns of a metric that the data make useless."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from sweep.config import SweepConfig
from sweep.errors import ConfigError
from trainers.data import Dataset, DatasetShape
from trainers.errors import UserCodeError
from trainers.imports import import_attribute
from trainers.metrics.own import try_own_metric

DIVIDING = "mean_absolute_percentage_error"
"""The metric that divides by the targets."""

NEAR_ZERO = 0.01
"""Share of the median target, in absolute value, below which a target counts as near 0."""


def near_zero_notes(config: SweepConfig, datasets: Iterable[Dataset]) -> Iterator[str]:
    """Warn of targets near 0 where a metric that divides by them is asked.

    Args:
        config: the configuration.
        datasets: its data sets, as far as they are loaded.
    """
    if DIVIDING not in config.metric.measures:
        return
    for dataset in datasets:
        sizes = np.abs(dataset.targets)
        near = int((sizes <= NEAR_ZERO * np.median(sizes)).sum())
        if dataset.task == "regression" and near:
            yield (
                f"{DIVIDING} divides by the target, and the {near:,} of {len(sizes):,} examples whose target is near 0 "
                "decide it; mean_absolute_error does not"
            )


def require_own_metrics(config: SweepConfig, shape: DatasetShape) -> None:
    """Import each metric of the user's own, and call it once on made-up predictions.

    Raises:
        ConfigError: if one cannot be imported, raises an error, or returns something else than a number.
    """
    for path in config.metric.own.values():
        try:
            import_attribute(path)
        except UserCodeError as error:
            raise config.error("metric.also", str(error)) from error
        try:
            try_own_metric(path, shape.task, max(shape.outputs, 2))
        except UserCodeError as error:
            raise ConfigError(f"{config.place_of('metric.also')}{error}") from error
