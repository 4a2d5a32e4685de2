"""Everything that is settled before a sweep starts: its data, its plan, and whether this machine can run it."""

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
from sweep.driver.own_network import check_batches, look_at_module
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
"""What Ray takes to start its processes and the workers to import their code, on a machine of two cores."""

TORCH_SECONDS = 2.0
"""What a process takes at least to load PyTorch, which this one may have loaded long ago."""

REPORT_SECONDS = 4.5
"""What the libraries of the report take to load, in a process of their own beside the training."""

END_SECONDS, REPORT_END_SECONDS = 0.7, 0.6
"""What the tables and MLflow take at the end of a small sweep, and its report once the libraries are loaded."""

BYTES_PER_NUMBER = 8
MLFLOW_BYTES_PER_NUMBER = 230
"""A metric point in MLflow's SQLite store with its share of the indexes."""


@dataclass(frozen=True)
class Preparation:
    """A sweep that can run here.

    Args:
        config: as loaded.
        plan: all trials.
        recipe: what they share.
        shape: of the data.
        dataset: None while the data was not needed (bundled and synthetic sets).
        resources: of the workers.
        workers: packs at once.
        torch_seconds: what loading PyTorch and trying the network took here, and takes in a run and on each worker.
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
        """The data set, read now if it was not yet."""
        return self.dataset or load(self.config.data.source)

    def rates(self) -> Rates:
        """Measure what training costs on this machine."""
        sizes = dict.fromkeys(batch_size_of(arm.setting) for arm in self.plan.arms)
        self.recipe.load_backend()
        with threadpool_limits(self.resources.cpus_per_worker):
            return measure_rates(self.recipe, self.shape, tuple(sizes), widest=len(self.probed))

    @cached_property
    def probed(self) -> tuple[Trial, ...]:
        """The trials whose like is measured together: what no pack would hold together is not."""
        kinds = Counter((trial.arm.setting["batch_size"], trial.arm.setting["epochs"]) for trial in self.plan.trials)
        largest = max(one_of_each(self.plan), key=lambda trial: pack_bytes([trial], self.recipe, self.shape))
        room = pack_room(self.recipe, self.shape, self.workers, usable_memory_bytes())
        size = pack_bytes([largest], self.recipe, self.shape, LARGEST_PROBE_EXAMPLES)
        width = probe_width(size, room, max(kinds.values()))
        return (largest,) * width

    def jobs(self, trials: Sequence[Trial], rates: Rates, workers: int) -> list[PlannedPack]:
        """Group trials of the plan into packs."""
        if self.resources.address is not None:
            return form_packs(trials, self.recipe, rates, self.shape, workers)
        room = pack_room(self.recipe, self.shape, workers, usable_memory_bytes())
        return form_packs(trials, self.recipe, rates, self.shape, workers, room)


@dataclass(frozen=True)
class Estimate:
    """What a sweep will cost here.

    Args:
        packs: how many.
        training_seconds: on all workers together, by the clock on the wall.
        total_seconds: with the libraries, the measurement, the start of Ray, the tables, MLflow and the report.
        worker_bytes: memory of the largest worker.
        disk_bytes: results and, with the default store, MLflow.
    """

    packs: int
    training_seconds: float
    total_seconds: float
    worker_bytes: int
    disk_bytes: int


def prepare(config: SweepConfig) -> Preparation:
    """Settle all that can fail before anything starts.

    Raises:
        DataError: when the data cannot be read or used.
        ConfigError: when the configuration does not suit the data, or an extra is missing.
        ResourceError: when the machine or cluster is too small, or the cluster does not answer.
    """
    if config.trainer.backend == "torch" and find_spec("torch") is None:
        raise config.error(
            "trainer.backend",
            "needs PyTorch, which is not installed. Received: torch. "
            "Install it with `pip install 'optimizer-sweep[torch]'`, or use numpy.",
        )
    _load_code_anew(config)
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

    def fits(recipe: Recipe) -> None:
        # The memory of a cluster's nodes is not known here.
        if resources.address is None:
            require_memory(config, plan, recipe, known, workers, usable_memory_bytes())

    fits(recipe)
    if isinstance(recipe.network, ModuleSpec):
        assert recipe.module_size is not None
        dataset = dataset or load(source)
        begin = perf_counter()
        trial, facts = look_at_module(config, plan, recipe, recipe.network, dataset, known)
        torch_seconds += perf_counter() - begin
        recipe = replace(recipe, module_size=replace(recipe.module_size, taken=facts.taken))
        fits(recipe)
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


def _load_code_anew(config: SweepConfig) -> None:
    """Load the user's optimizers again where their files have changed; all other code is loaded at its first use."""
    forget_changed_code()
    for space in config.spaces:
        try:
            OPTIMIZERS[space.optimizer]
        except UserCodeError as error:
            raise config.error("optimizers", str(error)) from error


def recipe_of(config: SweepConfig) -> Recipe:
    """What the configuration says that all its trials share."""
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
    """The recipe with the numbers of a user's module counted, which is made for it."""
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
    """Measure a step on this machine and extrapolate."""
    plan, recipe = preparation.plan, preparation.recipe
    begin = perf_counter()
    rates = preparation.rates()
    measuring = perf_counter() - begin
    jobs = preparation.jobs(plan.trials, rates, preparation.workers)
    loads = [0.0] * preparation.workers
    for job in jobs:
        loads[loads.index(min(loads))] += job.seconds
    # The first pack of all is the one on which the cost of training is measured.
    probed = pack_bytes(preparation.probed, recipe, preparation.shape, LARGEST_PROBE_EXAMPLES)
    largest = max(probed, *(pack_bytes(job.trials, recipe, preparation.shape) for job in jobs))
    worker_bytes = base_bytes(recipe, preparation.shape) + largest
    training = max(loads)
    rows = sum(int(arm.setting["epochs"]) for arm in plan.arms) * len(plan.seeds)
    tracked = MLFLOW_BYTES_PER_NUMBER if preparation.config.tracking.enabled else 0
    return Estimate(
        len(jobs),
        training,
        _total_seconds(preparation, measuring, training),
        worker_bytes,
        rows * 10 * (BYTES_PER_NUMBER + tracked),
    )


def _total_seconds(preparation: Preparation, measuring: float, training: float) -> float:
    """From the start of a run to its end."""
    config = preparation.config
    # A run loads PyTorch and measures again, and on Ray each worker loads it, too.
    start = measuring
    if config.resources.executor != "inline":
        start += STARTUP_SECONDS + preparation.torch_seconds
    beside, end = (REPORT_SECONDS, END_SECONDS + REPORT_END_SECONDS) if config.report else (0.0, END_SECONDS)
    return preparation.torch_seconds + max(start + training, beside) + end
