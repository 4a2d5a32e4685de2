"""Ray on this machine alone starts what trains and nothing else, and Tune loads nothing that a sweep does not use."""

from __future__ import annotations

import json
import subprocess
import sys

CODE = """
import json, sys
import psutil
import sweep
from sweep.config import SweepConfig
from sweep.driver.display import Silent

seen = set()

class Watch(Silent):
    def update(self, **state):
        for process in psutil.Process().children(recursive=True):
            seen.add(" ".join(process.cmdline()))

config = SweepConfig.model_validate({
    "data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": [0.1, 0.01]}}, "trainer": {"epochs": 3},
    "tracking": {"enabled": False}, "report": False, "results": sys.argv[1], "resources": {"workers": 1},
})
result = sweep.run(config, progress=Watch())
print(json.dumps({
    "completed": int((result.trials["status"] == "COMPLETED").sum()),
    "processes": sorted(seen),
    "left": [process.name() for process in psutil.Process().children(recursive=True)],
    "mlflow": "mlflow" in sys.modules,
}))
"""


def test_a_sweep_starts_no_process_and_loads_no_library_that_it_does_not_use(tmp_path):
    code = [sys.executable, "-c", CODE, str(tmp_path / "results")]
    done = subprocess.run(code, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["completed"] == 2
    processes = "\n".join(told["processes"])
    assert "gcs_server" in processes
    assert "raylet" in processes
    assert "monitor.py" not in processes
    assert "dashboard.py" not in processes
    assert "--listen-port=0" in processes
    assert told["left"] == []
    assert not told["mlflow"]
