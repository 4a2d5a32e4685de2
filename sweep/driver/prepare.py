"""Prepares a sweep before it starts: loads the data, makes the plan and checks that this machine can run it."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from time import perf_counter
from typing import TypeAlias

import numpy as np

from sweep.config import SweepConfig
from sweep.config.network import ModuleNetwork
from sweep.driver.data_forms import require_functions, try_augmentation
from sweep.driver.earlier_results import earlier_results
from sweep.driver.network_preparation import NetworkPreparation
from sweep.driver.own_metrics import near_zero_notes, require_own_metrics
from sweep.driver.own_network import inspect_workloads
from sweep.driver.own_preparation import OwnPreparation, prepare_own
from sweep.driver.workers import find_workers
from sweep.driver.workloads import (
    load_data,
    other_data_bytes,
    part_of,
    recipe_of,
    reload_changed_code,
    workloads_of,
)
from sweep.planning.growing import searched
from sweep.planning.memory import require_memory
from sweep.planning.network_arms import NetworkArms
from sweep.planning.plan import plan_networks
from sweep.planning.recipe import load_backend
from sweep.planning.search import require_listable
from sweep.planning.workload import (
    by_data,
    configs_by_workload,
    data_key,
)
from sweep.system.limits import usable_memory_bytes
from trainers.data import Dataset, load
from trainers.errors import UserCodeError

__all__ = ["NetworkPreparation", "Preparation", "prepare", "prepare_networks", "recipe_of"]

TORCH_SECONDS = 2.0
"""Minimum time for importing PyTorch, which this process may have imported already."""

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
    backend = config.network_trainer.backend
    if backend == "torch" and find_spec("torch") is None:
        raise config.error(
            "trainer.backend",
            "needs PyTorch, which is not installed. Received: torch. "
            "Install it with `pip install 'optimizer-sweep[torch]'`, or use numpy.",
        )
    reload_changed_code(config)
    require_functions(config)
    require_listable(config)
    found = find_workers(config)
    configs = configs_by_workload(config)
    loaded: dict[str, Dataset] = {}
    facts = {data_key(one): load_data(one, loaded) for one in by_data([config, *configs.values()]).values()}
    begin = perf_counter()
    load_backend(backend)
    torch_seconds = perf_counter() - begin
    here = facts[data_key(config)]
    require_own_metrics(config, here.shape)
    try:
        arms = NetworkArms(config, facts)
        plan, growing = searched(
            config, arms, lambda settings: plan_networks(config, arms, settings), earlier_results(config)
        )
    except UserCodeError as error:
        # The optimizers were loaded before.
        raise config.error("network.module", str(error)) from error
    told = dict.fromkeys(note for fact in facts.values() for note in fact.notes)
    notes = (*near_zero_notes(config, loaded.values()), *filter(None, [found.note]))
    plan = replace(plan, choices=(*config.found, *told, *plan.choices, *notes))
    begin = perf_counter()
    workloads = workloads_of(plan, arms.configs, facts)
    torch_seconds += perf_counter() - begin

    def check_memory() -> None:
        # The memory of a cluster's nodes is unknown.
        if found.resources.address is None:
            for one in workloads:
                memory = usable_memory_bytes() - (found.count + 1) * other_data_bytes(one, workloads)
                require_memory(one.config, part_of(plan, [one]), one.recipe, one.shape, found.count, memory)

    check_memory()
    if isinstance(config.network, ModuleNetwork):
        for key, one in by_data(workload.config for workload in workloads).items():
            if key not in loaded:
                loaded[key] = load(one.network_data.source)
        begin = perf_counter()
        workloads, notes = inspect_workloads(plan, workloads, loaded)
        torch_seconds += perf_counter() - begin
        check_memory()
        plan = replace(plan, choices=(*plan.choices, *notes))
    else:
        try_augmentation(config, np.zeros((2, here.shape.features)))
    if backend == "torch":
        torch_seconds = max(torch_seconds, TORCH_SECONDS)
    return NetworkPreparation(
        config=config,
        plan=plan,
        workloads=workloads,
        loaded=loaded,
        resources=found.resources,
        workers=found.count,
        torch_seconds=torch_seconds,
        growing=growing if plan.pending else None,
        configs=by_data(configs.values()),
    )
