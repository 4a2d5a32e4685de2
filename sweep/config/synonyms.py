"""Maps key and optimizer names of other tools to the names used here, for suggestions in errors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trainers import optimizers

KEYS: Mapping[str, str] = MappingProxyType(
    {
        **{
            alias: declared.name
            for optimizer in optimizers.OPTIMIZERS.values()
            for declared in optimizer.hyperparameters
            for alias in declared.aliases
        },
        "wd": "trainer.weight_decay",
        "l2": "trainer.weight_decay",
        "bs": "batch_size",
        "batch": "batch_size",
        "minibatch": "batch_size",
        "mini_batch_size": "batch_size",
        "num_epochs": "trainer.epochs",
        "n_epochs": "trainer.epochs",
        "max_epochs": "trainer.epochs",
        "max_iter": "trainer.epochs",
        "lr_scheduler": "decay",
        "schedule": "decay",
        "lr_decay": "decay",
        "gamma": "decay_rate",
        "train": "trainer",
        "training": "trainer",
        "precision": "trainer.dtype",
        "framework": "trainer.backend",
        "dataset": "data",
        "loss_function": "trainer.loss",
        "criterion": "trainer.loss",
        "augmentation": "data.augment",
        "transform": "data.augment",
        "file": "data.path",
        "csv": "data.path",
        "label": "data.target",
        "target_column": "data.target",
        "val_split": "data.validation",
        "validation_split": "data.validation",
        "test_size": "data.validation",
        "scaling": "data.normalise",
        "normalize": "data.normalise",
        "normalization": "data.normalise",
        "model": "network",
        "net": "network",
        "layers": "network.hidden",
        "hidden_size": "network.hidden",
        "hidden_sizes": "network.hidden",
        "hidden_layers": "network.hidden",
        "hidden_layer_sizes": "network.hidden",
        "hidden_dim": "network.hidden",
        "activation_function": "network.activation",
        "nonlinearity": "network.activation",
        "initialization": "network.init",
        "kernel_initializer": "network.init",
        "objective": "metric",
        "monitor": "metric.name",
        "direction": "metric.mode",
        "goal": "metric.mode",
        "random_state": "seeds",
        "random_seed": "seeds",
        "n_seeds": "seeds",
        "repeats": "seeds",
        "repetitions": "seeds",
        "algorithm": "optimizer",
        "opt": "optimizers",
        "parameters": "space",
        "params": "space",
        "hyperparameters": "space",
        "search_space": "space",
        "grid": "space",
        "gpus": "resources.gpus_per_worker",
        "num_gpus": "resources.gpus_per_worker",
        "gpu": "resources.gpus_per_worker",
        "cpus": "resources.cpus_per_worker",
        "num_cpus": "resources.cpus_per_worker",
        "n_jobs": "resources.workers",
        "num_workers": "resources.workers",
        "max_concurrent": "resources.workers",
        "max_concurrent_trials": "resources.workers",
        "parallel": "resources.workers",
        "ray_address": "resources.address",
        "mlflow": "tracking",
        "tracking_uri": "tracking.uri",
        "mlflow_uri": "tracking.uri",
        "experiment_name": "tracking.experiment",
        "project": "tracking.experiment",
        "output": "results",
        "output_dir": "results",
        "results_dir": "results",
        "storage_path": "results",
        "description": "question",
    }
)
"""Name in Ray Tune, Optuna, Keras, torch, scikit-learn or MLflow -> our dotted key, or its last component."""

OPTIMIZERS: Mapping[str, str] = MappingProxyType(
    {
        alias: name
        for name, optimizer in optimizers.OPTIMIZERS.items()
        for alias in optimizers.declaration_of(optimizer).aliases
    }
)
"""Name in other libraries -> our optimizer that implements the same algorithm."""
