"""A password that the user's own code or question quotes is in no file of a sweep, bar what the code has printed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sweep import load_config, run
from sweep.execution.boundary import next_report
from sweep.execution.sources.output import LOG

TRAINING = """
def train(trial):
    print("reading http://me:hunter2@host/data.csv", flush=True)
    trial.report(val_loss=trial.setting["x"])
    if trial.setting["x"] > 1:
        raise RuntimeError("cannot reach postgresql://me:hunter2@db/x")
"""
SWEEP = """
question: Which x is best for https://me:hunter2@host/?
trainer: {function: training_that_quotes_an_address:train, epochs: 1}
metric: {name: val_loss, mode: min}
space: {x: [1, 2]}
resources: {executor: inline}
"""


@pytest.mark.skipif(os.name != "posix", reason="files have no such permissions elsewhere")
def test_no_file_of_a_sweep_has_the_password_that_its_code_quotes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("training_that_quotes_an_address.py").write_text(TRAINING)
    Path("quoting.yaml").write_text(SWEEP)
    result = run(load_config("quoting.yaml"))
    (error,) = result.trials["error"].dropna()
    assert "cannot reach postgresql://me:***@db/x" in error
    kept = [path for path in Path().rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()]
    printed = [path for path in kept if path.name == LOG]
    assert len(printed) == 2
    assert {path.stat().st_mode & 0o777 for path in printed} == {0o600}
    own = {"training_that_quotes_an_address.py", "quoting.yaml"}
    assert {path.name for path in kept if path not in printed and path.suffix != ".pyc"} == own


def test_what_one_of_our_trainings_raises_is_masked():
    def training():
        raise OSError("no answer from s3://key:hunter2@bucket/a.csv")
        yield

    assert next_report(training()) == "OSError: no answer from s3://***@bucket/a.csv"
