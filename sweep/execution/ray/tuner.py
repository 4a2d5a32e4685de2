"""Runs each worker as a Ray Tune trial, from a process that belongs to the cluster."""

from __future__ import annotations

import logging
import os
import tempfile
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sweep.errors import SweepError
from sweep.execution.executor import ExecutorCommand, Handler
from sweep.execution.ray.autoscaling import inspect_cluster
from sweep.execution.ray.code_shipping import OWN_CODE, ships_code
from sweep.execution.ray.internals import reuse_idle_processes
from sweep.execution.ray.resources import Resources, workers_per_cluster
from sweep.execution.ray.settings import WorkerSettings
from sweep.running.commands import AnswerPack, EndExecution, StopPack, StopTrials, TrainPack, UseWorkers

if TYPE_CHECKING:
    from sweep.execution.ray.scheduler import EventScheduler
    from sweep.execution.ray.worker import Work

LOOK_SECONDS = 1.0
"""How often the cluster is polled for nodes that have joined or left."""

MOST_WORKERS = 100_000
"""Upper limit on the workers of a sweep, including replacements of lost ones."""

END_SECONDS = 5.0
"""How long workers may take to end after the command."""


class TuneExecutor:
    """An executor whose workers are Tune trials of this process.

    Args:
        settings: settings of the workers.
        workers: maximum number of concurrent workers, until `UseWorkers` changes it.
    """

    def __init__(self, settings: WorkerSettings, workers: int) -> None:
        from sweep.execution.ray.mailbox import open_mailbox

        self._settings = settings
        # Its process starts while Tune is imported.
        self._mailbox = open_mailbox()
        from ray.tune.search import BasicVariantGenerator

        self._generator = BasicVariantGenerator(max_concurrent=workers)
        self._scheduler: EventScheduler | None = None
        self._ends_at: float | None = None

    def send(self, command: ExecutorCommand) -> None:
        """Pass a command on to its worker."""
        match command:
            case TrainPack(worker) | StopPack(worker) | AnswerPack(worker) | StopTrials(worker):
                self._mailbox.put.remote(worker, command)
            case UseWorkers(count):
                self._generator.max_concurrent = count
            case EndExecution():
                self._ends_at = time.monotonic() + END_SECONDS + self._settings.grace_seconds
                for worker in self._scheduler.workers if self._scheduler else ():
                    self._mailbox.put.remote(worker, command)

    def run(self, handle: Handler) -> None:
        """Run Tune until the execution has ended; arguments as for `Executor`."""
        import ray
        from ray import tune

        from sweep.execution.ray.scheduler import Clock, EventScheduler
        from sweep.execution.ray.worker import Worker

        logging.getLogger("ray.tune").setLevel(logging.CRITICAL)
        reuse_idle_processes()
        resources = self._settings.resources
        request = {"cpu": resources.cpus_per_worker, "gpu": resources.gpus_per_worker}
        if resources.memory_gb:
            request["memory"] = resources.memory_gb * 1e9
        trainable = tune.with_resources(tune.with_parameters(Worker, work=self._work(), mailbox=self._mailbox), request)
        self._scheduler = EventScheduler(handle)
        with tempfile.TemporaryDirectory(prefix="sweep-tune-") as storage:
            tuner = tune.Tuner(
                trainable,
                tune_config=tune.TuneConfig(
                    num_samples=MOST_WORKERS, search_alg=self._generator, scheduler=self._scheduler
                ),
                run_config=tune.RunConfig(
                    name="workers",
                    storage_path=storage,
                    stop=Clock(handle, self._has_ended, _capacity_probe(resources)),
                    checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
                    failure_config=tune.FailureConfig(max_failures=0),
                    verbose=0,
                ),
            )
            try:
                tuner.fit()
            except tune.TuneError as error:
                # Tune wraps exceptions of the handler, such as one for a results folder that is no longer writable.
                if isinstance(error.__context__, SweepError):
                    raise error.__context__ from None
                raise
            finally:
                ray.kill(self._mailbox)

    def _has_ended(self) -> bool:
        """Whether all workers have ended after the command, or the time for it has expired."""
        if self._ends_at is None or self._scheduler is None:
            return False
        return not self._scheduler.workers or time.monotonic() > self._ends_at

    def _work(self) -> Work:
        from sweep.execution.ray.worker import Work

        resources = self._settings.resources
        # Shipped code is in the workers' working folder; this machine's path is not valid there.
        folder = OWN_CODE if ships_code(resources.address) else os.getcwd()
        threads, names_nodes = resources.cpus_per_worker, resources.address is not None
        return Work(
            source=self._settings.source,
            threads=threads,
            folder=folder,
            names_nodes=names_nodes,
        )


def _capacity_probe(resources: Resources) -> Callable[[], int | None]:
    """Create a function that returns how many workers fit the cluster, or None if that has not changed."""
    looked = 0.0

    def capacity() -> int | None:
        nonlocal looked
        if resources.address is None or time.monotonic() - looked < LOOK_SECONDS:
            return None
        looked = time.monotonic()
        return workers_per_cluster(inspect_cluster().nodes, resources)

    return capacity
