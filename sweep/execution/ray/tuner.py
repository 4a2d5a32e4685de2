"""Runs packs on Ray Tune, one pack a Tune trial, in a process that belongs to the cluster."""

from __future__ import annotations

import logging
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sweep.errors import SweepError
from sweep.execution.ray.assignment import Assignment
from sweep.execution.ray.autoscaling import look
from sweep.execution.ray.code_shipping import OWN_CODE, travels
from sweep.execution.ray.listener import Listener
from sweep.execution.ray.resources import Resources, room_on
from sweep.planning.packing import Job
from trainers.data import Dataset

if TYPE_CHECKING:
    from sweep.execution.ray.hooks import PackScheduler

LOOK_SECONDS = 1.0
"""How often a run looks for nodes that have joined the cluster, or left it."""

COMPILING_SECONDS = 10.0
"""Training time of a worker above which it loads (and at first compiles) the kernels of the extra ``fast``."""

WAIT_SECONDS = 60.0
"""How long workers may take to begin before the user is told that they are waited for; a node comes in about that."""

RETRIES = 2
"""How often a pack is trained again when its worker dies."""


def tune_jobs(assignment: Assignment, dataset: Dataset, listener: Listener) -> None:
    """Train all packs on the cluster that this process belongs to; arguments as for `train_jobs`."""
    from ray import tune
    from ray.tune.search import BasicVariantGenerator

    from sweep.execution.ray.hooks import PackScheduler, Stop
    from sweep.execution.ray.worker import PackTrainer, Work

    jobs, recipe, resources = assignment.jobs, assignment.recipe, assignment.resources
    workers = assignment.workers
    logging.getLogger("ray.tune").setLevel(logging.CRITICAL)
    _use_waiting_processes()
    compiled = recipe.backend == "numpy" and find_spec("numba") is not None and _worth_compiling(jobs, workers)
    # What has travelled is the working folder of the workers; the path here says nothing there.
    folder = OWN_CODE if travels(resources.address) else os.getcwd()
    threads, names_nodes = resources.cpus_per_worker, resources.address is not None
    work = Work(dataset, recipe, tuple(jobs), threads, compiled, assignment.tile_bytes, folder, names_nodes)

    request = {"cpu": resources.cpus_per_worker, "gpu": resources.gpus_per_worker}
    trainable = tune.with_resources(tune.with_parameters(PackTrainer, work=work), request)
    variants = BasicVariantGenerator(max_concurrent=workers)
    follow, room = _follow_nodes(variants, resources, workers)
    scheduler = PackScheduler(room, listener.on_chunk, listener.on_retry, listener.on_failure)
    tell_of_waiting = _while_none_has_begun(scheduler, listener.on_wait)

    def should_stop() -> bool:
        follow()
        tell_of_waiting()
        return listener.should_stop()

    with tempfile.TemporaryDirectory(prefix="sweep-tune-") as storage:
        tuner = tune.Tuner(
            trainable,
            param_space={"job": tune.grid_search(list(range(len(jobs))))},
            tune_config=tune.TuneConfig(search_alg=variants, reuse_actors=True, scheduler=scheduler),
            run_config=tune.RunConfig(
                name="packs",
                storage_path=storage,
                stop=Stop(should_stop),
                checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
                failure_config=tune.FailureConfig(max_failures=RETRIES),
                verbose=0,
            ),
        )
        try:
            tuner.fit()
        except tune.TuneError as error:
            # Tune wraps what the scheduler raises, such as a results folder that cannot be written any more.
            if isinstance(error.__context__, SweepError):
                raise error.__context__ from None
            raise


def _while_none_has_begun(scheduler: PackScheduler, on_wait: Callable[[], None]) -> Callable[[], None]:
    """Make what calls ``on_wait`` once, if no worker has begun to train for ``WAIT_SECONDS``."""
    begun, told = time.monotonic(), False

    def tell() -> None:
        nonlocal told
        if not told and not scheduler.has_begun and time.monotonic() - begun > WAIT_SECONDS:
            told = True
            on_wait()

    return tell


def _follow_nodes(variants: Any, resources: Resources, workers: int) -> tuple[Callable[[], None], Callable[[], int]]:
    """Make what lets more packs train at once when nodes have joined, and what tells for how many there is room now.

    Args:
        variants: Tune's search, which holds how many packs may train at once.
        resources: of each worker; where the user has said how many may train, no more will.
        workers: packs that train at once in the beginning.
    """
    looked, room = time.monotonic(), workers

    def follow() -> None:
        nonlocal looked, room
        if resources.address is not None and time.monotonic() - looked > LOOK_SECONDS:
            looked = time.monotonic()
            room = room_on(look().nodes, resources)
            if resources.workers is None:
                variants.max_concurrent = max(workers, room)
            else:
                room = min(room, resources.workers)

    return follow, lambda: room


def _worth_compiling(jobs: Sequence[Job], workers: int) -> bool:
    """Tell whether the workers train for so long that loading numba pays; the numbers are the same."""
    return sum(job.seconds for job in jobs) / workers > COMPILING_SECONDS


def _use_waiting_processes() -> None:
    """Let Tune's actors take the worker processes that Ray has started already.

    Tune gives its actors an environment variable for PyTorch Lightning, which no process that waits has; each actor
    would start a process of its own while the waiting ones stay idle. Without the variable they match.
    """
    from ray.tune.execution import class_cache

    variables = getattr(class_cache, "DEFAULT_ENV_VARS", None)
    if isinstance(variables, dict):
        variables.pop("PL_DISABLE_FORK", None)
