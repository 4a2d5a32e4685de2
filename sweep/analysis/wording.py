"""Formats optimizers, metrics and numbers for sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sweep.config.setting_keys import SETTING_KEYS
from trainers.metrics import METRICS, SCORED, Metric, split_name
from trainers.optimizers import OPTIMIZERS, declaration_of

HYPERPARAMETERS = frozenset(SETTING_KEYS) - {"optimizer"}

ALL_SETTINGS = "all settings"
"""Name of the one level of a sweep without a scientific factor."""

PARTS = {"val": "validation", "train": "training"}


def level_name(level: str) -> str:
    """Format a level of the scientific factor for a sentence; tables spell optimizers as in the sweep file.

    >>> level_name("sgd"), level_name("rmsprop"), level_name("batch_size 64")
    ('gradient descent', 'RMSprop', 'batch_size 64')
    """
    return declaration_of(OPTIMIZERS[level]).title if level in OPTIMIZERS else level


def best_name(level: str) -> str:
    """Name the setting that stands for a level in a sentence on its results.

    >>> best_name("sgd"), best_name(ALL_SETTINGS)
    ('gradient descent', 'the best setting')
    """
    return "the best setting" if level == ALL_SETTINGS else level_name(level)


def metric_name(metric: str) -> str:
    """The name of a metric in a sentence.

    >>> metric_name("val_accuracy"), metric_name("train_rmse"), metric_name("val_roc_auc"), metric_name("bleu")
    ('validation accuracy', 'training RMSE', 'validation ROC AUC', 'bleu')
    """
    part, _, measure = metric.partition("_")
    if part not in PARTS:
        return metric
    return f"{PARTS[part]} {METRICS[measure].title if measure in METRICS else measure}"


def limits(metric: str) -> tuple[float, float]:
    """The range of a metric, by which intervals are clipped.

    >>> limits("val_accuracy"), limits("train_loss"), limits("val_r2"), limits("bleu")
    ((0.0, 1.0), (0.0, inf), (-inf, 1.0), (-inf, inf))
    """
    known = _share(metric) or _known(metric)
    return (-np.inf, np.inf) if known is None else (known.low, known.high)


def is_share(metric: str) -> bool:
    """Whether the metric is a share, which is shown in per cent and its differences in percentage points."""
    return _share(metric) is not None


def _known(metric: str) -> Metric | None:
    """The metric of this name that is known; None if there is none.

    Of another part or without one, a loss may be any loss of another tool.
    """
    part, measure = split_name(metric)
    return METRICS.get(measure) if part in PARTS else SCORED.get(measure)


def _share(metric: str) -> Metric | None:
    """The share with this name, or of those that every trial has with this suffix, as of ``eval_accuracy``."""
    if (known := _known(metric)) is not None:
        return known if known.is_share else None
    names = (name for name in METRICS if name not in SCORED and METRICS[name].is_share)
    return next((METRICS[name] for name in names if metric.endswith(name)), None)


def value(metric: str, number: float) -> str:
    """Format a value of a metric.

    >>> value("val_accuracy", 0.98123), value("val_loss", 0.0412345)
    ('98.1 %', '0.04123')
    """
    return f"{_per_cent(number)} %" if is_share(metric) else f"{number:.4g}"


def target_value(metric: str, target: float) -> str:
    """Format a target with all its digits; a share in per cent.

    >>> target_value("val_accuracy", 0.975), target_value("val_loss", 0.1)
    ('97.5 %', 'a validation loss of 0.1')
    """
    return f"{100 * target:.10g} %" if is_share(metric) else f"a {metric_name(metric)} of {target:.10g}"


def difference(metric: str, number: float) -> str:
    """Format a difference of two values.

    >>> difference("val_accuracy", 0.0123), difference("val_loss", 0.0123)
    ('1.23 points', '0.0123')
    """
    if not is_share(metric):
        return f"{number:.3g}"
    points = f"{100 * number:.3g}"
    return f"{points} point" if points == "1" else f"{points} points"


def bounds(metric: str, low: float, high: float, confidence: float) -> str:
    """Format the interval of a difference, clipped to the metric's range, with a note if it was clipped.

    >>> bounds("val_accuracy", -0.001, 0.0052, 0.95), bounds("val_loss", -np.inf, np.inf, 0.95)
    ('95 % CI -0.1 to 0.52', 'no interval can be given')
    >>> bounds("val_accuracy", -0.4, 1.2, 0.95)
    '95 % CI -40 to 100, cut at 100'
    """
    if not (np.isfinite(low) and np.isfinite(high)):
        return "no interval can be given"
    scale = 100 if is_share(metric) else 1
    inside = limited_difference(metric, low, high)
    found = f"{100 * confidence:g} % CI {scale * inside[0]:.3g} to {scale * inside[1]:.3g}"
    cut = [f"{scale * end:.3g}" for end, whole in zip(inside, (low, high), strict=True) if end != whole]
    return f"{found}, cut at {listing(cut)}" if cut else found


def limited(metric: str, low: float, high: float, value: float) -> tuple[float, float]:
    """The ends of an interval of a metric, clipped to the metric's range.

    Args:
        metric: such as ``val_loss``.
        low: lower end.
        high: upper end.
        value: the estimate; if it is outside the range, as another tool's metric may be, the interval is not clipped.

    >>> limited("val_accuracy", 0.95, 1.02, 0.98), limited("val_loss", -0.1, 0.3, 0.1), limited("val_loss", -3, 1, -1)
    ((0.95, 1.0), (0.0, 0.3), (-3, 1))
    """
    least, most = limits(metric)
    return (max(low, least), min(high, most)) if least <= value <= most else (low, high)


def limited_difference(metric: str, low: float, high: float) -> tuple[float, float]:
    """The ends of an interval of a difference, clipped to the width of the metric's range.

    >>> limited_difference("val_accuracy", -0.2, 1.3), limited_difference("val_loss", -0.2, 1.3)
    ((-0.2, 1.0), (-0.2, 1.3))
    """
    least, most = limits(metric)
    return max(low, least - most), min(high, most - least)


def is_cut(metric: str, low: float, high: float, value: float) -> bool:
    """Whether an interval with finite ends extends beyond the metric's range."""
    return bool(np.isfinite(low) and np.isfinite(high)) and limited(metric, low, high, value) != (low, high)


