"""A function written for Ray Tune, with its checkpoints, that a sweep runs as it is."""

import json
import tempfile
from pathlib import Path

import numpy as np
from ray import tune

from sweep.integrations.tune import from_tune


def fit_line(config):
    """Fit a line to noisy points by gradient descent."""
    rng = np.random.default_rng(config["seed"])
    x = rng.uniform(-1, 1, 100)
    y = 3 * x + 1 + rng.normal(0, 0.1, 100)
    slope, intercept, velocity, start = 0.0, 0.0, np.zeros(2), 0
    if (checkpoint := tune.get_checkpoint()) is not None:
        with checkpoint.as_directory() as folder:
            slope, intercept, *velocity, start = json.loads((Path(folder) / "line.json").read_text())
    for iteration in range(start, 10):
        error = slope * x + intercept - y
        gradient = np.array([(error * x).mean(), error.mean()])
        velocity = config["optimizer"]["beta"] * np.asarray(velocity) + gradient
        slope, intercept = np.array([slope, intercept]) - config["optimizer"]["learning_rate"] * velocity
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "line.json").write_text(json.dumps([slope, intercept, *velocity, iteration + 1]))
            loss = float(np.mean((slope * x + intercept - y) ** 2))
            tune.report({"loss": loss}, checkpoint=tune.Checkpoint.from_directory(folder))


train = from_tune(fit_line)
