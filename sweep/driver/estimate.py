"""Estimates what a sweep costs on this machine, before it is run."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from sweep.driver.cost_probe import LARGEST_PROBE_EXAMPLES
from sweep.driver.own_preparation import OwnPreparation
from sweep.driver.prepare import NetworkPreparation, Preparation
from sweep.planning.cost import Rates
from sweep.planning.memory import base_bytes, pack_bytes
from sweep.planning.workload import workload_key

STARTUP_SECONDS = 4.0
"""Startup time of Ray and of the workers' imports on a machine with two cores."""

REPORT_SECONDS = 4.5
"""Import time of the report's libraries, in a separate process during training."""

END_SECONDS, REPORT_END_SECONDS = 0.7, 0.6
"""Time for tables and MLflow at the end of a small sweep, and for its report once the libraries are loaded."""

BYTES_PER_NUMBER = 8
MLFLOW_BYTES_PER_NUMBER = 230
"""Size of a metric point in MLflow's SQLite store, including indexes."""


@dataclass(frozen=True)
class Estimate:
    """Estimated cost of a sweep on this machine.

    Args:
        packs: number of packs.
        training_seconds: wall-clock time of training on all workers.
        total_seconds: wall-clock time including imports, measuring, Ray's startup, tables, MLflow and the report.
        worker_bytes: memory of the largest worker.
        disk_bytes: size of the results and, with the default store, of MLflow's data.
        metric_seconds: wall-clock part of the training for the metrics that are asked besides those of every trial.
    """

    packs: int
    training_seconds: float
    total_seconds: float
    worker_bytes: int
    disk_bytes: int
    metric_seconds: float = 0.0


def estimate(preparation: Preparation) -> Estimate | None:
    """Measure training steps on this machine and extrapolate to the whole plan; None for a user's own training."""
    if isinstance(preparation, OwnPreparation):
        return None
    plan = preparation.plan
    begin = perf_counter()
    rates = preparation.rates()
    measuring = perf_counter() - begin
    packs = preparation.packs(plan.trials, rates, preparation.workers)
    loads = [0.0] * preparation.workers
    for pack in packs:
        loads[loads.index(min(loads))] += pack.seconds
    worker_bytes = 0
    for workload in preparation.workloads:
        recipe, shape = workload.recipe, workload.shape
        # The pack used for measuring needs memory too.
        largest = pack_bytes(preparation.probed_of(workload), recipe, shape, LARGEST_PROBE_EXAMPLES)
        for pack in packs:
            if preparation.workload_of(pack.trials[0].arm) is workload:
                largest = max(largest, pack_bytes(pack.trials, recipe, shape))
        worker_bytes = max(worker_bytes, base_bytes(recipe, shape) + preparation.other_data_bytes(workload) + largest)
    training = max(loads)
    rows = sum(int(arm.setting["epochs"]) for arm in plan.arms) * len(plan.seeds)
    tracked = MLFLOW_BYTES_PER_NUMBER if preparation.config.tracking.enabled else 0
    return Estimate(
        len(packs),
        training,
        _total_seconds(preparation, measuring, training),
        worker_bytes,
        rows * 10 * (BYTES_PER_NUMBER + tracked),
        _metric_seconds(preparation, rates),
    )


def _metric_seconds(preparation: NetworkPreparation, rates: Rates) -> float:
    total = sum(
        int(trial.arm.setting["epochs"]) * rates.of(workload_key(trial.arm.setting)).metric_seconds
        for trial in preparation.plan.trials
    )
    return total / min(preparation.workers, len(preparation.plan.trials))


def _total_seconds(preparation: NetworkPreparation, measuring: float, training: float) -> float:
    """Estimate the wall-clock time of a whole run."""
    config = preparation.config
    # A run imports PyTorch and measures again, and on Ray each worker imports it too.
    start = measuring
    if config.resources.executor != "inline":
        start += STARTUP_SECONDS + preparation.torch_seconds
    report_load, end = (REPORT_SECONDS, END_SECONDS + REPORT_END_SECONDS) if config.report else (0.0, END_SECONDS)
    return preparation.torch_seconds + max(start + training, report_load) + end
