"""What commands print in terminals of several widths: whole words and numbers, in lines that fit."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from sweep import load_config, run

SWEEP = """
name: {name}
data: {{name: iris}}
network: {{hidden: [8]}}
trainer: {{epochs: {epochs}}}
metric: {{name: val_accuracy}}
optimizers:
  sgd: {{learning_rate: [0.01, 0.5]}}
  adam: {{learning_rate: [0.01, 0.1]}}
space: {{batch_size: [16, 32]}}
seeds: 2
gates: [val_accuracy >= 0.1, diverged <= 0]
resources: {{executor: inline}}
tracking: {{enabled: false}}
report: false
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sweeps that have run, with other lengths of training, and a file that is checked."""
    folder = tmp_path_factory.mktemp("widths")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, epochs in (("short", 2), ("long", 3)):
            file = folder / f"{name}.yaml"
            file.write_text(SWEEP.format(name=name, epochs=epochs), encoding="utf-8")
            run(load_config(file))
            # What was checked once is not trained again.
            subprocess.run(command(["check", file.name, "--quiet"]), check=True, capture_output=True)
    return folder


def command(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "sweep", *words]


def shape(word: str) -> str:
    """A word with each whole number as 0, as times and measured sizes differ from run to run."""
    return re.sub(r"\d[\d,]*(\.\d+)?", "0", word)


@cache
def shapes(words: tuple[str, ...], folder: Path) -> frozenset[str]:
    """The words of a command's output in a pipe, where lines end only where sentences do."""
    piped = subprocess.run(command(words), cwd=folder, capture_output=True, text=True, check=True).stdout
    return frozenset(map(shape, piped.split()))


def in_terminal(words: Sequence[str], folder: Path, width: int) -> list[str]:
    """The lines of a command's output in a terminal, without colours."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "LINES": "50", "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen(command(words), cwd=folder, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        found = b""
        try:
            while data := os.read(ours, 65536):
                found += data
        except OSError:
            # The terminal of a process that has ended cannot be read.
            pass
    os.close(ours)
    assert process.returncode == 0, found.decode()
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", found.decode()).replace("\r\n", "\n").splitlines()


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize(
    "words",
    [
        ["report", "short"],
        ["compare", "short", "long"],
        ["check", "short.yaml", "--quiet"],
        ["plan", "short.yaml"],
        ["run", "short.yaml", "--quiet"],
        ["lecture", "bias-correction"],
    ],
    ids=lambda words: words[0],
)
def test_lines_fit_and_no_word_or_number_is_broken(words, width, folder):
    whole = shapes(tuple(words), folder)
    for line in in_terminal(words, folder, width):
        # A path or a command stays on one line, to be copied.
        assert len(line) <= width or "/" in line, line
        for word in line.split():
            assert shape(word) in whole or "…" in word or not word.strip("─━╸╺"), line
