"""Brings loaded data into the form that the network of a sweep takes, and says so in the plan."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sweep.config import SweepConfig
from sweep.config.network import ModuleNetwork
from sweep.config.optimizer_spaces import given_at
from trainers.data import Dataset, DatasetShape
from trainers.data.arrangements import given_item
from trainers.errors import DataError as CannotLoad
from trainers.errors import UserCodeError
from trainers.imports import import_attribute
from trainers.loss_names import task_problem
from trainers.pack import ModuleSpec
from trainers.user_code import RaisedError, run_user_code

if TYPE_CHECKING:
    from trainers.networks.module_losses import Objective


def suited(config: SweepConfig, dataset: Dataset) -> Dataset:
    """Return a data set in the form that the network takes: its axes turned, or its whole numbers as tokens.

    Args:
        config: the configuration.
        dataset: the data set as it was loaded.

    Raises:
        trainers.errors.DataError: for images, sequences or targets for each position and a dense network.
        ConfigError: if the loss does not suit the data, or the tokens do not fit an embedding.
    """
    network = config.network
    if not isinstance(network, ModuleNetwork):
        _require_rows(dataset)
        return dataset
    from trainers.networks.module_inputs import fitted

    objective = objective_of(config, dataset.shape)
    try:
        return fitted(ModuleSpec(network.module, network.kwargs), dataset, objective.accepts)
    except UserCodeError as error:
        raise config.error(given_at(config.spaces, "network.module"), str(error)) from error


def require_functions(config: SweepConfig) -> None:
    """Refuse a loss or an augmentation of the user's that cannot be imported, before any data is loaded.

    Raises:
        ConfigError: with the key.
    """
    named = {"trainer.loss": config.network_trainer.loss, "data.augment": config.network_data.augment}
    for key, path in named.items():
        if path is None or ":" not in path:
            continue
        try:
            function = run_user_code(partial(import_attribute, path))
        except UserCodeError as error:
            rule = "names a module that cannot be imported"
            problem = f"{rule}. Received: {path}, which raises {error}. Mend the module."
            raise config.error(key, problem if isinstance(error, RaisedError) else str(error)) from error
        if not callable(function):
            raise config.error(
                key, f"must name a function. Received: {path}, a {type(function).__name__}. Name one that is called."
            )


def objective_of(config: SweepConfig, shape: DatasetShape) -> Objective:
    """Return what is measured of the outputs of a module.

    Raises:
        ConfigError: if the loss does not suit the data.
    """
    from trainers.networks.module_losses import Objective

    loss = config.network_trainer.loss
    if loss is not None and (problem := task_problem(loss, shape.task)):
        raise config.error("trainer.loss", f"{problem[0]}. Received: {loss}. {problem[1]}")
    return Objective(shape, loss)


def form_notes(config: SweepConfig, dataset: Dataset) -> Iterator[str]:
    """Yield notes for the plan on what a module gets.

    Args:
        config: the configuration.
        dataset: the data set in the form that the module takes.
    """
    assert isinstance(config.network, ModuleNetwork), "the caller has checked the network"
    name, given = config.network.module, given_item(dataset)
    if dataset.arrangement != "as given":
        how = "their channels first" if dataset.arrangement == "channels first" else "a channel added"
        yield f"examples {given} reach {name} with {how}, {dataset.item}"
    if dataset.is_tokens:
        yield f"whole numbers {dataset.item} reach {name} as tokens, which are not scaled"
    elif dataset.item and dataset.inputs.itemsize == 1 and config.network_data.normalise == "none":
        yield "8-bit numbers are divided by 255"


def _require_rows(dataset: Dataset) -> None:
    if dataset.item:
        raise CannotLoad(
            f"array `inputs` of `{dataset.name}` must have 2 dimensions for a dense network. "
            f"Received: shape {dataset.inputs.shape}. Take `inputs.reshape(len(inputs), -1)`, or give a "
            "`network.module` that takes such examples."
        )
    if dataset.targets.ndim > 1:
        raise CannotLoad(
            f"array `targets` of `{dataset.name}` must have 1 dimension for a dense network, as several labels for one "
            f"example are not supported. Received: shape {dataset.targets.shape}. Train on one label, such as "
            "`targets[:, 0]`, or give a `network.module` that labels each position."
        )
