"""A training that only sleeps: as a function of this project and as one of Ray Tune."""

from __future__ import annotations

import time
from typing import Any


def train(trial: Any) -> None:
    """Report `reports` times within `duration` seconds."""
    setting = trial.setting
    for report in range(setting["reports"]):
        time.sleep(setting["duration"] / setting["reports"])
        trial.report(val_loss=1.0 / (report + 1 + setting["x"]))


def train_on_tune(config: dict[str, Any]) -> None:
    """The same for Ray Tune."""
    from ray import tune

    for report in range(config["reports"]):
        time.sleep(config["duration"] / config["reports"])
        tune.report({"val_loss": 1.0 / (report + 1 + config["x"])})
