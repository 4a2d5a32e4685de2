"""Makes tables of trials and epochs like those of a sweep, from the few numbers that a test is about."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from sweep.analysis.comparison_data import make_study
from sweep.analysis.health import health

Curves = Mapping[tuple[str, int], Sequence[float]]
Tables = tuple[pd.DataFrame, pd.DataFrame]

NOISE = (0.004, -0.002, 0.001, -0.005, 0.003, -0.001, 0.002, -0.003)
"""What eight seeds differ by around the mean of their arm."""


def _tables(
    curves: Curves,
    metric: str = "val_accuracy",
    settings: Mapping[str, Mapping[str, object]] | None = None,
    statuses: Mapping[tuple[str, int], str] | None = None,
    steps_per_epoch: int = 10,
    mode: str = "max",
) -> Tables:
    """``curves``: (arm id, seed) -> the metric after each epoch; the arm id's first word is the optimizer."""
    trials, epochs = [], []
    for (arm, seed), curve in curves.items():
        status = (statuses or {}).get((arm, seed), "COMPLETED")
        well = status in ("COMPLETED", "STOPPED") and len(curve)
        best = (max if mode == "max" else min)(curve, default=np.nan)
        trial_id = f"{arm}/{seed}"
        trials.append(
            {
                "trial_id": trial_id,
                "arm_id": arm,
                "arm": arm,
                "seed": seed,
                "status": status,
                "optimizer": arm.split()[0],
                "learning_rate": 0.1,
                "batch_size": 32,
                "epochs": 10,
                **(settings or {}).get(arm, {}),
                f"final_{metric}": curve[-1] if well else np.nan,
                f"best_{metric}": best if well else np.nan,
                "epochs_done": len(curve),
                "steps": steps_per_epoch * len(curve),
            }
        )
        for number, value in enumerate(curve, start=1):
            epochs.append(
                {
                    "trial_id": trial_id,
                    "arm_id": arm,
                    "seed": seed,
                    "epoch": number,
                    metric: value,
                    "steps": steps_per_epoch * number,
                    "examples": 320 * number,
                    "seconds": 0.5 * number,
                }
            )
    columns = ["trial_id", "arm_id", "seed", "epoch", metric, "steps", "examples", "seconds"]
    table = pd.DataFrame(trials)
    return table.assign(seed=table["seed"].astype("Int64")), pd.DataFrame(epochs, columns=columns)


@pytest.fixture
def tables() -> Callable[..., Tables]:
    """Makes ``(trials, epochs)`` from learning curves."""
    return _tables


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20240229)


def flat(**arms: float) -> Curves:
    """Arm -> its mean accuracy: curves that have stopped improving, eight seeds, their noise in another order."""
    return {
        (name.replace("_", " "), seed): [0.5, *[mean + NOISE[(seed + shift) % 8]] * 19]
        for shift, (name, mean) in enumerate(arms.items())
        for seed in range(8)
    }


def check(tables, curves, name, target=None, columns=None, metric="val_accuracy", mode="max", **arguments):
    """The cards of one health check on ``curves``; ``arguments`` are those of ``tables``."""
    trials, epochs = tables(curves, metric=metric, mode=mode, **arguments)
    for column, values in (columns or {}).items():
        trials[column] = values
    study = make_study(trials, epochs, metric, mode, np.random.default_rng(0), target=target)
    return [card for card in health(study, trials, epochs) if card.check == name]
