"""Tries the metrics of a user's own before any training."""

from __future__ import annotations

from sweep.config import SweepConfig
from sweep.errors import ConfigError
from trainers.data import DatasetShape
from trainers.errors import UserCodeError
from trainers.imports import import_attribute
from trainers.metrics.own import try_own_metric


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
