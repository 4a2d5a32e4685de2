"""A checked sweep over our networks: its plan, its data and what its trials share."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from threadpoolctl import threadpool_limits

from sweep.config import SweepConfig
from sweep.driver.cost_probe import LARGEST_PROBE_EXAMPLES, probe_width
from sweep.driver.tile_size import tuned_tile_bytes
from sweep.driver.workloads import (
    dataset_record,
    measure_workloads,
    other_data_bytes,
    part_of,
    sizes_differ,
    training_sizes,
    workloads_of,
)
from sweep.execution.ray import Resources
from sweep.execution.sources.checkpoints import Keeping
from sweep.execution.sources.packed import PackedSource
from sweep.execution.sources.source import Source
from sweep.planning.cost import Rates
from sweep.planning.growing import Growing
from sweep.planning.memory import PACK_BYTES, one_of_each, pack_bytes, pack_room
from sweep.planning.packing import PlannedPack, form_packs, seed_turns, total_seconds
from sweep.planning.plan import Plan
from sweep.planning.recipe import Recipe, load_backend
from sweep.planning.workload import (
    DataFacts,
    Workload,
    config_with,
    data_key,
    workload_key,
)
from sweep.records import Arm, Trial
from sweep.system.limits import cache_folder, usable_memory_bytes
from sweep.tracking import DatasetRecord
from trainers.base_rates import BaseRate, base_rates
from trainers.data import Dataset, DatasetShape, load

TILE_FILE = "tile.json"
"""File in the user's cache folder with the result of `sweep.driver.tile_size`."""


