"""Says which rows of a table are held out for validation and for the test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trainers.data.cells import texts_of
from trainers.data.dataset import Dataset, digest
from trainers.data.holdout import ByGroup, ByTime, Given, Holdout, held_out_groups, held_out_latest
from trainers.data.numeric import Column
from trainers.data.split import split_indices
from trainers.data.time_ranks import time_ranks
from trainers.errors import DataError, listed
from trainers.seeding import generator

TRAINING, VALIDATION, TEST = 0, 1, 2
"""Which file a row comes from, where validation or test examples have a file of their own."""


def keys_of(
    columns: Mapping[str, Column], origin: NDArray[np.int64], holdout: Holdout | None, key: str
) -> NDArray[np.int64] | None:
    """Return what decides whether each row is held out.

    Args:
        columns: the columns of the table, by name.
        origin: (N,) which file each row comes from.
        holdout: what is held out.
        key: ``data.validation`` or ``data.test``.

    Returns:
        (N,) int64: a group, the rank of a time, or 1 for what is held out; None where the table decides nothing.

    Raises:
        DataError: if a cell that decides is missing, or no row or every row is held out.
    """
    number = VALIDATION if key == "data.validation" else TEST
    if isinstance(holdout, ByGroup):
        texts = _present(columns[holdout.column], f"{key}.group")
        names: NDArray[np.object_] = np.array(texts, dtype=object)
        _, groups = np.unique(names, return_inverse=True)
        return np.asarray(groups, dtype=np.int64)
    if isinstance(holdout, ByTime):
        return time_ranks(columns[holdout.column], f"{key}.time")
    if not isinstance(holdout, Given):
        return None
    if holdout.path is not None:
        return np.asarray(origin == number, dtype=np.int64)
    column = columns[str(holdout.column)]
    known_texts = texts_of(column.cells)
    held_out = np.array([text == holdout.value for text in known_texts], dtype=np.int64)
    if not held_out.any() or held_out.all():
        known = sorted({text for text in known_texts if text is not None})
        which = "all" if held_out.any() else "no"
        raise DataError(
            f"`{key}.value` must name some of the rows. Received: {holdout.value}, which {which} rows of {column} "
            f"hold. Values: {listed(known)}."
        )
    return held_out


def _present(column: Column, key: str) -> list[str]:
    texts = texts_of(column.cells)
    missing = [row for row, text in enumerate(texts) if text is None]
    if missing:
        raise DataError(
            f"`{key}` must be a column with a value in every row. Received: {column}, where row {missing[0] + 1} has "
            f"none{f' and {len(missing) - 1} more' if len(missing) > 1 else ''}. Fill in or drop the rows."
        )
    return [str(text) for text in texts]


def without_test(dataset: Dataset, in_test: NDArray[np.bool_]) -> tuple[Dataset, Dataset]:
    """Divide the examples of the test part off.

    Args:
        dataset: all examples.
        in_test: (N,) bool, whether an example is in the test part.

    Returns:
        The other examples, and those of the test part.

    Raises:
        DataError: if too few other examples are left, of all or of a class.
    """
    pool = dataset.rows(~in_test)
    if pool.examples < 2:
        raise DataError(
            f"`data.test` must leave 2 examples or more of `{dataset.name}`, one to train on and one to validate. "
            f"Received: {pool.examples}. Hold out fewer."
        )
    if dataset.task != "regression":
        counts = np.bincount(pool.targets.astype(np.int64), minlength=len(dataset.classes))
        if counts.min() < 2:
            raise DataError(
                f"`data.test` must leave 2 or more examples of each class of `{dataset.name}`, one to train on and one "
                f"to validate. Received: {counts.min()} of class `{dataset.classes[int(counts.argmin())]}`. Hold out "
                "other examples, or leave the class out."
            )
    return pool, dataset.rows(in_test)


def rows_of_test(dataset: Dataset, holdout: Holdout, keys: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
    """Choose the examples of the test part, the same for every seed.

    Args:
        dataset: all examples.
        holdout: what is held out.
        keys: what decides it, where the table does.

    Returns:
        (N,) bool.
    """
    rng = generator(0, "test")
    if isinstance(holdout, ByGroup):
        assert keys is not None
        return held_out_groups(keys, holdout.fraction, rng, "data.test")
    if isinstance(holdout, ByTime):
        assert keys is not None
        return held_out_latest(keys, holdout.fraction, "data.test")
    if isinstance(holdout, Given):
        assert keys is not None
        return np.asarray(keys == 1)
    assert isinstance(holdout, float), "folds are for validation alone"
    in_test = np.zeros(dataset.examples, dtype=bool)
    in_test[split_indices(dataset, holdout, rng)[1]] = True
    return in_test


def with_training(dataset: Dataset, holdout: Holdout | None) -> Dataset:
    """Return a data set that knows how many examples are trained on, where it decides what is held out."""
    if not isinstance(holdout, ByGroup | ByTime | Given):
        return dataset
    assert dataset.keys is not None
    if isinstance(holdout, Given) and not (dataset.keys == 1).any():
        raise DataError(
            f"`data.validation` must hold examples that `data.test` leaves. Received: {holdout.value}, where all of "
            "these are in the test part. Hold out different parts."
        )
    train, _ = split_indices(dataset, holdout, generator(0, "split"))
    return replace(dataset, training=len(train), fingerprint=digest(dataset.fingerprint, dataset.keys))
