"""What travels to a cluster hides no module of Python or of this project there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sweep.execution.ray.code_shipping import OWN_CODE, copy_code


@pytest.mark.parametrize("name", ["random", "queue", "sweep", "trainers", "numpy"])
def test_a_user_s_file_hides_no_module_where_what_travels_comes_first(tmp_path, name):
    user, sent = tmp_path / "user", tmp_path / "sent"
    user.mkdir()
    sent.mkdir()
    (user / f"{name}.py").write_text("raise SystemExit('the file of the user')")
    (user / "mine.py").write_text("value = 3\n")
    copy_code(user, sent)
    # As Ray starts a worker: in the folder that was sent, which is first on the path.
    code = (
        "import random, queue, numpy, sweep, sweep.execution.ray.worker as worker, trainers; "
        "from trainers.imports import make_importable; "
        f"make_importable(str(worker.HOME / {OWN_CODE!r})); import mine; print(mine.value, sweep.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=sent,
        env={**os.environ, "PYTHONPATH": str(sent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["3", str(sent / "sweep" / "__init__.py")]
