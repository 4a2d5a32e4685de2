"""Baseline: plain Ray Tune with torch and its MLflow callback, over a grid, under ASHA, or with Optuna's TPE.

Usage: python plain_search.py {grid,asha,tpe} SETTINGS.json FOLDER
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

import ray
from plain_tune import train
from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback
from ray.tune.schedulers import AsyncHyperBandScheduler


def ranges(trial: Any) -> dict[str, Any]:
    """The space of search.yaml, as a function that Optuna calls."""
    optimizer = trial.suggest_categorical("optimizer", ["sgd", "momentum", "rmsprop", "adam"])
    setting = {
        "optimizer": optimizer,
        "learning_rate": trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True),
        "batch_size": trial.suggest_categorical("batch_size", [32, 64, 128]),
        "epochs": 10,
        "epsilon": 1e-8,
    }
    if optimizer in ("momentum", "adam"):
        setting["beta1"] = trial.suggest_float("beta1", 0.8, 0.99)
    if optimizer in ("rmsprop", "adam"):
        setting["beta2"] = trial.suggest_float("beta2", 0.9, 0.999)
    return {"setting": setting}


def main() -> None:
    """Run as many settings as the list has, two at a time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("way", choices=["grid", "asha", "tpe"])
    parser.add_argument("settings", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    settings = json.loads(options.settings.read_text())
    folder = options.folder.absolute()
    ray.init(num_cpus=2, runtime_env={"env_vars": {"PYTHONPATH": str(Path(__file__).parent)}})
    objective: dict[str, Any] = {"metric": "val_accuracy", "mode": "max"}
    if options.way == "tpe":
        from ray.tune.search.optuna import OptunaSearch

        space, chosen = {}, {"search_alg": OptunaSearch(ranges, **objective), "num_samples": len(settings)}
    else:
        space, chosen = {"setting": tune.grid_search(settings)}, objective
    if options.way == "asha":
        chosen = {"scheduler": AsyncHyperBandScheduler(max_t=10, grace_period=1, reduction_factor=3), **objective}
    tune.Tuner(
        train,
        param_space=space,
        tune_config=tune.TuneConfig(max_concurrent_trials=2, **chosen),
        run_config=tune.RunConfig(
            storage_path=str(folder),
            callbacks=[MLflowLoggerCallback(tracking_uri=f"sqlite:///{folder}/tune.db", experiment_name="tune")],
        ),
    ).fit()


if __name__ == "__main__":
    main()
