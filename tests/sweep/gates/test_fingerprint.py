"""What decides the last bits of a number: versions, the machine, and the code that trains."""

from __future__ import annotations

import platform
import re
import sys
from importlib.metadata import version

import numpy as np
import pytest

import sweep
from sweep.gates import fingerprint
from sweep.gates.fingerprint import code_digest, is_same, machine, versions


def test_versions_are_those_of_what_computes(configured):
    found = versions(configured())
    assert (found["python"], found["numpy"]) == (platform.python_version(), np.__version__)
    assert "torch" not in found
    assert versions(configured("trainer.backend=torch"))["torch"] == version("torch")


@pytest.mark.parametrize(("facts", "model"), [("model name\t: Fast 9000\n", " Fast 9000"), ("", "")])
def test_the_machine_is_named_with_its_processor_where_the_kernel_says_it(tmp_path, facts, model):
    file = tmp_path / "cpuinfo"
    file.write_text(facts, encoding="utf-8")
    assert machine(file) == f"{platform.system()} {platform.machine()}{model}"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({}, True),
        ({"optimizer-sweep": "9"}, True),
        ({"numpy": "2.1"}, False),
        ({"torch": "2.5"}, False),
        ({"machine": "another"}, False),
    ],
)
def test_environments_are_the_same_but_for_the_version_of_this_project(other, same):
    one = {"python": "3.11", "numpy": "2.0", "machine": "m", "optimizer-sweep": "1"}
    assert is_same(one, {**one, **other}) is same
    assert is_same({**one, **other}, one) is same


def test_the_digest_changes_with_the_environment_and_with_nothing_of_the_plan(configured, monkeypatch):
    before = code_digest(configured())
    assert re.fullmatch(r"[0-9a-f]{16}", before)
    assert code_digest(configured("seeds=5", "trainer.epochs=9")) == before
    monkeypatch.setattr(fingerprint, "machine", lambda: "another")
    assert code_digest(configured()) != before


def test_a_module_outside_any_package_counts_and_its_neighbours_do_not(configured, tmp_path, monkeypatch):
    module = tmp_path / "single_rings.py"
    code = (
        "import numpy as np\n\ndef make():\n    x = np.arange(40.0).reshape(20, 2)\n    return x, np.arange(20) % 2\n"
    )
    module.write_text(code, encoding="utf-8")
    neighbour = tmp_path / "not_imported.py"
    neighbour.write_text("SCALE = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    config = configured("data={module: 'single_rings:make'}")
    sweep.plan(config)
    assert "single_rings" in sys.modules
    before = code_digest(config)
    neighbour.write_text("SCALE = 2\n", encoding="utf-8")
    assert code_digest(config) == before
    module.write_text(f"{code}# changed\n", encoding="utf-8")
    assert code_digest(config) != before