def range_note(metric: str) -> str:
    """State where intervals of a metric are clipped.

    >>> range_note("val_accuracy"), range_note("val_loss"), range_note("val_r2")
    ('at 0 % and 100 %', 'at 0', 'at 1')
    """
    scale, unit = (100, " %") if is_share(metric) else (1, "")
    return f"at {listing([f'{scale * end:g}{unit}' for end in limits(metric) if np.isfinite(end)])}"


def listing(items: Sequence[str]) -> str:
    """Join names with commas and "and".

    >>> listing(["Adam"]), listing(["Adam", "Lion"]), listing(["Adam", "Lion", "momentum"])
    ('Adam', 'Adam and Lion', 'Adam, Lion and momentum')
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def counted(number: int, noun: str) -> str:
    """Format a count with its noun.

    >>> counted(1, "seed"), counted(1200, "seed")
    ('1 seed', '1,200 seeds')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def capitalised(sentence: str, factor: str = "") -> str:
    """Capitalise a sentence, unless it starts with a hyperparameter, whose spelling is fixed.

    Args:
        sentence: a sentence without its capital.
        factor: a hyperparameter of the user's own.

    >>> capitalised("momentum is best."), capitalised("learning_rate 0.1 is best."), capitalised("beta1 0.9 is best.")
    ('Momentum is best.', 'learning_rate 0.1 is best.', 'beta1 0.9 is best.')
    >>> capitalised("dropout 0.1 is best.", "dropout"), capitalised("tree is best.", "model.kind")
    ('dropout 0.1 is best.', 'Tree is best.')
    """
    is_spelled = sentence.partition(" ")[0] in HYPERPARAMETERS or (factor and sentence.startswith(f"{factor} "))
    return sentence if is_spelled else sentence[:1].upper() + sentence[1:]


def _per_cent(number: float) -> str:
    # 99.96 % is not shown as 100 %, which only a perfect share is.
    return f"{100 * number:.2f}" if number < 1 and f"{100 * number:.1f}" == "100.0" else f"{100 * number:.1f}"
