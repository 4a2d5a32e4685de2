"""How sentences spell optimizers, metrics and numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trainers.optimizers import OPTIMIZERS

SPELLED = {"sgd": "gradient descent", "momentum": "momentum", "heavy_ball": "heavy ball"}
"""Optimizers that are not spelled as their class is."""

PARTS = {"val": "validation", "train": "training"}
MEASURES = {"rmse": "RMSE", "r2": "R2"}


def level_name(level: str) -> str:
    """Spell a level of the scientific factor.

    >>> level_name("sgd"), level_name("rmsprop"), level_name("batch_size 64")
    ('gradient descent', 'RMSprop', 'batch size 64')
    """
    if level in SPELLED:
        return SPELLED[level]
    return type(OPTIMIZERS[level]).__name__ if level in OPTIMIZERS else level.replace("_", " ")


def metric_name(metric: str) -> str:
    """Spell a metric.

    >>> metric_name("val_accuracy"), metric_name("train_rmse"), metric_name("bleu")
    ('validation accuracy', 'training RMSE', 'bleu')
    """
    part, _, measure = metric.partition("_")
    if part not in PARTS:
        return metric
    return f"{PARTS[part]} {MEASURES.get(measure, measure)}"


def is_share(metric: str) -> bool:
    """Whether the metric is a share, which is spelled in per cent, and its differences in points."""
    return metric.endswith("accuracy")


def value(metric: str, number: float) -> str:
    """Spell a value of a metric.

    >>> value("val_accuracy", 0.98123), value("val_loss", 0.0412345)
    ('98.1 %', '0.04123')
    """
    return f"{_per_cent(number)} %" if is_share(metric) else f"{number:.4g}"


def target_value(metric: str, target: float) -> str:
    """Spell a target: all its digits, and for a share the per cent.

    >>> target_value("val_accuracy", 0.975), target_value("val_loss", 0.1)
    ('97.5 %', 'a validation loss of 0.1')
    """
    return f"{100 * target:.10g} %" if is_share(metric) else f"a {metric_name(metric)} of {target:.10g}"


def difference(metric: str, number: float) -> str:
    """Spell a difference of two values.

    >>> difference("val_accuracy", 0.0123), difference("val_loss", 0.0123)
    ('1.23 points', '0.0123')
    """
    return f"{100 * number:.3g} points" if is_share(metric) else f"{number:.3g}"


def bounds(metric: str, low: float, high: float, confidence: float) -> str:
    """Spell the interval of a difference.

    >>> bounds("val_accuracy", -0.001, 0.0052, 0.95), bounds("val_loss", -np.inf, np.inf, 0.95)
    ('95 % CI -0.1 to 0.52', 'no interval can be given')
    """
    if not (np.isfinite(low) and np.isfinite(high)):
        return "no interval can be given"
    scale = 100 if is_share(metric) else 1
    return f"{100 * confidence:g} % CI {scale * low:.3g} to {scale * high:.3g}"


def limited(metric: str, low: float, high: float) -> tuple[float, float]:
    """The ends of an interval of a metric, for a share within 0 and 1, of which Student's interval knows nothing.

    >>> limited("val_accuracy", 0.95, 1.02), limited("val_loss", 0.95, 1.02)
    ((0.95, 1.0), (0.95, 1.02))
    """
    return (max(low, 0.0), min(high, 1.0)) if is_share(metric) else (low, high)


def listing(items: Sequence[str]) -> str:
    """Join names as a sentence does.

    >>> listing(["Adam"]), listing(["Adam", "Lion"]), listing(["Adam", "Lion", "momentum"])
    ('Adam', 'Adam and Lion', 'Adam, Lion and momentum')
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def counted(number: int, noun: str) -> str:
    """Spell a number of things.

    >>> counted(1, "seed"), counted(1200, "seed")
    ('1 seed', '1,200 seeds')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def capitalised(sentence: str) -> str:
    """Begin a sentence with a capital letter and leave the rest as it is."""
    return sentence[:1].upper() + sentence[1:]


def _per_cent(number: float) -> str:
    # 99.96 % is not 100 %, which only a perfect share is.
    return f"{100 * number:.2f}" if number < 1 and f"{100 * number:.1f}" == "100.0" else f"{100 * number:.1f}"
