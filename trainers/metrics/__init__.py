"""The metrics of prediction quality: each with its value, range, direction and title.

`METRICS` is the list of all. Those of `OF_TASK` every trial has after every epoch; the others are computed from the
predictions where `AskedMetrics` names them, and `evaluate` computes any of them from given predictions.
"""

from __future__ import annotations

from trainers.metrics.asked import AskedMetrics
from trainers.metrics.evaluation import evaluate
from trainers.metrics.metric import ALL, CLASSES, EpochMetric, Gap, Measured, Metric, Mode, ScoredMetric
from trainers.metrics.predicted import Predicted
from trainers.metrics.registry import METRICS, OF_TASK, PARTS, SCORED, known_metric, split_name

__all__ = [
    "ALL",
    "CLASSES",
    "METRICS",
    "OF_TASK",
    "PARTS",
    "SCORED",
    "AskedMetrics",
    "EpochMetric",
    "Gap",
    "Measured",
    "Metric",
    "Mode",
    "Predicted",
    "ScoredMetric",
    "evaluate",
    "known_metric",
    "split_name",
]
