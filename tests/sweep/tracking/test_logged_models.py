"""The models that a sweep keeps are in MLflow, which loads them in any process and predicts as the trial did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient

from sweep import load_config, run
from sweep.driver.run import RunResult
from sweep.results.frames import read_links
from sweep.results.kept_models import kept_model, read_models
from sweep.tracking.logged_models import log_models
from sweep.tracking.records import RunLinks
from trainers.data import DataSource, load
from trainers.data.split import split_indices
from trainers.seeding import generator

MODULES = """
from torch import nn

from width_of_logged_modules import WIDTH


def normalised():
    return nn.Sequential(nn.Linear(4, WIDTH), nn.BatchNorm1d(WIDTH), nn.ReLU(), nn.Linear(WIDTH, 3))
"""
SWEEP = """
name: module
data: {name: iris}
network: {module: "logged_modules:normalised"}
trainer: {epochs: 2, backend: torch}
optimizers: {adam: {learning_rate: 0.1}}
seeds: 1
keep: {weights: last}
resources: {executor: inline}
report: false
"""
SWEEP_OF_ONE = """
data: {name: iris}
network: {hidden: [4]}
trainer: {epochs: 1}
optimizers: {sgd: {learning_rate: 0.1}}
seeds: 1
keep: {weights: last}
resources: {executor: inline}
report: false
"""
PREDICT = """
import json, sys
import numpy as np
from mlflow import pyfunc

