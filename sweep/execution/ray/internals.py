"""The parts of Ray that its documentation does not name, each with what is done where they are missing.

Tested with the range of Ray in ``pyproject.toml``. A part that is not as it was is left alone: the sweep goes on in
Ray's own way, which is slower, and says so once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sweep.system.interpreter import project_folder

LOOK_SECONDS = 0.02
"""How often to look whether the node has come up."""

MOST_SECONDS = 10.0
"""How long to look; after that Ray's own waiting, which looks every second, tells what is wrong."""

CHANGED = (ImportError, AttributeError, TypeError)
"""What it raises to use a part that is gone, or that has other arguments."""

SLOWER = "Ray starts some processes that sweeps do not use, which takes seconds longer"

_told: dict[str, str] = {}


def fallbacks() -> tuple[str, ...]:
    """What is done in another way than usual because of the version of Ray, one sentence each; told once."""
    said = tuple(_told.values())
    _told.clear()
    return said


def _tell(part: str, instead: str) -> None:
    import ray

    _told[part] = f"Ray {ray.__version__} differs from the versions that were tested in `{part}`; {instead}."


def use_waiting_processes() -> None:
    """Let Tune's actors take the worker processes that Ray has started already.

    Tune gives its actors an environment variable for PyTorch Lightning, which no process that waits has; each actor
    would start a process of its own while the waiting ones stay idle. Without the variable they match.
    """
    try:
        from ray.tune.execution import class_cache

        class_cache.DEFAULT_ENV_VARS.pop("PL_DISABLE_FORK", None)
    except CHANGED:
        _tell("ray.tune.execution.class_cache", "each worker starts a process of its own, which takes a second longer")


def driver_settings() -> Any:
    """Ray's settings of a driver whose workers do not look for modules in the working folder first; None for its own.

    Ray puts it in front of Python's own folders, unless the driver is one of its clients, where a user's ``queue.py``
    would be taken for Python's and ``sweep.py`` for this project. The workers add it behind all others themselves.
    """
    folder = project_folder()
    try:
        from ray.job_config import JobConfig

        return JobConfig(_client_job=True, _py_driver_sys_path=[folder] if folder else [])
    except CHANGED:
        _tell("ray.job_config.JobConfig", "Python files of the working folder may hide modules of the same names")
        return None


def node_groups() -> tuple[list[tuple[dict[str, float], int]], dict[str, float] | None]:
    """Which nodes an autoscaler can start: resources and number of each kind, and the limits of the whole cluster.

    Nothing, and no limits, for a cluster without an autoscaler.
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


def start_ray(**options: Any) -> None:
    """Call `ray.init` for a node of this machine with `only_what_trains`, or as Ray does it where that fails."""
    import ray

    try:
        with only_what_trains() as nodes:
            ray.init(**options)
    except CHANGED:
        ray.shutdown()
        for node in nodes:
            # Ray does not know yet of a node that has come up in part.
            node.kill_all_processes(check_alive=False, allow_graceful=False, wait=True)
        _tell("ray._private.node", SLOWER)
        ray.init(**options)


@contextmanager
def only_what_trains() -> Iterator[list[Any]]:
    """Let `ray.init` start a node of the processes that train, and no others; gives the nodes that it has begun.

    Its node can go without the autoscaler's monitor, which cannot grow one machine, and the log monitor, whose lines
    ``log_to_driver=False`` drops; `ray.init` has no argument for either. The server of the dashboard is started even
    when there is none. They load for as long as Ray itself, before its workers, and the monitor holds up Ray's end by
    a second. Ray's agent misses the dashboard, and says so in its own log.
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
    """Classes in place of Ray's own; raises one of ``CHANGED`` where these are not as they were."""
    for name in ("start_api_server", "start_ray_processes", "get_gcs_client", "kill_all_processes"):
        getattr(usual_node, name)
    # Refuses arguments that it does not know.
    usual_parameters(no_monitor=True, include_log_monitor=False, dashboard_agent_listen_port=0)

    class TrainingParameters(usual_parameters):  # type: ignore[misc]
        """No monitors, and any free port: another sweep may have Ray's fixed one, for which an agent tries for long."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            without = {"no_monitor": True, "include_log_monitor": False, "dashboard_agent_listen_port": 0}
            super().__init__(*arguments, **{**options, **without})

    class TrainingNode(usual_node):  # type: ignore[misc]
        """Starts the control store and the node manager, which starts its agents and the workers."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            nodes.append(self)
            super().__init__(*arguments, **options)

        def start_api_server(self, **options: Any) -> None:
            """Start none; Ray asks for its address all the same."""
            self._webui_url = ""

        def start_ray_processes(self) -> None:
            """Start the node manager and wait until it is known; Ray looks for it once a second."""
            super().start_ray_processes()
            store = self.get_gcs_client()
            end = time.monotonic() + MOST_SECONDS
            while not store.get_all_node_info(timeout=MOST_SECONDS) and time.monotonic() < end:
                time.sleep(LOOK_SECONDS)

    return TrainingNode, TrainingParameters
