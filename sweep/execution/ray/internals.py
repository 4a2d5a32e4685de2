"""Wraps undocumented parts of Ray, each with a fallback for versions in which it is missing.

Tested with the Ray versions in ``pyproject.toml``. If a part has changed, the sweep uses Ray's public, slower way and
notifies the user once.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sweep.system.interpreter import project_folder

LOOK_SECONDS = 0.02
"""Polling interval while the node starts."""

MOST_SECONDS = 10.0
"""How long to poll; after that Ray's own polling, once a second, reports what is wrong."""

CHANGED = (ImportError, AttributeError, TypeError)
"""Exceptions raised by using a part that was removed or has other arguments."""

SLOWER = "Ray starts some processes that sweeps do not use, which takes seconds longer"

_told: dict[str, str] = {}


def fallbacks() -> tuple[str, ...]:
    """Return the fallbacks in use because of the version of Ray, one sentence each, and clear the list."""
    said = tuple(_told.values())
    _told.clear()
    return said


def _tell(part: str, instead: str) -> None:
    import ray

    _told[part] = f"Ray {ray.__version__} differs from the versions that were tested in `{part}`; {instead}."


def reuse_idle_processes() -> None:
    """Let Tune's actors reuse the worker processes that Ray has already started.

    Tune gives its actors an environment variable for PyTorch Lightning, which the idle processes do not have, so that
    each actor would start a new process. Without the variable the idle processes match.
    """
    try:
        from ray.tune.execution import class_cache

        class_cache.DEFAULT_ENV_VARS.pop("PL_DISABLE_FORK", None)
    except CHANGED:
        _tell("ray.tune.execution.class_cache", "each worker starts a process of its own, which takes a second longer")


def driver_settings() -> Any:
    """Create a JobConfig that keeps the working folder from being first on the import path; None for the default.

    Unless the driver is a client, Ray puts the working folder before Python's folders, where a user's ``queue.py``
    would shadow Python's and ``sweep.py`` this project. The workers append it to the path instead.
    """
    folder = project_folder()
    try:
        from ray.job_config import JobConfig

        return JobConfig(_client_job=True, _py_driver_sys_path=[folder] if folder else [])
    except CHANGED:
        _tell("ray.job_config.JobConfig", "Python files of the working folder may hide modules of the same names")
        return None


def node_groups() -> tuple[list[tuple[dict[str, float], int]], dict[str, float] | None]:
    """Return resources and maximum number of each node type of the autoscaler, and the limits of the cluster.

    Without an autoscaler the list is empty and the limits are None.
    """
    try:
        from ray._private.state import state

        config = state.get_cluster_config()
        if config is None or not config.node_group_configs:
            return [], None
        kinds = [
            (dict(group.resources), group.max_count if group.max_count >= 0 else 1_000)
            for group in config.node_group_configs
            if group.max_count
        ]
        return kinds, dict(config.max_resources)
    except CHANGED:
        _tell("ray._private.state", "`resources.workers` says how many workers a cluster grows to")
        return [], None


LOOPBACK_VARIABLE = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
"""Ray takes the loopback address as its node's if this is 0, as it does by default on macOS and Windows."""

TOKEN_VARIABLES = ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")


@contextmanager
def private_node() -> Iterator[None]:
    """Keep a local node, for as long as it runs, to this machine's loopback interface and to who has its token.

    Ray listens on all interfaces otherwise, also with ``_node_ip_address="127.0.0.1"``; whoever connects runs code.
    The token is a random one of this node, unless the user has chosen how Ray authenticates. Both are undone at the
    end, because a later sweep of this process may join a cluster.
    """
    with _environment({LOOPBACK_VARIABLE: "0"}), _clusters_disabled():
        if any(name in os.environ for name in TOKEN_VARIABLES):
            yield
            return
        try:
            with _environment({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}):
                _read_token_again()
                yield
        finally:
            _read_token_again()


