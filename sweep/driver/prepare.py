"""Prepares a sweep before it starts: loads the data, makes the plan and checks that this machine can run it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from time import perf_counter

from threadpoolctl import threadpool_limits

from sweep.config import SweepConfig
from sweep.config.data import FileData
from sweep.config.file_paths import missing_data_file
from sweep.config.network import ModuleNetwork, NetworkConfig
from sweep.driver.cost_probe import LARGEST_PROBE_EXAMPLES, measure_rates, probe_width
from sweep.driver.own_network import check_batches, inspect_module
from sweep.errors import DataError
from sweep.execution.ray import Resources, local_workers, ray_session, workers_on
from sweep.planning.cost import Rates
from sweep.planning.memory import base_bytes, one_of_each, pack_bytes, pack_room, require_memory
from sweep.planning.packing import PlannedPack, form_packs
from sweep.planning.plan import Plan, code_digests, make_plan
from sweep.planning.recipe import ModuleSize, Recipe, batch_size_of
from sweep.planning.search import require_listable
from sweep.records import Trial
from sweep.system.cluster_address import require_answer
from sweep.system.limits import usable_memory_bytes
from trainers.data import Dataset, DatasetShape, load, shape
from trainers.errors import DataError as CannotLoad
from trainers.errors import UserCodeError
from trainers.loaded_code import forget_changed_code
from trainers.optimizers import OPTIMIZERS
from trainers.pack import ModuleSpec, NetworkSpec, Target

STARTUP_SECONDS = 4.0
"""Startup time of Ray and of the workers' imports on a machine with two cores."""

TORCH_SECONDS = 2.0
"""Minimum time for importing PyTorch, which this process may have imported already."""

REPORT_SECONDS = 4.5
"""Import time of the report's libraries, in a separate process during training."""

END_SECONDS, REPORT_END_SECONDS = 0.7, 0.6
"""Time for tables and MLflow at the end of a small sweep, and for its report once the libraries are loaded."""

BYTES_PER_NUMBER = 8
MLFLOW_BYTES_PER_NUMBER = 230
"""Size of a metric point in MLflow's SQLite store, including indexes."""


@dataclass(frozen=True)
class Preparation:
    """A checked sweep that can run on this machine.

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
        return self.dataset or load(self.config.data.source)

    def rates(self) -> Rates:
        """Measure the cost of training on this machine."""
        sizes = dict.fromkeys(batch_size_of(arm.setting) for arm in self.plan.arms)
        self.recipe.load_backend()
        with threadpool_limits(self.resources.cpus_per_worker):
            return measure_rates(self.recipe, self.shape, tuple(sizes), widest=len(self.probed))

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


@dataclass(frozen=True)
class Estimate:
    """Estimated cost of a sweep on this machine.

    Args:
        packs: number of packs.
        training_seconds: wall-clock time of training on all workers.
        total_seconds: wall-clock time including imports, measuring, Ray's startup, tables, MLflow and the report.
        worker_bytes: memory of the largest worker.
        disk_bytes: size of the results and, with the default store, of MLflow's data.
    """

    packs: int
    training_seconds: float
    total_seconds: float
    worker_bytes: int
    disk_bytes: int


def prepare(config: SweepConfig) -> Preparation:
    """Load the data, make the plan, and check everything that can fail before the sweep starts.

    Raises:
        DataError: if the data cannot be read or used.
        ConfigError: if the configuration does not suit the data, or an extra is missing.
        ResourceError: if the machine or cluster is too small, or the cluster does not answer.
    """
    if config.trainer.backend == "torch" and find_spec("torch") is None:
        raise config.error(
            "trainer.backend",
            "needs PyTorch, which is not installed. Received: torch. "
            "Install it with `pip install 'optimizer-sweep[torch]'`, or use numpy.",
        )
    _reload_changed_code(config)
    require_listable(config)
    resources = Resources(
        config.resources.address,
        None if config.resources.workers == "auto" else int(config.resources.workers),
        config.resources.cpus_per_worker,
        config.resources.gpus_per_worker,
        config.resources.autoscale,
    )
    workers = local_workers(resources) if resources.address is None else _cluster_workers(resources, resources.address)
    if config.resources.executor == "inline":
        workers = 1
    source = config.data.source
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
    plan = replace(plan, choices=(*config.found, *plan.choices))
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
    return Preparation(
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
    trainer = config.trainer
    target = None
    if trainer.target is not None:
        target = Target(config.metric.name, config.metric.mode, trainer.target, trainer.stop_at_target)
    return Recipe(
        network=_network_of(config.network),
        dtype=trainer.dtype,
        weight_decay=trainer.weight_decay,
        validation=config.data.validation,
        normalise=config.data.normalise,
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


def _cluster_workers(resources: Resources, address: str) -> int:
    require_answer(address)
    if not resources.is_client:
        return workers_on(resources, address)
    with ray_session(resources) as workers:
        return workers


def estimate(preparation: Preparation) -> Estimate:
    """Measure training steps on this machine and extrapolate to the whole plan."""
    plan, recipe = preparation.plan, preparation.recipe
    begin = perf_counter()
    rates = preparation.rates()
    measuring = perf_counter() - begin
    packs = preparation.packs(plan.trials, rates, preparation.workers)
    loads = [0.0] * preparation.workers
    for pack in packs:
        loads[loads.index(min(loads))] += pack.seconds
    # The pack used for measuring needs memory too.
    probed = pack_bytes(preparation.probed, recipe, preparation.shape, LARGEST_PROBE_EXAMPLES)
    largest = max(probed, *(pack_bytes(pack.trials, recipe, preparation.shape) for pack in packs))
    worker_bytes = base_bytes(recipe, preparation.shape) + largest
    training = max(loads)
    rows = sum(int(arm.setting["epochs"]) for arm in plan.arms) * len(plan.seeds)
    tracked = MLFLOW_BYTES_PER_NUMBER if preparation.config.tracking.enabled else 0
    return Estimate(
        len(packs),
        training,
        _total_seconds(preparation, measuring, training),
        worker_bytes,
        rows * 10 * (BYTES_PER_NUMBER + tracked),
    )


def _total_seconds(preparation: Preparation, measuring: float, training: float) -> float:
    """Estimate the wall-clock time of a whole run."""
    config = preparation.config
    # A run imports PyTorch and measures again, and on Ray each worker imports it too.
    start = measuring
    if config.resources.executor != "inline":
        start += STARTUP_SECONDS + preparation.torch_seconds
    report_load, end = (REPORT_SECONDS, END_SECONDS + REPORT_END_SECONDS) if config.report else (0.0, END_SECONDS)
    return preparation.torch_seconds + max(start + training, report_load) + end
