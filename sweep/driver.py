"""Runs packs on Ray Tune: starts or joins Ray, trains one pack a Tune trial, hands over what workers report."""

from __future__ import annotations

import gc
import logging
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sweep.chunks import Chunk
from sweep.errors import ResourceError, SweepError
from sweep.machine import available_cpus, available_gpus
from sweep.packing import Job
from sweep.recipe import Recipe
from trainers.data import Dataset

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_AIR_NEW_OUTPUT": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_WARN_THRESHOLD_S": "60",
    "TUNE_PRINT_ALL_TRIAL_ERRORS": "0",
    # What Ray's node managers have to say of a dead worker, the sweep says itself.
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    # Resuming goes by the results folder, so Tune's own snapshots would only cost time.
    "TUNE_GLOBAL_CHECKPOINT_S": "3600",
}

COMPILING_SECONDS = 10.0
"""Training time of a worker above which it loads (and at first compiles) the kernels of the extra ``fast``."""

RETRIES = 2
"""How often a pack is trained again when its worker dies."""


@dataclass(frozen=True)
class Resources:
    """What the workers may use.

    Args:
        address: of a running Ray cluster; None starts Ray on this machine.
        workers: how many packs train at once; None is as many as there is room for.
        cpus_per_worker: also the BLAS threads of a worker.
        gpus_per_worker: may be a fraction.
    """

    address: str | None = None
    workers: int | None = None
    cpus_per_worker: int = 1
    gpus_per_worker: float = 0.0


def local_workers(resources: Resources) -> int:
    """How many workers this machine has room for.

    Raises:
        ResourceError: when not one, or fewer than asked for.
    """
    cpus = available_cpus()
    room = cpus // resources.cpus_per_worker
    if room < 1:
        raise ResourceError(
            f"`resources.cpus_per_worker` must be at most the {cpus} CPUs of this machine. "
            f"Received: {resources.cpus_per_worker}. Ask for fewer."
        )
    if resources.workers is not None and resources.workers > room:
        raise ResourceError(
            f"`resources.workers` must be at most {room}, the {cpus} CPUs of this machine shared by "
            f"{resources.cpus_per_worker} a worker. Received: {resources.workers}. Ask for fewer, or `auto`."
        )
    gpus = available_gpus()
    wanted = resources.gpus_per_worker * (resources.workers or 1)
    if wanted > gpus:
        raise ResourceError(
            f"`resources.gpus_per_worker` must fit the {gpus} GPUs of this machine. "
            f"Received: {resources.gpus_per_worker:g} for each of {resources.workers or 1} workers. Ask for less."
        )
    if resources.gpus_per_worker:
        room = min(room, _fitting(gpus, resources.gpus_per_worker))
    return resources.workers or room


def _fitting(gpus: float, share: float) -> int:
    # Ten tenths fit one: 1 // 0.1 is 9.
    return int(gpus / share + 1e-9)


def hush_ray() -> None:
    """Set what keeps Ray quiet, where the user has not; Ray reads some of it when it is imported."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


@contextmanager
def ray_session(resources: Resources, later: ExitStack | None = None) -> Iterator[int]:
    """Start or join Ray and leave it as it was; gives the number of workers that there is room for.

    Args:
        resources: of the workers.
        later: waits for Ray's end when it closes, so that its caller can go on meanwhile; None waits at once.

    Raises:
        ResourceError: when the cluster cannot be reached or is too small.
    """
    hush_ray()
    import ray

    if ray.is_initialized():
        yield _workers(ray.cluster_resources(), resources)  # type: ignore[no-untyped-call]
        return
    try:
        # pandas is half of what Ray Tune imports; it loads while Ray waits for its processes.
        ahead = threading.Thread(target=import_module, args=("pandas",), daemon=True)
        ahead.start()
        _start_ray(resources)
        ahead.join()
        yield _workers(ray.cluster_resources(), resources)  # type: ignore[no-untyped-call]
    finally:
        if later is None:
            ray.shutdown()
        else:
            later.enter_context(_shutting_down(ray.shutdown))


@contextmanager
def _shutting_down(shutdown: Callable[[], None]) -> Iterator[None]:
    """Shut Ray down in the background, and wait for it at the end.

    Ray ends the process when one of its references is freed while it shuts down; the garbage collector, which frees
    what Tune leaves behind in cycles at any moment, runs before it and not again until it is over.
    """
    gc.collect()
    gc.disable()
    end = threading.Thread(target=shutdown, name="ray-shutdown")
    end.start()
    try:
        yield
    finally:
        end.join()
        gc.enable()


def _start_ray(resources: Resources) -> None:
    import ray

    # Without "local", Ray would join a cluster that happens to run on this machine.
    options: dict[str, Any] = {"address": "local", "num_cpus": available_cpus(), "include_dashboard": False}
    if resources.address is not None:
        options = {"address": resources.address}
    try:
        with _own_sigterm():
            ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
    except ConnectionError as error:
        raise ResourceError(
            f"`resources.address` must be a Ray cluster that answers. Received: {resources.address!r}. "
            "Start it with `ray start --head`, give RAY_AUTH_TOKEN if it asks for a token, or leave the key out to use "
            "this machine alone."
        ) from error


@contextmanager
def _own_sigterm() -> Iterator[None]:
    """Take SIGTERM back from Ray, which would end the process with runs left open."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    except SystemExit as error:
        # What Ray's own handler raises.
        raise KeyboardInterrupt from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


