"""Computes the metrics of simple predictions on the splits of the trials, as baselines for trained networks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Dataset
from trainers.data.holdout import Holdout, part_of_seed
from trainers.data.scaling import Normalise
from trainers.data.shape import IGNORED
from trainers.data.split import split_indices, split_of_seed
from trainers.metrics import OF_TASK, SCORED, Measured, Predicted, split_name

Floats = NDArray[np.float64]

LARGEST_COST = 1e9
"""Multiplications over all seeds, about one second; predictions that use the inputs are omitted above it."""


@dataclass(frozen=True)
class BaseRate:
    """The metrics of one simple prediction.

    Args:
        name: name of the prediction, such as ``majority class``.
        is_trivial: whether it ignores the inputs.
        seeds: seeds of the splits.
        values: metric -> its value on the split of each seed; NaN if undefined.
    """

    name: str
    is_trivial: bool
    seeds: tuple[int, ...]
    values: Mapping[str, tuple[float, ...]]

    def without_losses(self) -> BaseRate:
        """Return it without its losses, which are the usual ones of the task."""
        values = {name: found for name, found in self.values.items() if not name.endswith("_loss")}
        return replace(self, values=values)

    def on(self, metric: str, seeds: Collection[int]) -> dict[int, float]:
        """The finite values of a metric for those of the given seeds that have one."""
        pairs = zip(self.seeds, self.values.get(metric, ()), strict=False)
        return {seed: value for seed, value in pairs if seed in seeds and np.isfinite(value)}


def base_rates(
    dataset: Dataset,
    validation: Holdout,
    normalise: Normalise,
    seeds: Sequence[int],
    largest_cost: float = LARGEST_COST,
    asked: Sequence[str] = (),
) -> tuple[BaseRate, ...]:
    """Evaluate simple predictions on the split that trials with each seed use.

    **Variant.** Classification: the most frequent class of the training part, with class shares as probabilities (as
    scikit-learn's ``DummyClassifier(strategy="prior")``), and the nearest centroid (Euclidean, as ``NearestCentroid``).
    Regression: the mean of the training part (``DummyRegressor``) and least squares with an intercept
    (``LinearRegression``), the minimum-norm solution if there are many. Losses are on the scale on which trials are
    trained.

    Args:
        dataset: the data set.
        validation: what is held out for validation.
        normalise: scaling of the inputs and of regression targets.
        seeds: seeds of the splits.
        largest_cost: multiplications above which predictions that use the inputs are omitted.
        asked: further metrics such as ``val_roc_auc``, which the trivial predictions have too, and a regression that of
            the median of the training part, which has the smallest absolute error.

    Returns:
        One to three base rates, the trivial ones first.

    >>> from trainers.data import DataSource, load
    >>> first, second = base_rates(load(DataSource("iris")), 0.2, "standard", [0])
    >>> first.name, round(first.values["val_accuracy"][0], 3), second.name
    ('majority class', 0.333, 'nearest centroid')
    """
    is_numeric = dataset.task == "regression"
    trivial = [(_mean if is_numeric else _majority)(dataset, validation, normalise, seed) for seed in seeds]
    known = [name for name in asked if split_name(name)[1] in SCORED]
    # Targets for each position have no single prediction for an example.
    if known and dataset.targets.ndim == 1:
        for row, seed in zip(trivial, seeds, strict=True):
            row |= _asked(dataset, validation, seed, known, np.mean)
    found = [_collect("mean predictor" if is_numeric else "majority class", True, seeds, trivial)]
    if known and is_numeric:
        medians = [_asked(dataset, validation, seed, known, np.median) for seed in seeds]
        found.append(_collect("median predictor", True, seeds, medians))
    width = dataset.features if is_numeric else max(dataset.outputs, 2)
    # Tokens are no quantities, with positions there is no single prediction for an example, and data that are read by
    # blocks are larger than what is predicted from here.
    is_measured = not dataset.is_tokens and dataset.targets.ndim == 1 and dataset.stored is None
    if (
        is_measured
        and seeds
        and float(dataset.examples) * (dataset.features + 1) * (width + 1) * len(seeds) <= largest_cost
    ):
        learned = [
            (_least_squares if is_numeric else _nearest_centroid)(dataset, validation, normalise, seed)
            for seed in seeds
        ]
        found.append(_collect("linear regression" if is_numeric else "nearest centroid", False, seeds, learned))
    return tuple(found)


def _collect(name: str, is_trivial: bool, seeds: Sequence[int], rows: Sequence[Mapping[str, float]]) -> BaseRate:
    metrics = dict.fromkeys(metric for row in rows for metric in row)
    return BaseRate(name, is_trivial, tuple(seeds), {metric: tuple(row[metric] for row in rows) for metric in metrics})


def _majority(dataset: Dataset, validation: Holdout, normalise: Normalise, seed: int) -> dict[str, float]:
    train, val = split_indices(dataset, *part_of_seed(validation, seed))
    targets = dataset.targets.astype(np.int64)
    counted = {part: targets[rows][targets[rows] != IGNORED] for part, rows in (("train", train), ("val", val))}
    shares = np.bincount(counted["train"], minlength=len(dataset.classes)) / max(len(counted["train"]), 1)
    # A class without training examples has an infinite loss, which is not reported.
    losses = -np.log(shares, out=np.full(len(shares), -np.inf), where=shares > 0)
    most = int(shares.argmax())
    found = {}
    for part, labels in counted.items():
        if labels.size:
            found[f"{part}_loss"] = float(losses[labels].mean())
            found[f"{part}_accuracy"] = float((labels == most).mean())
    return found


def _asked(
    dataset: Dataset, validation: Holdout, seed: int, names: Sequence[str], centre: Callable[[Floats], Any]
) -> dict[str, float]:
    """The metrics of a constant prediction: the shares of the classes, or the centre of the numbers, in training."""
    parts = dict(zip(("train", "val"), split_indices(dataset, *part_of_seed(validation, seed)), strict=True))
    targets = {part: dataset.targets[rows] for part, rows in parts.items()}
    if dataset.task == "regression":
        constant: Floats = np.asarray(centre(targets["train"].astype(np.float64)), dtype=np.float64)
    else:
        counts = np.bincount(targets["train"].astype(np.int64), minlength=len(dataset.classes))
        constant = counts / counts.sum()
    predicted = {
        part: Predicted(
            targets=found, outputs=np.broadcast_to(constant, (1, len(found), *constant.shape)), task=dataset.task
        )
        for part, found in targets.items()
    }
    return {
        name: float(SCORED[measure].score(predicted[part])[0])
        for name in names
        for part, measure in [split_name(name)]
        if part in predicted and dataset.task in SCORED[measure].tasks
    }


def _nearest_centroid(dataset: Dataset, validation: Holdout, normalise: Normalise, seed: int) -> dict[str, float]:
    parts = split_of_seed(dataset, validation, normalise, seed)
    known = np.unique(parts.train_targets)
    rows = parts.train_inputs.reshape(len(parts.train_inputs), -1)
    centroids = np.stack([rows[parts.train_targets == label].mean(axis=0) for label in known])
    found = {}
    for part, inputs, targets in (
        ("train", parts.train_inputs, parts.train_targets),
        ("val", parts.val_inputs, parts.val_targets),
    ):
        inputs = inputs.reshape(len(inputs), -1)
        # |x - c|^2 without |x|^2, which is the same for all classes.
        distances = (centroids * centroids).sum(axis=1) - 2 * inputs @ centroids.T
        found[f"{part}_accuracy"] = float((known[distances.argmin(axis=1)] == targets).mean())
    return found


def _mean(dataset: Dataset, validation: Holdout, normalise: Normalise, seed: int) -> dict[str, float]:
    train, val = split_indices(dataset, *part_of_seed(validation, seed))
    targets = dataset.targets.astype(np.float64)
    centre, deviation = float(targets[train].mean()), float(targets[train].std())
    scale = deviation if normalise != "none" and deviation else 1.0
    parts = {"train": (targets[train] - centre) / scale, "val": (targets[val] - centre) / scale}
    return _errors({part: (rows, np.zeros(len(rows))) for part, rows in parts.items()}, scale)


def _least_squares(dataset: Dataset, validation: Holdout, normalise: Normalise, seed: int) -> dict[str, float]:
    parts = split_of_seed(dataset, validation, normalise, seed)
    with_one = [
        np.column_stack([x.reshape(len(x), -1), np.ones(len(x))]) for x in (parts.train_inputs, parts.val_inputs)
    ]
    weights = np.linalg.lstsq(with_one[0], parts.train_targets, rcond=None)[0]
    predicted = {
        "train": (parts.train_targets, with_one[0] @ weights),
        "val": (parts.val_targets, with_one[1] @ weights),
    }
    return _errors(predicted, parts.target_scale)


def _errors(parts: Mapping[str, tuple[Floats, Floats]], scale: float) -> dict[str, float]:
    """The metrics of the targets and predictions of each part, as `trainers.loop` reports them."""
    found: dict[str, float] = {}
    for part, (targets, predicted) in parts.items():
        loss, variance = float(((targets - predicted) ** 2).mean()), float(targets.var())
        measured = Measured(loss, float("nan"), variance, scale)
        found |= {f"{part}_{metric.name}": metric.value(measured) for metric in OF_TASK["regression"]}
    return found
