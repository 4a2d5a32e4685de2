"""Logs the models that a sweep has kept to the runs of their trials, our networks also as models that MLflow loads."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweep.execution.sources.assignment import FILES
from sweep.results.kept_models import NetworkModel, OwnModel
from sweep.results.model_files import read_network, requirements, write_model
from sweep.tracking.addresses import mlflow_address
from sweep.tracking.records import RunLinks
from sweep.tracking.store import StoreError
from sweep.tracking.timeout import call_with_timeout
from trainers.imported_files import copy_modules
from trainers.imports import source_files
from trainers.pack import ModuleSpec

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.models import ModelSignature

WEIGHTS_FOLDER, NAME = "weights", "model"
"""Folder of the artifacts of a run, and name of its model."""

EPOCH_TAG = "kept_epoch"
"""Tag on a run that has its model: the epoch after which it was kept."""

MODEL_SECONDS = 600.0
"""Timeout of logging one model, which may be large."""


def log_models(uri: str, links: RunLinks, models: Iterable[NetworkModel | OwnModel]) -> str | None:
    """Log kept models to the runs of their trials; those that an earlier start has logged are skipped.

    Args:
        uri: address of the store.
        links: the runs of the trials.
        models: what was kept.

    Returns:
        Why some are lacking; None if none is.
    """
    # Importing MLflow takes seconds, and most sweeps keep nothing.
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=mlflow_address(uri))
    for model in models:
        run_id = links.runs.get(model.trial_id)
        if run_id is None:
            continue
        try:
            call_with_timeout(MODEL_SECONDS, partial(_log_model, client, links.experiment_id, run_id, model))
        except StoreError as error:
            # The next one would wait for the same store.
            return str(error)
    return None


def _load_pyfunc(path: str) -> NetworkModel:
    """Load a logged network; MLflow calls this by its name.

    Args:
        path: folder of its files.
    """
    return read_network(Path(path))


def _log_model(client: MlflowClient, experiment_id: str, run_id: str, model: NetworkModel | OwnModel) -> None:
    if client.get_run(run_id).data.tags.get(EPOCH_TAG) == str(model.epoch):
        return
    with tempfile.TemporaryDirectory() as temporary:
        artifacts, place = Path(temporary, "artifacts"), Path(temporary, NAME)
        files = artifacts / WEIGHTS_FOLDER
        write_model(model, files)
        if (files / FILES).exists():
            (files / FILES).rename(artifacts / FILES)
        client.log_artifacts(run_id, str(artifacts))
        if isinstance(model, NetworkModel):
            _log_network(client, experiment_id, run_id, model, files, place)
    client.set_tag(run_id, EPOCH_TAG, str(model.epoch))


def _log_network(
    client: MlflowClient, experiment_id: str, run_id: str, model: NetworkModel, files: Path, place: Path
) -> None:
    """Log a network as a model of its run.

    Args:
        client: of the store.
        experiment_id: id of the experiment.
        run_id: id of the run.
        model: the network.
        files: folder with its files.
        place: folder to write the model to.
    """
    from mlflow import pyfunc
    from mlflow.entities import LoggedModelOutput
    from mlflow.models import Model

    logged = client.create_logged_model(experiment_id, name=NAME, source_run_id=run_id)
    try:
        pyfunc.save_model(
            str(place),
            loader_module=__name__,
            data_path=str(files),
            code_paths=_copy_code(model, place.with_name("code")),
            mlflow_model=Model(
                artifact_path=logged.artifact_location,
                run_id=run_id,
                model_uuid=logged.model_id,
                model_id=logged.model_id,
            ),
            signature=_signature(model),
            input_example=_input_example(model),
            pip_requirements=requirements(model),
        )
        client.log_model_artifacts(logged.model_id, str(place))
    except BaseException:
        client.finalize_logged_model(logged.model_id, "FAILED")
        raise
    client.finalize_logged_model(logged.model_id, "READY")
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step=model.epoch)])


def _input_example(model: NetworkModel) -> Any:
    """Return a typical example: the mean of the training part, its minimum or zeros, or a row of the table."""
    preparation = model.network.scaling.preparation
    if preparation is None:
        return model.network.scaling.offset[np.newaxis]
    import pandas as pd

    return pd.DataFrame([preparation.example])


def _signature(model: NetworkModel) -> ModelSignature:
    """Return what a network takes and gives: unscaled features, and probabilities or numbers."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema, TensorSpec

    network, preparation = model.network, model.network.scaling.preparation
    outputs = (-1, *network.positions, len(network.classes)) if network.classes else (-1,)
    if preparation is None:
        inputs = Schema([TensorSpec(np.dtype(np.float64), (-1, *network.item))])
    else:
        # A cell may be missing, and dates are read as the text that they were.
        kinds = {"number": DataType.double}
        inputs = Schema(
            [
                ColSpec(kinds.get(column.encoding, DataType.string), column.name, required=not column.has_missing)
                for column in preparation.schema.columns
            ]
        )
    return ModelSignature(
        inputs=inputs,
        outputs=Schema([TensorSpec(np.dtype(np.float64), outputs)]),
    )


def _typical(model: NetworkModel) -> NDArray[np.float64]:
    """Return an example in the shape of the data set: the offsets of its scaling, or zeros of images and tokens."""
    network = model.network
    return np.zeros((1, *network.example)) if network.example else network.scaling.offset[np.newaxis]


def _copy_code(model: NetworkModel, folder: Path) -> list[str] | None:
    """Copy the files of a user's module, so that the model can be loaded where they are not; None for our networks."""
    spec = model.network.network
    if not isinstance(spec, ModuleSpec):
        return None
    copy_modules(source_files(spec.module), folder)
    return [str(entry) for entry in sorted(folder.iterdir())]