def tell_if_not_private() -> None:
    """Notify the user if the node that was started has another address than the loopback interface's."""
    import ray

    address = ray.util.get_node_ip_address()  # type: ignore[no-untyped-call]
    if not ipaddress.ip_address(address).is_loopback:
        listens = f"Ray listens at {address}, where other machines may reach it"
        _tell("ray._private.ray_constants", f"{listens}; `resources.executor: inline` opens no port")


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables, and restore them at the end."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _clusters_disabled() -> Iterator[None]:
    """Set what Ray has read from `LOOPBACK_VARIABLE` when it was imported, which may be long ago."""
    from ray._private import ray_constants

    usual = getattr(ray_constants, "ENABLE_RAY_CLUSTER", None)
    if usual is None:
        # What listens elsewhere is told once the node is there.
        yield
        return
    ray_constants.ENABLE_RAY_CLUSTER = False
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = usual


def _read_token_again() -> None:
    """Have Ray read the variables of authentication again, which it keeps once read.

    A version without these names has no tokens for local nodes, and needs nothing.
    """
    try:
        from ray._raylet import AuthenticationTokenLoader, Config  # type: ignore[attr-defined]

        Config.initialize("")
        AuthenticationTokenLoader.instance().reset_cache()
    except CHANGED:
        return


def start_ray(**options: Any) -> None:
    """Call `ray.init` for a local node with `minimal_node`, or with Ray's defaults if that fails."""
    import ray

    try:
        with minimal_node() as nodes:
            ray.init(**options)
    except CHANGED:
        ray.shutdown()
        for node in nodes:
            # ray.shutdown() does not know a node that was only partly started.
            node.kill_all_processes(check_alive=False, allow_graceful=False, wait=True)
        _tell("ray._private.node", SLOWER)
        ray.init(**options)


@contextmanager
def minimal_node() -> Iterator[list[Any]]:
    """Let `ray.init` start only the processes needed for training; yields the nodes that it started.

    A local node needs neither the autoscaler's monitor nor the log monitor, whose lines ``log_to_driver=False`` drops;
    `ray.init` has no argument for either. The dashboard's server is started even without a dashboard. These take as
    long to load as Ray itself, before its workers start, and the monitor delays shutdown by a second. Ray's agent logs
    that the dashboard is missing.
    """
    try:
        from ray._private import node, parameter

        usual = node.Node, parameter.RayParams
        nodes: list[Any] = []
        training_node, training_parameters = _training_node(*usual, nodes)
    except CHANGED:
        _tell("ray._private.node", SLOWER)
        yield []
        return
    node.Node, parameter.RayParams = training_node, training_parameters  # type: ignore[misc]
    try:
        yield nodes
    finally:
        node.Node, parameter.RayParams = usual  # type: ignore[misc]


def _training_node(usual_node: Any, usual_parameters: Any, nodes: list[Any]) -> tuple[Any, Any]:
    """Create replacements of Ray's classes; raises one of ``CHANGED`` if Ray's classes have changed."""
    for name in ("start_api_server", "start_ray_processes", "get_gcs_client", "kill_all_processes"):
        getattr(usual_node, name)
    # Raises TypeError if it does not accept these arguments.
    usual_parameters(no_monitor=True, include_log_monitor=False, dashboard_agent_listen_port=0)

    class TrainingParameters(usual_parameters):  # type: ignore[misc]
        """No monitors, and any free port: the agent would retry Ray's fixed port if another sweep has it."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            without = {"no_monitor": True, "include_log_monitor": False, "dashboard_agent_listen_port": 0}
            super().__init__(*arguments, **{**options, **without})

    class TrainingNode(usual_node):  # type: ignore[misc]
        """Starts only the GCS and the raylet, which starts its agents and the workers."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            nodes.append(self)
            super().__init__(*arguments, **options)

        def start_api_server(self, **options: Any) -> None:
            """Start no server, but set the address that Ray reads."""
            self._webui_url = ""

        def start_ray_processes(self) -> None:
            """Start the raylet and poll until it is registered; Ray itself polls only once a second."""
            super().start_ray_processes()
            store = self.get_gcs_client()
            end = time.monotonic() + MOST_SECONDS
            while not store.get_all_node_info(timeout=MOST_SECONDS) and time.monotonic() < end:
                time.sleep(LOOK_SECONDS)

    return TrainingNode, TrainingParameters
