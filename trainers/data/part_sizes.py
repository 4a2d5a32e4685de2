"""Counts the examples of a training part that a share leaves, and of each class in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trainers.data.holdout import rounded_up
from trainers.errors import DataError

Indices = NDArray[np.int64]


def training_examples(examples: int, validation: float) -> int:
    """Count the training examples: ``n = N - ceil(N * validation)``, with at least one example in each part.

    **Variant.** The validation part is rounded up, as scikit-learn's ``train_test_split`` does. The
    count does not depend on the class proportions.

    Args:
        examples: N, 2 or more.
        validation: share of the validation part, in (0, 1).

    Raises:
        DataError: if either number is out of its range.

    >>> training_examples(1797, 0.2)
    1437
    """
    if not 0.0 < validation < 1.0:
        raise DataError(
            f"the share of the validation part must be in (0, 1). Received: {validation}. Give a share such as 0.2."
        )
    if examples < 2:
        raise DataError(f"a split needs at least 2 examples. Received: {examples}. Give more examples.")
    return examples - min(max(rounded_up(examples, validation), 1), examples - 1)


def largest_share(examples: int, fewest: int) -> float:
    """The largest validation share that leaves ``fewest`` training examples, in few digits.

    >>> largest_share(150, 3), largest_share(149, 3)
    (0.98, 0.979)
    """
    most = examples - fewest
    for digits in range(1, 10):
        unit = int(10**digits)
        share = most * unit // examples / unit
        if share > 0.0 and rounded_up(examples, share) == most:
            return share
    return most / examples


def class_shares(counts: Indices, size: int, dataset_name: str) -> list[int]:
    """Allot ``size`` training examples to classes by ``size * count / N``, largest remainders first.

    Every class has an example in the training part, and in the validation part if that is large enough.

    Args:
        counts: (C,) examples of each class.
        size: number of training examples.
        dataset_name: name of the set in messages.

    Returns:
        (C,) training examples of each class.

    >>> class_shares(np.array([50, 30, 20]), 80, "set")
    [40, 24, 16]
    >>> class_shares(np.array([98, 2]), 50, "set")
    [49, 1]
    """
    total, classes = int(counts.sum()), len(counts)
    if counts.min() < 2:
        raise DataError(
            f"every class of `{dataset_name}` must have at least 2 examples, one for each part. "
            f"Received: {counts.min()} of class number {counts.argmin()}. Give more, or leave it out."
        )
    if size < classes:
        raise DataError(
            f"the training part of `{dataset_name}` must hold an example of each of {classes} classes. "
            f"Received: {size} training examples. "
            f"Lower the share of the validation part to {largest_share(total, classes)} or less."
        )
    most = [int(count) - (1 if total - size >= classes else 0) for count in counts]
    # Integer arithmetic in units of 1 / total, so that rounding cannot move an example.
    quotas = [size * int(count) for count in counts]
    shares = [min(max(quota // total, 1), limit) for quota, limit in zip(quotas, most, strict=True)]
    while (missing := size - sum(shares)) != 0:
        lack = [quota - share * total for quota, share in zip(quotas, shares, strict=True)]
        if missing > 0:
            open_classes = [label for label in range(classes) if shares[label] < most[label]]
            shares[max(open_classes, key=lack.__getitem__)] += 1
        else:
            open_classes = [label for label in range(classes) if shares[label] > 1]
            shares[min(open_classes, key=lack.__getitem__)] -= 1
    return shares
