"""A small plan and results for it, made by hand."""

import numpy as np
import pytest

from sweep.planning.plan import Plan
from sweep.records import Arm, Trial, TrialResult

FINGERPRINTS = {"data": "d", "split": "s", "init": "i", "batches": "b"}


def make_plan(settings, seeds=(0, 1), digest="ab" * 32):
    arms = tuple(
        Arm(f"arm{i}", f"{setting['optimizer']} {i}", {"batch_size": 8, "epochs": 3, **setting})
        for i, setting in enumerate(settings)
    )
    trials = tuple(Trial(f"{arm.id}-{seed}", arm, seed) for arm in arms for seed in seeds)
    return Plan("small", digest, len(arms), (), arms, tuple(seeds), trials, 80, identity=digest)


def make_result(trial, val_loss, status="COMPLETED", **facts):
    count = len(val_loss)
    epochs = {
        "epoch": np.arange(1.0, count + 1.0),
        "val_loss": np.array(val_loss, dtype=float),
        "steps": 10.0 * np.arange(1, count + 1),
        "examples": 80.0 * np.arange(1, count + 1),
        "seconds": 0.5 * np.arange(1, count + 1),
    }
    return TrialResult(trial, status, epochs, FINGERPRINTS, 100.0, 102.5, **facts)


@pytest.fixture
def plan():
    return make_plan([{"optimizer": "sgd", "learning_rate": 0.1}, {"optimizer": "adam", "learning_rate": 1}])
