"""Ray's life during a sweep: kept quiet, started or joined, and left as it was."""

from __future__ import annotations

import gc
import logging
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

from sweep.errors import ResourceError
from sweep.execution.ray.autoscaling import grown_for
from sweep.execution.ray.code_shipping import IN_A_JOB, pack_luggage, travels
from sweep.execution.ray.internals import driver_settings, start_ray
from sweep.execution.ray.own_folder import could_not_start, ray_folder, ray_home
from sweep.execution.ray.resources import Resources
from sweep.system.limits import available_cpus
from sweep.system.signals import hang_up_held_back

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
    # Ray's node manager looks for its own object store once a second, and now and then comes a moment too early.
    "RAY_raylet_client_connect_timeout_milliseconds": "50",
    "RAY_raylet_client_num_connect_attempts": "200",
    # Resuming goes by the results folder, so Tune's own snapshots would only cost time.
    "TUNE_GLOBAL_CHECKPOINT_S": "3600",
}


def hush_ray() -> None:
    """Set what keeps Ray quiet, where the user has not; Ray reads some of it when it is imported."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


@contextmanager
def ray_session(resources: Resources, later: ExitStack | None = None, *, seconds: float = 0.0) -> Iterator[int]:
    """Start or join Ray and leave it as it was; gives the number of workers that train at once.

    Args:
        resources: of the workers.
        later: waits for Ray's end when it closes, so that its caller can go on meanwhile; None waits at once.
        seconds: estimate of the training time on one worker, for which a cluster may grow; 0 lets none grow.

    Raises:
        ResourceError: when Ray cannot start here, or the cluster cannot be reached or is too small.
    """
    hush_ray()
    if not _OWN.join(resources):
        with grown_for(resources, seconds) as workers:
            yield workers
        return
    try:
        with grown_for(resources, seconds) as workers:
            yield workers
    finally:
        if later is None or resources.is_client:
            _OWN.leave()
        else:
            later.enter_context(_shutting_down(_OWN.leave))


class _OwnRay:
    """The Ray that sweeps of this process have started and share: the first one starts it, the last one ends it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sweeps = 0
        self._folder = ExitStack()

    def join(self, resources: Resources) -> bool:
        """Start or share it; False if there is one that somebody else has started, and will end."""
        import ray

        with self._lock:
            if not self._sweeps and ray.is_initialized():
                return False
            if not self._sweeps:
                try:
                    self._start(resources)
                except BaseException:
                    self._end()
                    raise
            self._sweeps += 1
            return True

    def leave(self) -> None:
        """End it, unless another sweep uses it."""
        with self._lock:
            self._sweeps -= 1
            if not self._sweeps:
                self._end()

    def _start(self, resources: Resources) -> None:
        # pandas is half of what Ray Tune imports; it loads while Ray waits for its processes.
        ahead = threading.Thread(target=import_module, args=("pandas",), daemon=True)
        ahead.start()
        self._folder.enter_context(ray_home())
        if resources.address is None:
            _start_here(self._folder.enter_context(ray_folder(os.environ)))
        else:
            with tempfile.TemporaryDirectory(prefix="sweep-code-") as luggage:
                _connect(resources.address, Path(luggage))
        ahead.join()

    def _end(self) -> None:
        import ray

        ray.shutdown()
        self._folder.close()


_OWN = _OwnRay()


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


def _start_here(folder: str) -> None:
    import ray

    # Without "local", Ray would join a cluster that happens to run on this machine.
    options: dict[str, Any] = {"address": "local", "num_cpus": available_cpus(), "include_dashboard": False}
    if IN_A_JOB not in os.environ:
        options["job_config"] = driver_settings()
    try:
        with _KindGiven(), _own_sigterm(), hang_up_held_back():
            start_ray(**options, _temp_dir=folder, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError, LookupError, AssertionError, ray.exceptions.RayError) as error:
        raise could_not_start(error, folder) from error


class _KindGiven:
    """Give an error of no kind, as Ray raises of a node that does not come up in time, the kind that it is handled as.

    Errors of any other kind pass: those are not what Ray says of its start.
    """

    def __enter__(self) -> None:
        """Nothing is prepared."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is Exception:
            raise RuntimeError(str(error)) from error


def _connect(address: str, luggage: Path) -> None:
    import ray

    options: dict[str, Any] = {"address": address}
    if travels(address):
        options["runtime_env"] = {"working_dir": str(pack_luggage(Path.cwd(), luggage))}
    try:
        with _own_sigterm():
            ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        reason = " ".join(str(error).split(". ")[0].split()).rstrip(".")
        raise ResourceError(
            f"`resources.address` must be a Ray cluster that answers ({reason}). Received: {address}. "
            "Start it with `ray start --head`, give RAY_AUTH_MODE=token and RAY_AUTH_TOKEN if it asks for a token, or "
            "leave the key out to use this machine alone."
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
