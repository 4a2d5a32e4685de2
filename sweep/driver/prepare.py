"""Prepares a sweep before it starts: loads the data, makes the plan and checks that this machine can run it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

from threadpoolctl import threadpool_limits

from sweep.config import SweepConfig
from sweep.config.data import FileData
from sweep.config.file_paths import missing_data_file
from sweep.config.network import ModuleNetwork, NetworkConfig
from sweep.driver.cost_probe import LARGEST_PROBE_EXAMPLES, measure_rates, probe_width
from sweep.driver.own_network import check_batches, inspect_module
from sweep.driver.own_preparation import OwnPreparation, prepare_own
from sweep.driver.tile_size import tuned_tile_bytes
from sweep.driver.workers import find_workers
from sweep.errors import DataError
from sweep.execution.ray import Resources
from sweep.execution.sources.packed import PackedSource
from sweep.execution.sources.source import Source
from sweep.planning.cost import Rates
from sweep.planning.memory import one_of_each, pack_bytes, pack_room, require_memory
from sweep.planning.packing import PlannedPack, form_packs
from sweep.planning.plan import Plan, code_digests, make_plan
from sweep.planning.recipe import ModuleSize, Recipe, batch_size_of
from sweep.planning.search import require_listable
from sweep.records import Trial
from sweep.system.limits import cache_folder, usable_memory_bytes
from sweep.tracking import DatasetRecord
from trainers.base_rates import BaseRate, base_rates
from trainers.data import Dataset, DatasetShape, load, shape
from trainers.errors import DataError as CannotLoad
from trainers.errors import UserCodeError
from trainers.loaded_code import forget_changed_code
from trainers.optimizers import OPTIMIZERS
from trainers.pack import ModuleSpec, NetworkSpec, Target

TORCH_SECONDS = 2.0
"""Minimum time for importing PyTorch, which this process may have imported already."""

TILE_FILE = "tile.json"
"""File in the user's cache folder with the result of `sweep.driver.tile_size`."""


@dataclass(frozen=True)
class NetworkPreparation:
    """A checked sweep over our networks that can run on this machine.

    Args:
        config: the loaded configuration.
        plan: all trials.
        recipe: what the trials share.
        shape: shape of the data.
        dataset: the data set; None if it has not been needed yet (bundled and synthetic sets).
        resources: resources of the workers.
        workers: number of packs trained at once.
        torch_seconds: measured time for importing PyTorch and testing the network, which every worker needs too.
    """

    config: SweepConfig
    plan: Plan
    recipe: Recipe
    shape: DatasetShape
    dataset: Dataset | None
    resources: Resources
    workers: int
    torch_seconds: float = 0.0

    @cached_property
    def data(self) -> Dataset:
        """The data set, loaded on first use."""
        return self.dataset or load(self.config.network_data.source)

    def rates(self) -> Rates:
        """Measure the cost of training on this machine."""
        sizes = dict.fromkeys(batch_size_of(arm.setting) for arm in self.plan.arms)
        self.recipe.load_backend()
        with threadpool_limits(self.resources.cpus_per_worker):
            return measure_rates(self.recipe, self.shape, tuple(sizes), widest=len(self.probed))

    def source(self, results: Path, seconds: float) -> Source:
        """Return what trains the packs.

        Args:
            results: the results folder of the sweep.
            seconds: estimated training time of each worker.
        """
        cache = cache_folder(os.environ)
        tile_bytes = tuned_tile_bytes(None if cache is None else cache / TILE_FILE)
        return PackedSource(self.recipe, self.data, tile_bytes, seconds)

    def seconds(self, trials: Sequence[Trial], rates: Rates) -> float:
        """Estimate the training time of trials on one worker."""
        examples = self.plan.training_examples
        return sum(rates.trial_seconds(trial.arm.setting, examples) for trial in trials)

    @property
    def dataset_record(self) -> DatasetRecord:
        """The data set as MLflow records it."""
        source = self.config.network_data.source
        return DatasetRecord(
            name=source.name or source.module or Path(str(source.path)).name,
            fingerprint=self.data.fingerprint,
            examples=self.shape.examples,
            features=self.shape.features,
            source=source.path or source.module or "bundled",
            task=self.shape.task,
        )

    def base_rates(self, seeds: Sequence[int]) -> tuple[BaseRate, ...]:
        """Compute the scores of simple predictions on the splits of the given seeds."""
        return base_rates(self.data, self.recipe.validation, self.recipe.normalise, seeds)

    @cached_property
    def probed(self) -> tuple[Trial, ...]:
        """Trials to measure together, no more than fit into one pack."""
        kinds = Counter((trial.arm.setting["batch_size"], trial.arm.setting["epochs"]) for trial in self.plan.trials)
        largest = max(one_of_each(self.plan), key=lambda trial: pack_bytes([trial], self.recipe, self.shape))
        room = pack_room(self.recipe, self.shape, self.workers, usable_memory_bytes())
        size = pack_bytes([largest], self.recipe, self.shape, LARGEST_PROBE_EXAMPLES)
        width = probe_width(size, room, max(kinds.values()))
        return (largest,) * width

    def packs(self, trials: Sequence[Trial], rates: Rates, workers: int) -> list[PlannedPack]:
        """Group trials of the plan into packs."""
        if self.resources.address is not None:
            return form_packs(trials, self.recipe, rates, self.shape, workers)
        room = pack_room(self.recipe, self.shape, workers, usable_memory_bytes())
        return form_packs(trials, self.recipe, rates, self.shape, workers, room)


