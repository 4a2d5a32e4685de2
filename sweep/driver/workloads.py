"""Finds the data sets and workloads of a sweep over our networks, and measures what each workload costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sweep.config import SweepConfig
from sweep.config.data import FileData
from sweep.config.file_paths import require_data_files
from sweep.config.holdout import holdout_of
from sweep.config.network import ModuleNetwork, NetworkConfig
from sweep.config.optimizer_spaces import given_at
from sweep.driver.cost_probe import measure_rates
from sweep.driver.data_forms import suited
from sweep.errors import DataError
from sweep.errors.masking import without_secrets
from sweep.planning.cost import Rates
from sweep.planning.identity import code_digests, metric_digests
from sweep.planning.memory import data_bytes
from sweep.planning.plan import Plan
from sweep.planning.recipe import ModuleSize, Recipe, batch_size_of
from sweep.planning.workload import DataFacts, Workload, data_key, workload_key
from sweep.records import Arm
from sweep.tracking import DatasetRecord
from trainers.data import Dataset, DatasetShape, load, shape, training_size
from trainers.data.files.location import file_name
from trainers.data.holdout import ByGroup, Folds
from trainers.errors import DataError as CannotLoad
from trainers.errors import UserCodeError
from trainers.loaded_code import forget_changed_code
from trainers.optimizers import OPTIMIZERS
from trainers.pack import ModuleSpec, NetworkSpec, Target

MOST_MEASURED = 12
"""So many workloads of different cost are measured; the others are taken to cost as much as the nearest in size."""

BUDGET_SECONDS = 0.05
"""Approximate time for measuring."""


def load_data(config: SweepConfig, loaded: dict[str, Dataset]) -> DataFacts:
    """Return what a plan needs to know of a configuration's data; a file or a user's data are loaded for it.

    Args:
        config: the configuration.
        loaded: the data sets that were loaded, by their `data_key`, to which this adds.

    Raises:
        DataError: if the data cannot be read.
        ConfigError: if the user's function fails.
    """
    source = config.network_data.source
    try:
        if isinstance(config.data, FileData):
            require_data_files(config.data, config.origin)
        if known := shape(source):
            return DataFacts(known, None)
        key = data_key(config)
        if key not in loaded:
            loaded[key] = suited(config, load(source))
        dataset = loaded[key]
    except CannotLoad as error:
        raise DataError(f"{config.place_of('data')}{error}") from error
    except UserCodeError as error:
        raise config.error("data.module", str(error)) from error
    return DataFacts(dataset.shape, dataset.fingerprint, dataset.notes)


def workloads_of(
    plan: Plan, configs: Mapping[str, SweepConfig], facts: Mapping[str, DataFacts]
) -> tuple[Workload, ...]:
    """Return the workloads of a plan, in the order of its arms.

    Args:
        plan: the plan.
        configs: configuration of each workload, by its key.
        facts: the data sets, by their `data_key`.

    Raises:
        ConfigError: if a user's module cannot be made.
    """
    found = []
    for key in dict.fromkeys(workload_key(arm.setting) for arm in plan.arms):
        config = configs[key]
        known = facts[data_key(config)].shape
        recipe = _with_size(config, recipe_of(config), known)
        code = {**code_digests(config), **metric_digests(config)}
        found.append(Workload(key, config, replace(recipe, code=tuple(code.items())), known))
    return tuple(found)


def recipe_of(config: SweepConfig) -> Recipe:
    """Create the recipe that all trials of a configuration without dotted keys share."""
    trainer = config.network_trainer
    target = None
    if trainer.target is not None:
        target = Target(config.metric.name, config.metric.mode, trainer.target, trainer.stop_at_target)
    return Recipe(
        network=_network_of(config.network),
        dtype=trainer.dtype,
        weight_decay=trainer.weight_decay,
        validation=holdout_of(config.network_data.validation),
        normalise=config.network_data.normalise,
        target=target,
        backend=trainer.backend,
        asked=config.metric.asked,
        loss=trainer.loss,
        augment=config.network_data.augment,
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
        return replace(recipe, module_size=ModuleSize(*module_numbers(recipe.network, known.example)))
    except UserCodeError as error:
        raise config.error(given_at(config.spaces, "network.module"), str(error)) from error


def arms_of(plan: Plan, workload: Workload) -> tuple[Arm, ...]:
    """Return the arms of a workload."""
    return tuple(arm for arm in plan.arms if workload_key(arm.setting) == workload.key)


def part_of(plan: Plan, workloads: Sequence[Workload]) -> Plan:
    """Return the plan of the arms of some workloads with the same number of training examples."""
    arms = tuple(arm for workload in workloads for arm in arms_of(plan, workload))
    if len(arms) == len(plan.arms):
        return plan
    ids = {arm.id for arm in arms}
    trials = tuple(trial for trial in plan.trials if trial.arm.id in ids)
    return replace(plan, arms=arms, trials=trials, training_examples=plan.examples_of(arms[0]), examples={})


def measure_workloads(plan: Plan, workloads: Sequence[Workload], widest: Mapping[str, int]) -> Rates:
    """Measure the cost of training on this machine: the rates of the first workload, with those of the others.

    Args:
        plan: the plan.
        workloads: its workloads.
        widest: number of trials of each workload to measure together at most, by its key.
    """
    kinds: defaultdict[str, list[Workload]] = defaultdict(list)
    for workload in workloads:
        kinds[_cost_kind(workload)].append(workload)
    examples = [members[0] for members in kinds.values()]
    measured = _spread(examples)
    of_all = dict.fromkeys(batch_size_of(arm.setting) for arm in plan.arms)
    rates: dict[str, Rates] = {}
    for workload in measured:
        sizes = of_all
        if len(measured) == len(examples):
            members = kinds[_cost_kind(workload)]
            sizes = dict.fromkeys(batch_size_of(arm.setting) for one in members for arm in arms_of(plan, one))
        takes_nearest = bool(plan.pending) or len(sizes) > MOST_MEASURED
        sizes = dict.fromkeys(_few(list(sizes)))
        budget = BUDGET_SECONDS / len(measured)
        width = widest[workload.key]
        found = measure_rates(workload.recipe, workload.shape, tuple(sizes), budget, width)
        rates[workload.key] = replace(found, takes_nearest=takes_nearest)
    others: dict[str, Rates] = {}
    for example, members in zip(examples, kinds.values(), strict=True):
        size = _size(example)
        nearest = min(measured, key=lambda workload: abs(_size(workload) - size))
        others |= dict.fromkeys((one.key for one in members), rates[nearest.key])
    first = others.pop(workloads[0].key)
    return replace(first, others=others)


def _few(sizes: list[int | None]) -> list[int | None]:
    """Choose `MOST_MEASURED` batch sizes of evenly spread ranks, or all in their order if there are fewer."""
    if len(sizes) <= MOST_MEASURED:
        return sizes
    ordered = sorted(sizes, key=lambda size: (size is None, size or 0))
    return [ordered[round(number * (len(ordered) - 1) / (MOST_MEASURED - 1))] for number in range(MOST_MEASURED)]


def _cost_kind(workload: Workload) -> str:
    """Text that is equal for workloads of the same cost, whatever their initial weights, scaling and L2 penalty are."""
    recipe = workload.recipe
    network = replace(recipe.network, init="he") if isinstance(recipe.network, NetworkSpec) else recipe.network
    alike = replace(recipe, network=network, weight_decay=0.0, normalise="none", target=None, augment=None)
    return repr((alike, workload.shape))


def _size(workload: Workload) -> int:
    """Approximate work of a step, by which workloads are compared."""
    return workload.recipe.parameters(workload.shape)


def _spread(workloads: Sequence[Workload]) -> list[Workload]:
    """Choose `MOST_MEASURED` workloads of evenly spread sizes, or all if there are fewer."""
    if len(workloads) <= MOST_MEASURED:
        return list(workloads)
    ordered = sorted(workloads, key=_size)
    last = len(ordered) - 1
    return [ordered[round(number * last / (MOST_MEASURED - 1))] for number in range(MOST_MEASURED)]


def other_data_bytes(workload: Workload, workloads: Sequence[Workload]) -> int:
    """Memory in bytes of the data sets of the other workloads, as they are held."""
    shapes = {data_key(one.config): one.shape for one in workloads}
    shapes.pop(data_key(workload.config))
    return sum(map(data_bytes, shapes.values()))


def reload_changed_code(config: SweepConfig) -> None:
    """Reload user-defined optimizers whose files have changed; other user code is loaded on first use."""
    forget_changed_code()
    for space in config.spaces:
        try:
            OPTIMIZERS[space.optimizer]
        except UserCodeError as error:
            raise config.error("optimizers", str(error)) from error


def dataset_record(workload: Workload, dataset: Dataset) -> DatasetRecord:
    """Return the data set of a workload as MLflow records it."""
    source = workload.config.network_data.source
    return DatasetRecord(
        name=source.name or source.module or file_name(str(source.path)),
        fingerprint=dataset.fingerprint,
        examples=workload.shape.examples,
        features=workload.shape.features,
        source=without_secrets(source.path or source.module or "bundled"),
        task=workload.shape.task,
    )


def sizes_differ(workload: Workload) -> bool:
    """Whether the training parts of a workload differ in size from seed to seed."""
    return isinstance(workload.recipe.validation, ByGroup | Folds)


def training_sizes(workload: Workload, dataset: Dataset, seeds: Collection[int]) -> dict[int, int]:
    """Return the number of training examples of each seed."""
    holdout = workload.recipe.validation
    return {seed: training_size(workload.shape, holdout, seed, dataset) for seed in seeds}