@dataclass(frozen=True)
class NetworkPreparation:
    """A checked sweep over our networks that can run on this machine.

    Args:
        config: the loaded configuration.
        plan: all trials.
        workloads: what trials share that can be packed together, in the order of the plan's arms.
        loaded: the data sets that were loaded already, by their `data_key`; bundled and synthetic ones are not.
        resources: resources of the workers.
        workers: number of packs trained at once.
        torch_seconds: measured time for importing PyTorch and testing the network, which every worker needs too.
        resumed: trial id -> the epoch of the checkpoint in the results folder that the trial goes on from.
        grace_seconds: time that a training may take to end when it is stopped; our own need none.
        growing: the search whose settings are not all known yet; None if they are.
        configs: configuration of each data set that a setting may name, by its `data_key`.
    """

    config: SweepConfig
    plan: Plan
    workloads: tuple[Workload, ...]
    loaded: Mapping[str, Dataset]
    resources: Resources
    workers: int
    torch_seconds: float = 0.0
    resumed: Mapping[str, int] = field(default_factory=dict)
    grace_seconds: float = 0.0
    growing: Growing | None = None
    configs: Mapping[str, SweepConfig] = field(default_factory=dict)

    @property
    def recipe(self) -> Recipe:
        """What the trials of a pack share, those of the first arm where there are several recipes."""
        return self.workloads[0].recipe

    @property
    def shape(self) -> DatasetShape:
        """Shape of the data, of the first arm where there are several data sets."""
        return self.workloads[0].shape

    @property
    def data(self) -> Dataset:
        """The data set, of the first arm where there are several."""
        return self.data_of(self.workloads[0])

    @cached_property
    def _datasets(self) -> Mapping[str, Dataset]:
        """All data sets by their `data_key`, those not yet loaded are loaded on first use."""
        configs = {data_key(one.config): one.config for one in self.workloads}
        if self.growing is not None:
            # The workers get their data before all settings are known.
            configs |= self.configs
        sources = {key: one.network_data.source for key, one in configs.items()}
        return {key: self.loaded.get(key) or load(source) for key, source in sources.items()}

    @cached_property
    def _by_key(self) -> Mapping[str, Workload]:
        return {workload.key: workload for workload in self.workloads}

    def with_plan(self, plan: Plan) -> NetworkPreparation:
        """Return the sweep with a plan that has grown."""
        known = {workload.key for workload in self.workloads}
        added = [arm for arm in plan.arms[len(self.plan.arms) :] if workload_key(arm.setting) not in known]
        if not added:
            return replace(self, plan=plan)
        configs = {workload_key(arm.setting): config_with(self.config, arm.setting) for arm in added}
        facts = {key: DataFacts(one.shape, one.fingerprint) for key, one in self._datasets.items()}
        more = workloads_of(replace(plan, arms=tuple(added)), configs, facts)
        return replace(self, plan=plan, workloads=(*self.workloads, *more), loaded=self._datasets)

    def data_of(self, workload: Workload) -> Dataset:
        """The data set of a workload."""
        return self._datasets[data_key(workload.config)]

    def workload_of(self, arm: Arm) -> Workload:
        """The workload of an arm."""
        return self._by_key[workload_key(arm.setting)]

    def other_data_bytes(self, workload: Workload) -> int:
        """Memory of the data sets besides that of a workload, which every worker holds too."""
        return other_data_bytes(workload, self.workloads)

    def rates(self) -> Rates:
        """Measure the cost of training on this machine."""
        load_backend(self.config.network_trainer.backend)
        with threadpool_limits(self.resources.cpus_per_worker):
            widest = {workload.key: len(self.probed_of(workload)) for workload in self.workloads}
            return measure_workloads(self.plan, self.workloads, widest)

    def source(self, results: Path, seconds: float) -> Source:
        """Return what trains the packs.

        Args:
            results: the results folder of the sweep.
            seconds: estimated training time of each worker.
        """
        cache = cache_folder(os.environ)
        tile_bytes = tuned_tile_bytes(None if cache is None else cache / TILE_FILE)
        backend = self.config.network_trainer.backend
        metric = self.config.metric
        every = self.config.checkpoint.every
        keeping = Keeping(self.kept_weights, str(results.absolute()), metric.name, metric.mode, every)
        return PackedSource(tuple(self._datasets.values()), tile_bytes, backend, seconds, keeping)

    def seconds(self, trials: Sequence[Trial], rates: Rates) -> float:
        """Estimate the training time of trials on one worker."""
        plan = self.plan
        return sum(
            rates.of(workload_key(trial.arm.setting)).trial_seconds(trial.arm.setting, plan.examples_of(trial.arm))
            for trial in trials
        )

    @property
    def kept_weights(self) -> Literal["none", "last", "best"]:
        """Which weights of a trial are kept until the sweep has ended; a test needs those that are compared."""
        keep = self.config.keep.weights
        is_tested = self.config.network_data.test is not None
        return self.config.metric.of if keep == "none" and is_tested else keep

    @property
    def dataset_record(self) -> DatasetRecord:
        """The data set as MLflow records it, of the first arm where there are several."""
        return dataset_record(self.workloads[0], self.data)

    def base_rates(self, seeds: Sequence[int]) -> tuple[BaseRate, ...]:
        """Compute the scores of simple predictions on the splits of the given seeds, of the first arm's data."""
        one = self.recipe
        found = base_rates(self.data, one.validation, one.normalise, seeds, asked=one.asked.names)
        return found if one.loss is None else tuple(rate.without_losses() for rate in found)

    def probed_of(self, workload: Workload) -> tuple[Trial, ...]:
        """Trials of a workload to measure together, no more than fit into one pack."""
        plan = part_of(self.plan, [workload])
        kinds = Counter((trial.arm.setting["batch_size"], trial.arm.setting["epochs"]) for trial in plan.trials)
        recipe, shape = workload.recipe, workload.shape
        largest = max(one_of_each(plan), key=lambda trial: pack_bytes([trial], recipe, shape))
        room = pack_room(recipe, shape, self.workers, self._memory(workload))
        size = pack_bytes([largest], recipe, shape, LARGEST_PROBE_EXAMPLES)
        return (largest,) * probe_width(size, room, max(kinds.values()))

    def _memory(self, workload: Workload) -> int:
        """Memory for the processes of the sweep, without the data sets of other workloads."""
        return usable_memory_bytes() - (self.workers + 1) * self.other_data_bytes(workload)

    def packs(self, trials: Sequence[Trial], rates: Rates, workers: int) -> list[PlannedPack]:
        """Group trials of the plan into packs, the longest first."""
        seeds = {trial.seed for trial in trials}
        differing = {key: workload for key, workload in self._by_key.items() if sizes_differ(workload)}
        sizes = {key: training_sizes(one, self.data_of(one), seeds) for key, one in differing.items()}
        # All trials of a pack make their steps together, so that their training parts are of one size.
        is_paired = self.config.scheduler.method == "wilcoxon"
        turns = seed_turns(trials, self.config.scientific) if is_paired else {}
        groups: dict[tuple[str, int, int, int], list[Trial]] = {}
        for trial in trials:
            age, key = self.resumed.get(trial.id, 0), workload_key(trial.arm.setting)
            turn = turns.get(trial.id, 0)
            groups.setdefault((key, age, sizes.get(key, {}).get(trial.seed, 0), turn), []).append(trial)
        total = 0.0
        for (key, _, _, _), members in groups.items():
            workload = self._by_key[key]
            total += total_seconds(members, workload.recipe, rates.of(key), workload.shape)
        datasets, packs = list(self._datasets), list[PlannedPack]()
        for (key, age, size, _), members in groups.items():
            workload = self._by_key[key]
            given = (members, workload.recipe, rates.of(key), workload.shape, workers)
            by_setting, room = self.config.scheduler.method != "none", PACK_BYTES
            if self.resources.address is None:
                room = pack_room(workload.recipe, workload.shape, workers, self._memory(workload))
            dataset = datasets.index(data_key(workload.config))
            formed = form_packs(*given, room, total / workers, dataset, by_setting=by_setting)
            packs += [replace(pack.going_on(age), part_size=size) for pack in formed]
        return sorted(packs, key=lambda pack: (turns.get(pack.trials[0].id, 0), -pack.seconds))
