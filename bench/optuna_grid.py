"""Baseline: Optuna's GridSampler over the settings in two processes, with each trial logged by MLflow's client.

Usage: python optuna_grid.py SETTINGS.json FOLDER
"""

from __future__ import annotations

import json
import sys
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import mlflow
import optuna
from eager import train_eager
from mlflow import MlflowClient


def work(settings: list[dict[str, Any]], folder: str, experiment: str, study_name: str) -> None:
    """Take settings from the shared study until none is left."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    client = MlflowClient(f"sqlite:///{folder}/optuna-mlflow.db")

    def objective(trial: optuna.Trial) -> float:
        setting = settings[trial.suggest_int("setting", 0, len(settings) - 1)]
        run = client.create_run(experiment).info.run_id
        for key, value in setting.items():
            client.log_param(run, key, value)
        value = 0.0
        for metrics in train_eager(setting):
            for key, number in metrics.items():
                client.log_metric(run, key, number, step=int(metrics["epoch"]))
            value = metrics["val_accuracy"]
        client.set_terminated(run)
        return value

    sampler = optuna.samplers.GridSampler({"setting": list(range(len(settings)))}, seed=0)
    study = optuna.load_study(study_name=study_name, storage=f"sqlite:///{folder}/optuna.db", sampler=sampler)
    study.optimize(objective)


def main() -> None:
    """Run all settings in two processes."""
    settings = json.loads(Path(sys.argv[1]).read_text())
    folder = str(Path(sys.argv[2]).absolute())
    mlflow.set_tracking_uri(f"sqlite:///{folder}/optuna-mlflow.db")
    experiment = MlflowClient().create_experiment("optuna")
    optuna.create_study(study_name="grid", storage=f"sqlite:///{folder}/optuna.db", direction="maximize")
    context = get_context("spawn")
    processes = [context.Process(target=work, args=(settings, folder, experiment, "grid")) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    main()
