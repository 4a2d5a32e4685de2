"""Ray on this machine alone, without the processes that a sweep never asks, and without waiting by the second."""

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


def job_config() -> Any:
    """Ray's settings of a driver whose workers do not look for modules in the working folder first.

    Ray puts it in front of Python's own folders, unless the driver is one of its clients, where a user's ``queue.py``
    would be taken for Python's and ``sweep.py`` for this project. The workers add it behind all others themselves.
    """
    from ray.job_config import JobConfig

    folder = project_folder()
    return JobConfig(_client_job=True, _py_driver_sys_path=[folder] if folder else [])


@contextmanager
def only_what_trains() -> Iterator[None]:
    """Let `ray.init` start a node of the processes that train, and no others.

    It has no setting for its autoscaler's monitor, which cannot grow one machine, its log monitor, whose lines
    ``log_to_driver=False`` drops, and the server of the dashboard, which is started even when there is none. They load
    for as long as Ray itself, before its workers, and the monitor holds up Ray's end by a second. A version of Ray that
    starts them by other methods starts them all. Ray's agent misses the dashboard, and says so in its own log.
    """
    from ray._private import node

    class TrainingNode(node.Node):
        """Starts the control store and the node manager, which starts its agents and the workers."""

        def start_monitor(self) -> None:
            """Start none."""

        def start_log_monitor(self) -> None:
            """Start none."""

        def start_api_server(self, **options: Any) -> None:
            """Start none; Ray asks for its address all the same."""
            self._webui_url = ""

        def start_ray_processes(self) -> None:
            """Start the node manager and wait until it is known; Ray looks for it once a second."""
            # Any that is free: where another sweep has Ray's fixed one, an agent tries for seconds to get it too.
            self._ray_params.dashboard_agent_listen_port = 0
            super().start_ray_processes()  # type: ignore[no-untyped-call]
            store = self.get_gcs_client()  # type: ignore[no-untyped-call]
            end = time.monotonic() + MOST_SECONDS
            while not store.get_all_node_info(timeout=MOST_SECONDS) and time.monotonic() < end:
                time.sleep(LOOK_SECONDS)

    usual = node.Node
    node.Node = TrainingNode  # type: ignore[misc]
    try:
        yield
    finally:
        node.Node = usual  # type: ignore[misc]
