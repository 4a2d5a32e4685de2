"""Inspects a cluster from a subprocess, so that a wrong token or version cannot end the sweep's process."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading

from sweep.errors import ResourceError
from sweep.execution.ray.autoscaling import Cluster, inspect_cluster
from sweep.system.interpreter import project_folder, python_command, working_folder_last

LOOK_SECONDS = 30.0
"""Timeout of the probe; a cluster that accepts the driver answers within about two seconds."""

COMMAND = "from sweep.execution.ray.cluster_probe import print_cluster; print_cluster(sys.argv[1])"

TOKEN_VARIABLES = {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"}


def cluster_on(address: str) -> Cluster:
    """Look at a cluster.

    In this process Ray would retry a wrong token for twenty seconds, or end the process if another service answers.

    Args:
        address: ``auto`` or ``host:port``.

    Raises:
        ResourceError: if the cluster does not accept this driver.
    """
    with subprocess.Popen(
        [*python_command(COMMAND, working_folder_last(sys.path, os.getcwd(), project_folder())), address],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            return _read_cluster(process, address)
        finally:
            process.kill()


def _read_cluster(process: subprocess.Popen[str], address: str) -> Cluster:
    """Read the output of `print_cluster` until its line, or an error message of Ray, appears."""
    timer = threading.Timer(LOOK_SECONDS, process.kill)
    timer.start()
    last = f"no answer as of Ray within {LOOK_SECONDS:g} seconds"
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("cluster "):
                nodes, kinds, limits = json.loads(line.removeprefix("cluster "))
                return Cluster(tuple(nodes), tuple((node, count) for node, count in kinds), limits)
            if "InvalidAuthToken" in line or "AuthenticationError" in line:
                sent = os.environ.get("RAY_AUTH_MODE") == "token" and TOKEN_VARIABLES & os.environ.keys()
                given = "a token that it refuses" if sent else "no token that it takes"
                raise ResourceError(
                    f"`resources.address` is a Ray cluster that asks for its token. Received: {address}, with {given}. "
                    "Set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH."
                )
            if "Error: " in line:
                last = line.strip().rstrip(".")
    finally:
        timer.cancel()
    raise ResourceError(
        f"`resources.address` must be a Ray cluster that takes this driver ({last}). Received: {address}. Use the "
        "cluster's versions of Ray and Python, start it with `ray start --head`, or leave the key out to use this "
        "machine alone."
    )


def print_cluster(address: str) -> None:
    """Print the nodes and limits of a cluster as one line of JSON."""
    import ray

    ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    found = inspect_cluster()
    sys.stdout.write(f"cluster {json.dumps([found.nodes, found.kinds, found.limits])}\n")
    sys.stdout.flush()
