"""Baseline: a plain Ray Tune function trainable with torch; with or without the MLflow callback and actor reuse.

Usage: python plain_tune.py SETTINGS.json FOLDER [--no-mlflow] [--reuse-actors]
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

from eager import train_eager
from ray import tune


class Trainable(tune.Trainable):
    """The class API, which can reuse its actor."""

    def setup(self, config: dict[str, Any]) -> None:
        """Start a training."""
        self.training = train_eager(config["setting"])

    def step(self) -> dict[str, float]:
        """Train one epoch."""
        metrics = next(self.training)
        return {**metrics, "done": metrics["epoch"] == self.config["setting"]["epochs"]}

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Start the next training in the same process."""
        self.config = new_config
        self.setup(new_config)
        return True


def train(config: dict[str, Any]) -> None:
    """The function API, as in the tutorials."""
    for metrics in train_eager(config["setting"]):
        tune.report(metrics)


def main() -> None:
    """Run all settings, two at a time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("settings", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-mlflow", action="store_true")
    parser.add_argument("--reuse-actors", action="store_true")
    arguments = parser.parse_args()
    settings = json.loads(arguments.settings.read_text())
    callbacks = []
    if not arguments.no_mlflow:
        from ray.air.integrations.mlflow import MLflowLoggerCallback

        uri = f"sqlite:///{arguments.folder.absolute()}/tune.db"
        callbacks.append(MLflowLoggerCallback(tracking_uri=uri, experiment_name="tune"))
    here = str(Path(__file__).parent)
    import ray

    ray.init(num_cpus=2, runtime_env={"env_vars": {"PYTHONPATH": here}})

    tune.Tuner(
        Trainable if arguments.reuse_actors else train,
        param_space={"setting": tune.grid_search(settings)},
        tune_config=tune.TuneConfig(max_concurrent_trials=2, reuse_actors=arguments.reuse_actors),
        run_config=tune.RunConfig(
            storage_path=str(arguments.folder.absolute()),
            callbacks=callbacks,
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False) if arguments.reuse_actors else None,
        ),
    ).fit()


if __name__ == "__main__":
    main()
