"""Counts which classes are taken for which, from the predictions of one setting."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweep.analysis.outcomes import Floats

if TYPE_CHECKING:
    import pandas as pd

OUTPUT = re.compile(r"output_(\d+)")


@dataclass(frozen=True)
class Confused:
    """Examples of one class that are predicted as another.

    Args:
        true: index of their class.
        predicted: index of the class that is predicted.
        count: number of such predictions.
        share: their share of all predictions for examples of the class, from 0 to 1.
    """

    true: int
    predicted: int
    count: int
    share: float


def outputs_of(predictions: pd.DataFrame) -> tuple[NDArray[np.int64], Floats]:
    """Return the classes and the probabilities of predictions, without those that are not finite or have no class.

    Args:
        predictions: ``target output_0 ... output_{C-1}``.

    Returns:
        (n,) indices of classes and (n, C) probabilities.
    """
    names = sorted((name for name in predictions if OUTPUT.fullmatch(str(name))), key=lambda name: int(str(name)[7:]))
    outputs = predictions[names].to_numpy(dtype=np.float64)
    targets = predictions["target"].to_numpy(dtype=np.float64)
    known = np.isfinite(outputs).all(axis=1) & (targets >= 0) & (targets < outputs.shape[1])
    return targets[known].astype(np.int64), outputs[known]


def confusion(predictions: pd.DataFrame) -> NDArray[np.int64]:
    """Count the predictions of each class for the examples of each class, over all trials.

    Args:
        predictions: ``target output_0 ... output_{C-1}``; the class of the largest output is the prediction.

    Returns:
        (C, C) counts, a row for each true class.

    >>> import pandas as pd
    >>> found = pd.DataFrame({"target": [0, 0, 1], "output_0": [0.9, 0.2, 0.4], "output_1": [0.1, 0.8, 0.6]})
    >>> confusion(found).tolist()
    [[1, 1], [0, 1]]
    """
    targets, outputs = outputs_of(predictions)
    classes = outputs.shape[1]
    pairs = targets * classes + (outputs.argmax(axis=1) if len(outputs) else targets)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def most_confused(counts: NDArray[np.int64], most: int = 20) -> tuple[Confused, ...]:
    """The pairs of classes that are confused most often, by their number, then by their share.

    Args:
        counts: (C, C), a row for each true class.
        most: number of pairs.

    Returns:
        At most that many pairs, none without a confusion.
    """
    totals = np.maximum(counts.sum(axis=1), 1)
    wrong = [
        Confused(int(true), int(predicted), int(counts[true, predicted]), float(counts[true, predicted] / totals[true]))
        for true, predicted in zip(*np.nonzero(counts), strict=True)
        if true != predicted
    ]
    return tuple(sorted(wrong, key=lambda one: (-one.count, -one.share, one.true, one.predicted))[:most])