Preparation: TypeAlias = "NetworkPreparation | OwnPreparation"
"""A checked sweep that can run on this machine."""


def prepare(config: SweepConfig) -> Preparation:
    """Make the plan, and check everything that can fail before the sweep starts.

    Raises:
        SweepError: one of its kinds, in a sentence.
    """
    return prepare_networks(config) if config.own is None else prepare_own(config)


def prepare_networks(config: SweepConfig) -> NetworkPreparation:
    """Load the data of a sweep over our networks, make the plan, and check everything that can fail before it starts.

    Raises:
        DataError: if the data cannot be read or used.
        ConfigError: if the configuration does not suit the data, or an extra is missing.
        ResourceError: if the machine or cluster is too small, or the cluster does not answer.
    """
    if config.network_trainer.backend == "torch" and find_spec("torch") is None:
        raise config.error(
            "trainer.backend",
            "needs PyTorch, which is not installed. Received: torch. "
            "Install it with `pip install 'optimizer-sweep[torch]'`, or use numpy.",
        )
    _reload_changed_code(config)
    require_listable(config)
    found = find_workers(config)
    resources, workers = found.resources, found.count
    source = config.network_data.source
    try:
        if isinstance(config.data, FileData) and (missing := missing_data_file(config.data.path, config.origin)):
            raise missing
        sizes = shape(source)
        dataset = None if sizes else load(source)
    except CannotLoad as error:
        raise DataError(f"{config.place_of('data')}{error}") from error
    except UserCodeError as error:
        raise config.error("data.module", str(error)) from error
    known = sizes or (dataset.shape if dataset else None)
    assert known is not None
    recipe = recipe_of(config)
    begin = perf_counter()
    recipe.load_backend()
    recipe = _with_size(config, recipe, known)
    torch_seconds = perf_counter() - begin
    plan = make_plan(config, known, dataset.fingerprint if dataset else None)
    plan = replace(plan, choices=(*config.found, *plan.choices, *filter(None, [found.note])))
    recipe = replace(recipe, code=tuple(code_digests(config).items()))

    def check_memory(recipe: Recipe) -> None:
        # The memory of a cluster's nodes is unknown.
        if resources.address is None:
            require_memory(config, plan, recipe, known, workers, usable_memory_bytes())

    check_memory(recipe)
    if isinstance(recipe.network, ModuleSpec):
        assert recipe.module_size is not None
        dataset = dataset or load(source)
        begin = perf_counter()
        trial, facts = inspect_module(config, plan, recipe, recipe.network, dataset, known)
        torch_seconds += perf_counter() - begin
        recipe = replace(recipe, module_size=replace(recipe.module_size, taken=facts.taken))
        check_memory(recipe)
        notes = check_batches(config, plan, trial, facts)
        plan = replace(plan, choices=(*plan.choices, *notes))
    if recipe.backend == "torch":
        torch_seconds = max(torch_seconds, TORCH_SECONDS)
    return NetworkPreparation(
        config=config,
        plan=plan,
        recipe=recipe,
        shape=known,
        dataset=dataset,
        resources=resources,
        workers=workers,
        torch_seconds=torch_seconds,
    )


def _reload_changed_code(config: SweepConfig) -> None:
    """Reload user-defined optimizers whose files have changed; other user code is loaded on first use."""
    forget_changed_code()
    for space in config.spaces:
        try:
            OPTIMIZERS[space.optimizer]
        except UserCodeError as error:
            raise config.error("optimizers", str(error)) from error


def recipe_of(config: SweepConfig) -> Recipe:
    """Create the recipe that all trials of a configuration share."""
    trainer = config.network_trainer
    target = None
    if trainer.target is not None:
        target = Target(config.metric.name, config.metric.mode, trainer.target, trainer.stop_at_target)
    return Recipe(
        network=_network_of(config.network),
        dtype=trainer.dtype,
        weight_decay=trainer.weight_decay,
        validation=config.network_data.validation,
        normalise=config.network_data.normalise,
        target=target,
        backend=trainer.backend,
    )


def _network_of(network: NetworkConfig | ModuleNetwork) -> NetworkSpec | ModuleSpec:
    if isinstance(network, ModuleNetwork):
        return ModuleSpec(network.module, network.kwargs)
    return NetworkSpec(tuple(network.hidden), network.activation, network.init)


def _with_size(config: SweepConfig, recipe: Recipe, known: DatasetShape) -> Recipe:
    """Return the recipe with the size of a user's module, which is instantiated to count its parameters."""
    if not isinstance(recipe.network, ModuleSpec):
        return recipe
    from trainers.networks.own_module import module_numbers

    try:
        return replace(recipe, module_size=ModuleSize(*module_numbers(recipe.network, known.features)))
    except UserCodeError as error:
        raise config.error("network.module", str(error)) from error
