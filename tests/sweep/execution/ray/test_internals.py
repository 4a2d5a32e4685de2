"""Ray on this machine starts what trains and nothing else; where its private parts have changed, all that it starts."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from sweep.execution.ray import internals

CODE = """
import json, sys
import psutil
import sweep
from sweep.config import SweepConfig
from sweep.driver.display import Silent

seen = set()

said = []

class Watch(Silent):
    def update(self, **state):
        for process in psutil.Process().children(recursive=True):
            seen.add(" ".join(process.cmdline()))

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
}))
"""


def run(results, change: str) -> dict:
    """Run a small sweep in a process of its own, in which ``change`` was made before."""
    code = [sys.executable, "-c", CODE, str(results), change]
    done = subprocess.run(code, capture_output=True, text=True, check=False)
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
