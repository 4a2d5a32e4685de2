"""Predictions of several trials for the same examples, and scikit-learn's scorers on those of one of them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer, get_scorer_names

from trainers.metrics import Predicted


class Classifier(ClassifierMixin, BaseEstimator):
    """Predicts given probabilities, whatever the inputs are."""

    def __init__(self, outputs: NDArray[Any]) -> None:
        self.outputs = outputs

    def __sklearn_is_fitted__(self) -> bool:
        return True

    @property
    def classes_(self) -> NDArray[Any]:
        return np.arange(self.outputs.shape[1])

    def predict_proba(self, inputs: object) -> NDArray[Any]:
        return self.outputs

    def predict(self, inputs: object) -> NDArray[Any]:
        return np.asarray(self.outputs.argmax(axis=1))


class Regressor(RegressorMixin, BaseEstimator):
    """Predicts given numbers, whatever the inputs are."""

    def __init__(self, outputs: NDArray[Any]) -> None:
        self.outputs = outputs

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict(self, inputs: object) -> NDArray[Any]:
        return self.outputs


def scorer_name(name: str) -> str | None:
    """The scorer of scikit-learn for a metric; None if there is none."""
    return next((known for known in (name, f"neg_{name}") if known in get_scorer_names()), None)


def sklearn_value(name: str, part: Predicted, trial: int) -> float:
    """What scikit-learn's scorer gives, an error as a positive number."""
    known = scorer_name(name)
    assert known is not None
    estimator = (Regressor if part.task == "regression" else Classifier)(part.outputs[trial])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = float(get_scorer(known)(estimator, np.zeros((len(part.targets), 1)), part.targets))
    return -value if known.startswith("neg_") else value


def random_part(
    rng: np.random.Generator, classes: int, examples: int, trials: int = 3, spread: float = 2.0
) -> Predicted:
    """Random predictions of classes, each of which has an example, or of numbers if ``classes`` is 0."""
    if not classes:
        targets = rng.normal(3.0, 2.0, examples)
        return Predicted(targets=targets, outputs=targets + rng.normal(size=(trials, examples)), task="regression")
    targets = np.concatenate([np.arange(classes), rng.integers(0, classes, examples - classes)])
    logits = rng.normal(0.0, spread, (trials, examples, classes))
    logits[:, np.arange(examples), targets] += 1.0
    weights = np.exp(logits)
    outputs = weights / weights.sum(axis=2, keepdims=True)
    return Predicted(targets=targets, outputs=outputs, task="binary" if classes == 2 else "multiclass")


def given(targets: list[Any], outputs: list[Any], task: str = "binary") -> Predicted:
    """The predictions of one trial."""
    kind = np.float64 if task == "regression" else np.int64
    return Predicted(targets=np.array(targets, kind), outputs=np.array([outputs], np.float64), task=task)  # type: ignore[arg-type]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)
