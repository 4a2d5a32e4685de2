"""The package offers its names without loading what they need before they are asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sweep


@pytest.mark.parametrize("module", ["sweep.cli", "sweep.execution.ray.worker"])
def test_neither_the_command_line_nor_a_worker_loads_the_configuration(module):
    code = f"import sys, {module}; print([name for name in sys.modules if name.startswith('sweep.config')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_name_of_the_package_is_there_and_listed():
    assert all(getattr(sweep, name) is not None for name in sweep.__all__)
    assert set(dir(sweep)) >= set(sweep.__all__)


def test_a_name_that_is_not_there_is_refused_as_by_any_module():
    with pytest.raises(AttributeError, match="module 'sweep' has no attribute 'nothing'"):
        _ = sweep.nothing
