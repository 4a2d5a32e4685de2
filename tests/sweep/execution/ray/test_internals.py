"""Ray on this machine starts what trains and nothing else; where its private parts have changed, all that it starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from sweep.execution.ray import internals

CODE = """
import json, os, sys
import psutil
import sweep
from sweep.config import SweepConfig
from sweep.driver.display import Silent

seen, listens, tokens = set(), set(), set()

said = []

class Watch(Silent):
    def update(self, **state):
        tokens.add(os.environ.get("RAY_AUTH_TOKEN"))
        for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
            seen.add(" ".join(process.cmdline()))
            try:
                sockets = process.net_connections() if hasattr(process, "net_connections") else process.connections()
            except psutil.Error:
                continue
            listens.update(socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN)

    def message(self, text):
        said.append(text)

exec(sys.argv[2])

config = SweepConfig.model_validate({
    "data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": [0.1, 0.01]}}, "trainer": {"epochs": 3},
    "tracking": {"enabled": False}, "report": False, "results": sys.argv[1], "resources": {"workers": 1},
})
result = sweep.run(config, progress=Watch())
# What Ray has told to end may take a moment.
_, left = psutil.wait_procs(psutil.Process().children(recursive=True), timeout=10)
print(json.dumps({
    "completed": int((result.trials["status"] == "COMPLETED").sum()),
    "processes": sorted(seen),
    "left": [process.name() for process in left],
    "mlflow": "mlflow" in sys.modules,
    "said": said,
    "listens": sorted(listens),
    "tokens": [token for token in tokens if token],
    "left_in_the_environment": [name for name in os.environ if name.startswith(("RAY_AUTH", "RAY_ENABLE_WINDOWS"))],
}))
"""

AUTHENTICATION = ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")
LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def run(results, change: str, **environment: str) -> dict:
    """Run a small sweep in a process of its own, in which ``change`` was made before."""
    code = [sys.executable, "-c", CODE, str(results), change]
    given = {name: value for name, value in os.environ.items() if name not in AUTHENTICATION}
    done = subprocess.run(code, capture_output=True, text=True, check=False, env={**given, **environment})
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["completed"] == 2
    assert told["left"] == []
    return told


def test_a_sweep_starts_no_process_and_loads_no_library_that_it_does_not_use(tmp_path):
    told = run(tmp_path / "results", "")
    processes = "\n".join(told["processes"])
    assert "gcs_server" in processes
    assert "raylet" in processes
    assert "monitor.py" not in processes
    assert "dashboard.py" not in processes
    assert "--listen-port=0" in processes
    assert not told["mlflow"]
    assert told["said"] == []


def test_a_local_ray_listens_on_loopback_alone_and_asks_for_a_token_that_nobody_else_can_read(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    # As a user has it who starts clusters on macOS, and who has imported Ray long before the sweep.
    told = run(tmp_path / "results", "import ray", RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER="1", HOME=str(home))
    assert told["listens"]
    assert set(told["listens"]) <= LOOPBACK
    (token,) = told["tokens"]
    assert len(token) == 64
    assert token not in "".join(told["processes"])
    # Ray itself would keep one where every user of the machine reads it.
    assert not (home / ".ray").exists()
    assert told["left_in_the_environment"] == ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"]
    assert told["said"] == []


def test_who_has_chosen_how_ray_authenticates_keeps_it(tmp_path):
    told = run(tmp_path / "results", "", RAY_AUTH_MODE="disabled")
    assert told["tokens"] == []
    assert set(told["listens"]) <= LOOPBACK


def test_a_ray_that_listens_elsewhere_is_told(monkeypatch):
    import ray

    monkeypatch.setattr(ray.util, "get_node_ip_address", lambda: "192.0.2.1")
    internals.tell_if_not_private()
    (said,) = internals.fallbacks()
    assert "in `ray._private.ray_constants`; Ray listens at 192.0.2.1, where other machines may reach it" in said


def test_a_ray_without_the_name_of_the_loopback_switch_is_started_as_it_is(monkeypatch):
    from ray._private import ray_constants

    monkeypatch.delattr(ray_constants, "ENABLE_RAY_CLUSTER")
    with internals.private_node():
        assert not hasattr(ray_constants, "ENABLE_RAY_CLUSTER")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (
            "from ray._private.parameter import RayParams; old = RayParams.__init__\n"
            "def changed(self, *a, include_log_monitor=None, **o):\n"
            "    if 'no_monitor' in o: raise TypeError('unexpected keyword argument')\n"
            "    old(self, *a, **o)\n"
            "RayParams.__init__ = changed",
            "ray._private.node",
        ),
        (
            "from ray._private.node import Node; old = Node.get_gcs_client\n"
            "def changed(self, *a, **o):\n"
            "    if type(self) is not Node: raise AttributeError('renamed')\n"
            "    return old(self, *a, **o)\n"
            "Node.get_gcs_client = changed",
            "ray._private.node",
        ),
        (
            "import types; from ray.tune.execution import class_cache\n"
            "class_cache.DEFAULT_ENV_VARS = types.MappingProxyType(class_cache.DEFAULT_ENV_VARS)",
            "ray.tune.execution.class_cache",
        ),
        (
            "from ray import job_config; old = job_config.JobConfig.__init__\n"
            "def changed(self, *a, **o):\n"
            "    if '_client_job' in o: raise TypeError('unexpected keyword argument')\n"
            "    old(self, *a, **o)\n"
            "job_config.JobConfig.__init__ = changed",
            "ray.job_config.JobConfig",
        ),
    ],
)
def test_a_ray_whose_private_parts_have_changed_still_trains_and_says_so(tmp_path, change, part):
    (said,) = run(tmp_path / "results", change)["said"]
    assert f"in `{part}`" in said


def test_a_cluster_whose_autoscaler_cannot_be_asked_grows_no_further_than_it_is(monkeypatch):
    from ray._private import state

    monkeypatch.delattr(state, "state")
    assert internals.node_groups() == ([], None)
    (said,) = internals.fallbacks()
    assert "`ray._private.state`" in said
    assert internals.fallbacks() == ()
