"""Whatever becomes of the standard streams, a command ends with its exit code and without a traceback."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import sweep

FILE = "data: {name: iris}\noptimizers: {sgd: {learning_rate: 0.1}}\nresources: {executor: inline}\n"
NARROW = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}


@pytest.fixture
def shell(tmp_path):
    """Run ``sweep`` by bash, with redirections: its exit code and all that came out."""
    (tmp_path / "case.yaml").write_text(FILE)

    def shell(arguments, redirection="", **variables):
        command = f"{shlex.quote(sys.executable)} -m sweep {arguments} {redirection}"
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {command}"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(sweep.__file__).parents[1]), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert "Traceback" not in done.stdout
        return done.returncode, done.stdout

    return shell


@pytest.mark.parametrize("redirection", [">&-", "<&-", "2>&-", "<&- >&- 2>&-", "| true", "| head -n 1", "2>&1 | true"])
def test_a_closed_or_broken_stream_changes_no_exit_code(shell, redirection):
    assert shell("plan case.yaml", redirection)[0] == 0
    assert shell("plan none.yaml", redirection)[0] == 2


def test_a_sweep_goes_on_when_nobody_reads_its_progress(shell, tmp_path):
    code, _ = shell("run case.yaml tracking.enabled=false report=false", "| true")
    assert code == 0
    assert [*tmp_path.glob("results/*/trials.parquet")] != []


def test_output_that_finds_no_room_is_said(shell):
    code, said = shell("plan case.yaml", ">/dev/full")
    assert code == 1
    assert said.startswith("error: the standard output must be writable. Received: No space left on device.")


def test_what_the_terminal_cannot_spell_is_replaced(shell):
    code, said = shell("run case.yaml tracking.enabled=false report=false", **NARROW)
    assert code == 0
    assert said.isascii()


def test_a_file_never_takes_the_place_of_a_closed_stream(tmp_path):
    code = (
        "import os; from sweep.cli.streams import open_streams; open_streams(); "
        "file = open('kept', 'w'); assert file.fileno() > 2; os.write(1, b'noise')"
    )
    shell = f"exec {shlex.quote(sys.executable)} -c {shlex.quote(code)} >&- <&-"
    environment = {**os.environ, "PYTHONPATH": str(Path(sweep.__file__).parents[1])}
    subprocess.run(["bash", "-c", shell], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "kept").read_text() == ""
