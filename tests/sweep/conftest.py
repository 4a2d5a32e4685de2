"""Stores, sweep files and a reader of MLflow for the tests of sweeps."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sweep import cli, load_config, run
from sweep.driver.run import RunResult
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


OWN_TRAINING = """
def train(trial):
    setting = trial.setting
    end = 0.5 + 0.1 * (setting["model.kind"] == "tree") + setting["model.width"] / 100 + 0.01 * trial.seed
    for epoch in range(1, trial.epochs + 1):
        trial.report(val_f1=end - 0.1 / epoch, train_loss=1 / epoch, width=setting["model.width"])
"""
OWN_SWEEP = """
name: own
trainer: {function: own_training_of_tests:train, epochs: 4, target: 0.7}
metric: {name: val_f1, mode: max}
resources: {executor: inline}
space: {model.kind: [tree, net], model.width: [8, 16], norm: [true, null]}
seeds: 2
"""


KEPT_NETWORKS = """
name: kept
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 3}
optimizers:
  adam: {learning_rate: [0.1, 0.001]}
  sgd: {learning_rate: 0.1}
seeds: 2
keep: {weights: last}
resources: {executor: inline}
report: false
"""
KEPT_TRAINING = """
import numpy as np


def train(trial):
    kind = trial.setting["kind"]
    (trial.folder / "notes.txt").write_text(kind)
    if kind == "failing":
        raise RuntimeError("no")
    for epoch in range(1, trial.epochs + 1):
        weights = np.full((2, 3), trial.seed + epoch, np.float32)
        if kind != "files":
            trial.save({"weights": weights} if kind == "flat" else {"inner": [weights], "epoch": epoch})
        trial.report(val_f1={"flat": 0.5, "nested": 0.7, "files": 0.6}[kind] + trial.seed / 100 - 0.1 / epoch)
"""
KEPT_OWN = """
name: kept-own
trainer: {function: kept_training_of_tests:train, epochs: 2}
metric: {name: val_f1, mode: max}
space: {kind: [flat, nested, files, failing]}
roles: {scientific: kind}
seeds: 2
keep: {weights: last, trials: all}
resources: {executor: inline}
report: false
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


@pytest.fixture(scope="session")
def own_sweep(workplace: Callable[[Path, str], Path], tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A sweep over a training of the user's own, with hyperparameters of any name and no optimizer, that has run.

    A tree scores 0.1 more than a net, a width of 16 scores 0.08 more than one of 8, and `norm` changes nothing.
    """
    folder = tmp_path_factory.mktemp("own")
    (folder / "own_training_of_tests.py").write_text(OWN_TRAINING, encoding="utf-8")
    file = workplace(folder, OWN_SWEEP)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return run(load_config(file))


@pytest.fixture(scope="session")
def kept_networks(workplace: Callable[[Path, str], Path], tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A sweep over networks that has kept the weights of the best setting of Adam, 0.1, and of gradient descent."""
    return run(load_config(workplace(tmp_path_factory.mktemp("kept"), KEPT_NETWORKS)))


@pytest.fixture(scope="session")
def kept_own(workplace: Callable[[Path, str], Path], tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A sweep over a training of the user's own that has kept arrays by name, a nested state, or files alone.

    Nested states score 0.7, files 0.6 and flat ones 0.5, each 0.01 more with seed 1 than with seed 0.
    """
    folder = tmp_path_factory.mktemp("kept-own")
    (folder / "kept_training_of_tests.py").write_text(KEPT_TRAINING, encoding="utf-8")
    file = workplace(folder, KEPT_OWN)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return run(load_config(file))


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
