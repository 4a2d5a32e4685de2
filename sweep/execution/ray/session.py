"""Starts Ray or connects to a cluster for the duration of a sweep, and restores the previous state."""

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
from sweep.execution.ray.autoscaling import autoscaled
from sweep.execution.ray.code_shipping import JOB_VARIABLE, copy_code, ships_code
from sweep.execution.ray.internals import driver_settings, private_node, start_ray, tell_if_not_private
from sweep.execution.ray.resources import Resources
from sweep.execution.ray.session_folder import ray_folder, start_error, temporary_home
from sweep.system.limits import available_cpus
from sweep.system.signals import sighup_blocked

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_AIR_NEW_OUTPUT": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_WARN_THRESHOLD_S": "60",
    "TUNE_PRINT_ALL_TRIAL_ERRORS": "0",
    # The sweep itself reports dead workers, so that the raylets' messages are dropped.
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    # The raylet polls for its object store once a second, and sometimes just misses it.
    "RAY_raylet_client_connect_timeout_milliseconds": "50",
    "RAY_raylet_client_num_connect_attempts": "200",
    # Sweeps resume from the results folder, so that Tune's snapshots would only cost time.
    "TUNE_GLOBAL_CHECKPOINT_S": "3600",
}


def silence_ray() -> None:
    """Set environment variables that silence Ray, unless the user has; Ray reads some of them at import."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


@contextmanager
def ray_session(resources: Resources, later: ExitStack | None = None, *, seconds: float = 0.0) -> Iterator[int]:
    """Start or join Ray, and restore its state at the end; yields the number of concurrent workers.

    Args:
        resources: resources of the workers.
        later: waits for Ray's shutdown when it closes, so that the caller can continue meanwhile; None waits at once.
        seconds: estimated training time on one worker, for which a cluster may grow; 0 prevents growth.

    Raises:
        ResourceError: if Ray cannot start here, or the cluster cannot be reached or is too small.
    """
    silence_ray()
    if not _SHARED.join(resources):
        with autoscaled(resources, seconds) as workers:
            yield workers
        return
    try:
        with autoscaled(resources, seconds) as workers:
            yield workers
    finally:
        if later is None or resources.is_client:
            _SHARED.leave()
        else:
            later.enter_context(_shutting_down(_SHARED.leave))


class _SharedRay:
    """Ray connection shared by the sweeps of this process: the first one starts it, the last one ends it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sweeps = 0
        self._restored = ExitStack()

    def join(self, resources: Resources) -> bool:
        """Start or share Ray; returns False if it was started elsewhere, and is not ours to end."""
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
        """End Ray, unless another sweep uses it."""
        with self._lock:
            self._sweeps -= 1
            if not self._sweeps:
                self._end()

    def _start(self, resources: Resources) -> None:
        # pandas is half of Ray Tune's import time; it loads while Ray waits for its processes.
        ahead = threading.Thread(target=import_module, args=("pandas",), daemon=True)
        ahead.start()
        self._restored.enter_context(temporary_home())
        if resources.address is None:
            self._restored.enter_context(private_node())
            _start_here(self._restored.enter_context(ray_folder(os.environ)))
            tell_if_not_private()
        else:
            with tempfile.TemporaryDirectory(prefix="sweep-code-") as code_folder:
                _connect(resources.address, Path(code_folder))
        ahead.join()

    def _end(self) -> None:
        import ray

        ray.shutdown()
        self._restored.close()


_SHARED = _SharedRay()


@contextmanager
def _shutting_down(shutdown: Callable[[], None]) -> Iterator[None]:
    """Shut Ray down in a background thread, and wait for it at the end.

    Ray aborts the process when one of its references is freed during shutdown; Tune leaves reference cycles, so the
    garbage collector runs before the shutdown and is disabled until it is over.
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
    if JOB_VARIABLE not in os.environ:
        options["job_config"] = driver_settings()
    try:
        with _PlainExceptionConverted(), _sigterm_restored(), sighup_blocked():
            start_ray(**options, _temp_dir=folder, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError, LookupError, AssertionError, ray.exceptions.RayError) as error:
        raise start_error(error, folder) from error


class _PlainExceptionConverted:
    """Convert a plain Exception, which Ray raises if a node does not start in time, to a RuntimeError.

    Subclasses of Exception pass unchanged.
    """

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is Exception:
            raise RuntimeError(str(error)) from error


def _connect(address: str, code_folder: Path) -> None:
    import ray

    options: dict[str, Any] = {"address": address}
    if ships_code(address):
        options["runtime_env"] = {"working_dir": str(copy_code(Path.cwd(), code_folder))}
    try:
        with _sigterm_restored():
            ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        reason = " ".join(str(error).split(". ")[0].split()).rstrip(".")
        raise ResourceError(
            f"`resources.address` must be a Ray cluster that answers ({reason}). Received: {address}. "
            "Start it with `ray start --head`, give RAY_AUTH_MODE=token and RAY_AUTH_TOKEN if it asks for a token, or "
            "leave the key out to use this machine alone."
        ) from error


@contextmanager
def _sigterm_restored() -> Iterator[None]:
    """Restore the SIGTERM handler that Ray replaces; Ray's would exit with MLflow runs left open."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    except SystemExit as error:
        # Raised by Ray's own handler.
        raise KeyboardInterrupt from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)
