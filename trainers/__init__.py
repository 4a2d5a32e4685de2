"""Trains packs of networks together, independently of sweeps, Ray and MLflow.

A `Pack` describes what to train; `train` trains it and yields the metrics of each epoch (and, on request, all state
needed to resume); `trace` yields every step; `step` makes one optimizer step on given arrays; and `rates` computes the
learning rates of a schedule.

>>> import numpy as np
>>> from trainers import DatasetShape, NetworkSpec, Pack, Split, TrialSpec, train
>>> x, y = np.random.default_rng(0).standard_normal((60, 2)).astype(np.float32), np.arange(60) % 3
>>> split = Split(x[:45], y[:45], x[45:], y[45:])
>>> trials = (TrialSpec("adam", {"learning_rate": 0.01}), TrialSpec("sgd", {"learning_rate": 0.1}))
>>> pack = Pack(split, trials, NetworkSpec((8,)), epochs=3, shape=DatasetShape(60, 2, 3, "multiclass"))
>>> *_, last = train(pack, states="final")
>>> [(end.trial, end.status) for end in last.ended], last.state.trials[0].parameters.shape
([(0, 'COMPLETED'), (1, 'COMPLETED')], (51,))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainers.data import Dataset, DatasetShape, DataSource, Split, load
    from trainers.loop import Ended, EpochMetrics, train
    from trainers.optimizers import OPTIMIZERS, step
    from trainers.pack import ModuleSpec, NetworkSpec, Pack, Target, TrialSpec
    from trainers.schedules import Schedule, rates
    from trainers.state import TrainingState, TrialState
    from trainers.tracing import StepTrace, trace
else:
    _MODULES = {
        **dict.fromkeys(("Dataset", "DatasetShape", "DataSource", "Split", "load"), "trainers.data"),
        **dict.fromkeys(("Ended", "EpochMetrics", "train"), "trainers.loop"),
        **dict.fromkeys(("OPTIMIZERS", "step"), "trainers.optimizers"),
        **dict.fromkeys(("ModuleSpec", "NetworkSpec", "Pack", "Target", "TrialSpec"), "trainers.pack"),
        **dict.fromkeys(("Schedule", "rates"), "trainers.schedules"),
        **dict.fromkeys(("TrainingState", "TrialState"), "trainers.state"),
        **dict.fromkeys(("StepTrace", "trace"), "trainers.tracing"),
    }

    def __getattr__(name: str) -> object:
        """Import a public name at its first use, because reading a configuration needs few of them."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_MODULES[name]), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *_MODULES})


__all__ = [
    "OPTIMIZERS",
    "DataSource",
    "Dataset",
    "DatasetShape",
    "Ended",
    "EpochMetrics",
    "ModuleSpec",
    "NetworkSpec",
    "Pack",
    "Schedule",
    "Split",
    "StepTrace",
    "Target",
    "TrainingState",
    "TrialSpec",
    "TrialState",
    "load",
    "rates",
    "step",
    "trace",
    "train",
]
