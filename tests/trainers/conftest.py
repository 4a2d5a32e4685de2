"""Small problems to train on, and trainings read back trial by trial."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from trainers.data import DatasetShape, Split
from trainers.imports import make_importable
from trainers.loop import train
from trainers.pack import Pack

History = dict[int, list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def problem() -> Callable[..., tuple[Split, DatasetShape]]:
    """Make random data already split: ``problem(task, train=, val=, features=, classes=, dtype=)``."""

    def make(
        task: str, train: int = 45, val: int = 20, features: int = 5, classes: int = 3, dtype: str = "float64"
    ) -> tuple[Split, DatasetShape]:
        rng = np.random.default_rng(8)
        inputs = rng.standard_normal((train + val, features)).astype(dtype)
        targets: Any
        if task == "regression":
            targets = (inputs[:, 0] - 0.5 * inputs[:, 1] + 0.3 * rng.standard_normal(len(inputs))).astype(dtype)
        else:
            scores = inputs @ rng.standard_normal((features, classes if task == "multiclass" else 2))
            targets = scores.argmax(axis=1)
        parts = Split(inputs[:train], targets[:train], inputs[train:], targets[train:], "0" * 16)
        return parts, DatasetShape(train + val, features, classes if task == "multiclass" else 1, task)

    return make


@pytest.fixture(scope="session")
def history() -> Callable[..., History]:
    """Train and read back, per trial, the metrics of each epoch but the seconds, and its end."""

    def read(pack: Pack, **options: Any) -> History:
        trials: History = {i: [] for i in range(len(pack.trials))}
        for epoch in train(pack, **options):
            columns = [values for name, values in epoch.values.items() if name != "seconds"]
            for row, trial in enumerate(epoch.trials):
                trials[int(trial)].append((epoch.epoch, *(float(column[row]) for column in columns)))
            for end in epoch.ended:
                trials[end.trial].append((epoch.epoch, end.status, end.step, end.last_finite_loss))
        return trials

    return read


@pytest.fixture
def one_example() -> Callable[..., tuple[Split, DatasetShape]]:
    """A problem to work out by hand: ``repeats`` times the example x = 1, y = 0; validated on x = ``val_input``.

    A linear model with w = 1 and b = 0 predicts z = 1; the loss is z^2, its slope in w and in b is 2 z, so that a step
    of gradient descent makes z -> (1 - 4 alpha) z, and b = (z - 1) / 2.
    """

    def make(repeats: int = 1, val_input: float = 1.0, target_scale: float = 1.0) -> tuple[Split, DatasetShape]:
        x, y = np.ones((repeats, 1)), np.zeros(repeats)
        val_x, val_y = np.array([[val_input]]), np.zeros(1)
        return Split(x, y, val_x, val_y, "0" * 16, 0.0, target_scale), DatasetShape(repeats + 1, 1, 1, "regression")

    return make


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Write a module ``own_code`` and let it be imported."""
    monkeypatch.setattr(sys, "path", [*sys.path])

    def write(text):
        sys.modules.pop("own_code", None)
        (tmp_path / "own_code.py").write_text(text)
        make_importable(str(tmp_path))

    yield write
    sys.modules.pop("own_code", None)