def _workers(cluster: dict[str, float], resources: Resources) -> int:
    rooms = [int(cluster.get("CPU", 0) // resources.cpus_per_worker)]
    if resources.gpus_per_worker:
        rooms.append(_fitting(cluster.get("GPU", 0), resources.gpus_per_worker))
    room = min(rooms)
    wanted = resources.workers or 1
    if room < wanted:
        raise ResourceError(
            f"`resources` must fit the cluster, which has {cluster.get('CPU', 0):g} CPUs and "
            f"{cluster.get('GPU', 0):g} GPUs. Received: {wanted} workers of {resources.cpus_per_worker} CPUs and "
            f"{resources.gpus_per_worker:g} GPUs. Ask for less."
        )
    return resources.workers or room


def train_jobs(
    jobs: Sequence[Job],
    recipe: Recipe,
    dataset: Dataset,
    resources: Resources,
    workers: int,
    tile_bytes: int,
    *,
    on_chunk: Callable[[int, Chunk], None],
    on_retry: Callable[[int], None],
    on_failure: Callable[[int, str], None],
    should_stop: Callable[[], bool],
) -> None:
    """Train all packs inside a `ray_session`.

    Args:
        jobs: the packs, the longest first.
        recipe: what they share.
        dataset: goes to the workers once, through the object store.
        resources: of each worker.
        workers: packs that train at once.
        tile_bytes: of `trainers.loop.train`.
        on_chunk: called with the index of the job and what its worker reports.
        on_retry: called with the index of a job whose worker died, and which starts over.
        on_failure: called with the index of a job that failed for good, and why in one sentence.
        should_stop: asked several times a second; True ends the training.
    """
    from ray import tune

    from sweep.hooks import Collect, Stop
    from sweep.worker import PackTrainer, Work

    logging.getLogger("ray.tune").setLevel(logging.CRITICAL)
    _use_waiting_processes()
    compiled = recipe.backend == "numpy" and find_spec("numba") is not None and _worth_compiling(jobs, workers)
    work = Work(dataset, recipe, tuple(jobs), resources.cpus_per_worker, compiled, tile_bytes, os.getcwd())

    request = {"cpu": resources.cpus_per_worker, "gpu": resources.gpus_per_worker}
    trainable = tune.with_resources(tune.with_parameters(PackTrainer, work=work), request)
    with tempfile.TemporaryDirectory(prefix="sweep-tune-") as storage:
        tuner = tune.Tuner(
            trainable,
            param_space={"job": tune.grid_search(list(range(len(jobs))))},
            tune_config=tune.TuneConfig(max_concurrent_trials=workers, reuse_actors=True),
            run_config=tune.RunConfig(
                name="packs",
                storage_path=storage,
                stop=Stop(should_stop),
                callbacks=[Collect(on_chunk, on_retry, on_failure)],
                checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
                failure_config=tune.FailureConfig(max_failures=RETRIES),
                verbose=0,
            ),
        )
        try:
            tuner.fit()
        except tune.TuneError as error:
            # Tune wraps what the callbacks raise, such as a results folder that cannot be written any more.
            if isinstance(error.__context__, SweepError):
                raise error.__context__ from None
            raise


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
