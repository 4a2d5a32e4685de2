"""Reduce on plateau: multiplies the learning rate by a factor when the validation loss stops improving."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trainers.schedules.base import Float, Numbers, Progress, Rows, Rule, rate_of, rate_range

RATE = rate_range("factor", maximum=1.0, default=0.1)


@dataclass(frozen=True)
class Watch:
    """The rule's state for one trial.

    Args:
        best: the lowest validation loss that counted as an improvement.
        bad_epochs: epochs since then, or since the last reduction.
        reductions: number of reductions of the learning rate so far.
    """

    best: float = float("inf")
    bad_epochs: int = 0
    reductions: int = 0

    def after(self, val_loss: float, numbers: Numbers) -> Watch:
        """The state after one more epoch.

        >>> watch = Watch()
        >>> for loss in (1.0, 0.5, 0.5, 0.6, 0.5):
        ...     watch = watch.after(loss, Numbers("reduce_on_plateau", patience=1))
        >>> watch
        Watch(best=0.5, bad_epochs=1, reductions=1)
        """
        if val_loss < self.best * (1.0 - numbers.threshold):
            return replace(self, best=val_loss, bad_epochs=0)
        if self.bad_epochs >= numbers.patience:
            return replace(self, bad_epochs=0, reductions=self.reductions + 1)
        return replace(self, bad_epochs=self.bad_epochs + 1)


def reduce_on_plateau(numbers: Numbers, progress: Progress) -> Float:
    """``alpha = rate^n alpha0``, n the number of reductions, one per ``patience + 1`` epochs without improvement.

    An epoch improves if its validation loss is below ``(1 - threshold)`` times the best before.

    **Variant.** torch's ReduceLROnPlateau with its defaults (``mode`` min, ``threshold_mode`` rel, factor 0.1, patience
    10, threshold 1e-4), without cooldown and minimum rate. Keras and optax reduce one epoch earlier, after ``patience``
    epochs, and Keras' threshold is absolute. Each trial uses its own validation loss, whatever the sweep's metric.

    Reference: torch.optim.lr_scheduler.ReduceLROnPlateau; it automates the lecture's manual decay by a person who
    watches the curve.
    """
    return np.full(progress.finished.shape, rate_of(numbers, RATE) ** float(progress.reductions))


RULE = Rule(
    name="reduce_on_plateau",
    help="(`rate` after `patience` epochs without improvement)",
    rate=RATE,
    formula=reduce_on_plateau,
    takes=("rate", "patience", "threshold"),
    neutral_rate=1.0,
    is_fed=True,
    rows=Rows(
        multiplier=(
            "`rate^n`, `n` one more after each `patience + 1` epochs whose validation loss is not below `(1 - "
            "threshold)` times the best"
        ),
        torch=(
            "`ReduceLROnPlateau`, without `cooldown` and `min_lr`, and without its `eps`, which drops changes below "
            "1e-8"
        ),
        keras="reduces one epoch sooner, after `patience`; its threshold is an absolute difference",
        optax="`contrib.reduce_on_plateau` reduces one epoch sooner",
        lecture="a person who watches the curve does it",
    ),
)
