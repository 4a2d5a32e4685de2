"""Checks that a split matches the network and the dtype of a pack."""

from __future__ import annotations

import math

import numpy as np

from trainers.data.arrays import refuse
from trainers.data.dataset import DatasetShape
from trainers.data.split import Split


def check_fit(split: Split, shape: DatasetShape, dtype: str) -> None:
    """Refuse a split whose features, labels or dtype do not match a pack; cheap after the first call.

    Raises:
        DataError: with the way out.
    """
    item = split.train_inputs.shape[1:]
    features = math.prod(item)
    if features != shape.features:
        rule = f"must have the {features} features of the split's inputs"
        refuse("shape.features", rule, shape.features, f"Give {features}.")
    if len(item) > 1 and item != shape.item:
        refuse("shape.item", f"must have the shape {item} of an example of the split", shape.item, f"Give {item}.")
    if split.train_targets.shape[1:] != shape.positions:
        positions = split.train_targets.shape[1:]
        rule = f"must have the shape {positions} of the targets of an example of the split"
        refuse("shape.positions", rule, shape.positions, f"Give {positions}.")
    is_tokens = split.train_inputs.dtype == np.int64
    if is_tokens != shape.example.is_tokens:
        received = shape.vocabulary
        refuse("shape.vocabulary", "must be above 0 for tokens, and for them alone", received, "Give the largest + 1.")
    if split.train_inputs.dtype != dtype and not is_tokens:
        found = split.train_inputs.dtype
        rule = f"must hold inputs of the pack's type, {dtype}"
        way_out = f"Convert them by `.astype(np.{dtype})`" + (
            ", or give `dtype='float64'`." if found == "float64" else "."
        )
        refuse("data", rule, found, way_out)
    if shape.task == "regression":
        if split.train_targets.dtype != dtype:
            rule = f"must hold targets in {dtype} for regression"
            refuse("data", rule, split.train_targets.dtype, f"Convert them by `.astype(np.{dtype})`.")
        return
    if split.train_targets.dtype != np.int64:
        rule = f"must hold class indices in int64 for a {shape.task} task"
        refuse("data", rule, split.train_targets.dtype, "Convert them by `.astype(np.int64)`.")
    classes = 2 if shape.task == "binary" else shape.outputs
    lowest, highest = split.labels
    if lowest < 0 or highest >= classes:
        wrong = lowest if lowest < 0 else highest
        rule = f"must hold labels from 0 to {classes - 1}, as there are {classes} classes"
        refuse("data", rule, wrong, "Number the classes from 0, such as by `np.unique(y, return_inverse=True)[1]`.")
