"""Stores, sweep files and a reader of MLflow for the tests of sweeps."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sweep import cli
from sweep.tracking.console import silence_mlflow

CHECKED_SWEEP = """
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 3, target: 0.5}
metric: {name: val_accuracy}
tracking: {enabled: false}
resources: {executor: inline}
optimizers:
  sgd: {learning_rate: 0.1}
  adam: {learning_rate: [0.003, 0.03]}
seeds: 3
gates:
  - val_loss no worse than the baseline by 2 %
  - diverged <= 0
  - {exact: true}
"""


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty MLflow database; creating its schema once costs seconds, copying it nothing."""
    silence_mlflow()
    from mlflow import MlflowClient

    path = tmp_path_factory.mktemp("template") / "mlflow.db"
    client = MlflowClient(f"sqlite:///{path}")
    client._tracking_client.store.engine.dispose()
    return path


@pytest.fixture(scope="session")
def workplace(template_database: Path) -> Callable[[Path, str], Path]:
    """Make a folder to run a sweep in: its file with absolute paths for all that it writes, and an empty store."""

    def make(folder: Path, text: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(template_database, folder / "mlflow.db")
        file = folder / "sweep.yaml"
        paths = f"results: {folder / 'results'}\ntracking: {{uri: 'sqlite:///{folder / 'mlflow.db'}'}}\n"
        file.write_text(text + paths, encoding="utf-8")
        return file

    return make


@pytest.fixture
def command(folder, monkeypatch, capfd):
    """Run ``sweep`` with arguments in this process, in the test's ``folder``: its exit code, its output, its errors."""

    def leave(code):
        raise SystemExit(code)

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["sweep", *arguments])
        monkeypatch.setattr(cli, "_exit_quickly", leave)
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        return left.value.code, *capfd.readouterr()

    return command


@pytest.fixture
def check_folder(tmp_path, monkeypatch):
    """A working folder with ``ci.yaml``, outside of any CI server."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    Path("ci.yaml").write_text(CHECKED_SWEEP, encoding="utf-8")
    return tmp_path
