"""One number for a whole learning curve: its mean height over training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import integrate  # type: ignore[import-untyped]

if TYPE_CHECKING:
    import pandas as pd


def areas(
    epochs: pd.DataFrame, metric: str, over: Literal["epoch", "steps", "examples", "seconds"] = "epoch"
) -> pd.DataFrame:
    """Area under the learning curve of every trial, divided by the length of training.

    ``A = 1 / (x_E - x_1) sum_e (x_{e+1} - x_e) (y_e + y_{e+1}) / 2``, the trapezoidal rule

    **Variant.** Normalised, so that it is in units of the metric and a constant curve has its own height; of a single
    epoch it is the value itself. A trial that stopped or diverged has the area of what it trained: compare such areas
    only with ``last`` at hand.

    Args:
        epochs: one row per epoch, ``trial_id arm_id seed epoch`` and the metrics.
        metric: such as ``val_accuracy``.
        over: the horizontal axis.

    Returns:
        ``trial_id arm_id seed area last``, one row per trial with an epoch; ``last`` is where its curve ends.

    Reference: Guyon et al. (2011), Results of the Active Learning Challenge, the area under the learning curve, here
    without its logarithmic axis.
    """
    ordered = epochs.sort_values(["trial_id", "epoch"], kind="stable")
    rows = []
    for trial_id, curve in ordered.groupby("trial_id", sort=False):
        x, y = curve[over].to_numpy(dtype=np.float64), curve[metric].to_numpy(dtype=np.float64)
        length = x[-1] - x[0]
        area = float(integrate.trapezoid(y, x) / length) if length > 0 else float(y[-1])
        first = curve.iloc[0]
        rows.append((trial_id, first["arm_id"], int(first["seed"]), area, float(x[-1])))
    import pandas as pd

    return pd.DataFrame(rows, columns=["trial_id", "arm_id", "seed", "area", "last"])