model = pyfunc.load_model(sys.argv[1])
inputs = np.array(json.load(sys.stdin))
print(json.dumps({"scores": model.predict(inputs).tolist(), "example": model.input_example.tolist()}))
"""


@pytest.fixture(scope="module")
def module_sweep(workplace, tmp_path_factory) -> RunResult:
    """A sweep over a module of the user's, which imports another file of theirs."""
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("modules")
    (folder / "logged_modules.py").write_text(MODULES)
    (folder / "width_of_logged_modules.py").write_text("WIDTH = 6\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(str(folder))
        return run(load_config(workplace(folder, SWEEP)))


def store_of(result: RunResult) -> str:
    return f"sqlite:///{result.path.parents[1] / 'mlflow.db'}"


def links_of(result: RunResult) -> RunLinks:
    return RunLinks(**read_links(result.path))


@pytest.fixture
def client_of():
    clients = []

    def make(result: RunResult) -> MlflowClient:
        clients.append(MlflowClient(store_of(result)))
        return clients[-1]

    yield make
    for client in clients:
        client._tracking_client.store.engine.dispose()


def files_of(client: MlflowClient, run_id: str, folder: str | None = None) -> set[str]:
    """Every artifact of a run."""
    found: set[str] = set()
    for one in client.list_artifacts(run_id, folder):
        found |= files_of(client, run_id, one.path) if one.is_dir else {one.path}
    return found


def predict_elsewhere(result: RunResult, run_id: str, inputs: np.ndarray, folder: Path) -> dict:
    """What MLflow's model of a run predicts in a process that knows nothing of the sweep's folder."""
    ended = subprocess.run(
        [sys.executable, "-c", PREDICT, f"runs:/{run_id}/model"],
        input=json.dumps(inputs.tolist()),
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "MLFLOW_TRACKING_URI": store_of(result), "PYTHONPATH": str(Path(__file__).parents[3])},
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    found: dict = json.loads(ended.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("name", ["kept_networks", "module_sweep"])
def test_mlflow_s_model_predicts_what_the_trial_predicted(name, request, tmp_path, client_of):
    result = request.getfixturevalue(name)
    best = result.trials.loc[result.trials.final_val_loss.astype(float).idxmin()]
    run_id = links_of(result).runs[best.trial_id]
    iris = load(DataSource("iris"))
    _, val = split_indices(iris, 0.2, generator(int(best.seed), "split"))
    found = predict_elsewhere(result, run_id, iris.inputs[val], tmp_path)
    scores, targets = np.array(found["scores"]), iris.targets[val]
    assert np.mean(scores.argmax(1) == targets) == best.final_val_accuracy
    loss = -np.log(scores[np.arange(30), targets]).mean()
    assert loss == pytest.approx(best.final_val_loss, rel=1e-5)
    assert np.shape(found["example"]) == (1, 4)
    client = client_of(result)
    (output,) = client.get_run(run_id).outputs.model_outputs
    assert client.get_logged_model(output.model_id).status == "READY"


def test_the_runs_of_kept_trials_have_their_weights_and_no_other_run_has(kept_networks, client_of):
    client, links = client_of(kept_networks), links_of(kept_networks)
    for trial in kept_networks.trials.itertuples():
        kept = {"weights/weights.safetensors", "weights/model.json"} if trial.learning_rate == 0.1 else set()
        assert files_of(client, links.runs[trial.trial_id]) == kept
        tag = client.get_run(links.runs[trial.trial_id]).data.tags.get("kept_epoch")
        assert tag == ("3" if kept else None)


def test_a_training_of_one_s_own_has_its_state_and_files_and_no_model(kept_own, client_of):
    client, links = client_of(kept_own), links_of(kept_own)
    arrays = {"flat": "weights.safetensors", "nested": "state.safetensors"}
    for trial in kept_own.trials.itertuples():
        found = files_of(client, links.runs[trial.trial_id])
        if trial.kind == "failing":
            assert found == set()
            continue
        weights = {f"weights/{arrays[trial.kind]}"} if trial.kind in arrays else set()
        assert found == {"files/notes.txt", "weights/model.json", *weights}
        assert not client.get_run(links.runs[trial.trial_id]).outputs.model_outputs


def test_what_an_earlier_start_has_logged_is_not_logged_again(kept_networks, client_of):
    client, links = client_of(kept_networks), links_of(kept_networks)
    before = {one.model_id for one in client.search_logged_models([links.experiment_id])}
    assert len(before) == 4
    assert log_models(store_of(kept_networks), links, read_models(kept_networks)) is None
    assert {one.model_id for one in client.search_logged_models([links.experiment_id])} == before


def test_a_store_that_refuses_is_told_and_leaves_no_model_that_seems_whole(kept_networks, client_of, monkeypatch):
    client, links = client_of(kept_networks), links_of(kept_networks)
    model = replace(kept_model(kept_networks.path), epoch=2)

    def refuse(*_: object) -> None:
        raise PermissionError("no such bucket")

    before = {one.model_id for one in client.search_logged_models([links.experiment_id])}
    monkeypatch.setattr(MlflowClient, "log_model_artifacts", refuse)
    error = log_models(store_of(kept_networks), links, [model])
    assert error == "PermissionError: no such bucket"
    (new,) = [one for one in client.search_logged_models([links.experiment_id]) if one.model_id not in before]
    assert new.status == "FAILED"
    # The next start tries again.
    assert client.get_run(links.runs[model.trial_id]).data.tags["kept_epoch"] == "3"


def test_the_user_is_told_of_models_that_are_lacking_and_the_sweep_is_not_delivered(workplace, tmp_path, monkeypatch):
    monkeypatch.setattr("sweep.driver.finalize.log_models", lambda *_: "no such bucket")
    result = run(load_config(workplace(tmp_path, SWEEP_OF_ONE)))
    assert any("MLflow lacks models that the sweep has kept (no such bucket)" in note for note in result.notes)
    assert result.undelivered


def test_a_sweep_that_keeps_nothing_logs_no_models(workplace, tmp_path, monkeypatch):
    monkeypatch.setattr("sweep.driver.finalize.log_models", lambda *_: pytest.fail("nothing is kept"))
    result = run(load_config(workplace(tmp_path, SWEEP_OF_ONE), ["keep.weights=none"]))
    assert not result.undelivered


def test_a_trial_without_a_run_is_left_out(kept_networks):
    links = replace(links_of(kept_networks), runs={})
    assert log_models(store_of(kept_networks), links, read_models(kept_networks)) is None
