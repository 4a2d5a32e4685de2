"""What `sweep run` ends with says whether MLflow has all that was trained, or may be given it at all."""

from __future__ import annotations

import pytest

TEXT = """\
data: {name: iris}
network: {hidden: [4]}
trainer: {epochs: 2}
optimizers: {sgd: {learning_rate: 0.1}}
resources: {executor: inline}
report: false
"""


@pytest.fixture
def folder(tmp_path, workplace, monkeypatch):
    workplace(tmp_path, TEXT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_sweep_that_is_trained_and_recorded_ends_with_0(command):
    code, _, errors = command("run", "sweep.yaml")
    assert (code, errors) == (0, "")


def test_a_sweep_whose_files_mlflow_lacks_ends_with_4_and_what_is_missing_is_sent_by_the_same_command(command, folder):
    from mlflow import MlflowClient

    (folder / "file").write_text("")
    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    client.create_experiment("blocked", artifact_location=(folder / "file" / "below").as_uri())
    client._tracking_client.store.engine.dispose()
    code, output, _ = command("run", "sweep.yaml", "tracking.experiment=blocked")
    assert code == 4
    assert "MLflow has no files of the sweep" in output
    (folder / "file").unlink()
    code, output, _ = command("run", "sweep.yaml", "tracking.experiment=blocked")
    assert code == 0
    assert "MLflow has no files" not in output
    assert {"config.yaml", "leaderboard.csv"} <= {found.name for found in (folder / "file").rglob("*.*")}


@pytest.mark.parametrize("name", ["x" * 501, "", "  ", "a\tb", "a\x07b"])
def test_an_experiment_name_that_mlflow_refuses_is_refused_when_the_file_is_read(command, folder, name):
    import json

    code, _, errors = command("plan", "sweep.yaml", f"tracking.experiment={json.dumps(name)}")
    assert code == 2
    assert "`tracking.experiment` must" in errors
    assert not (folder / "results").exists()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("databricks", ["Databricks", "unset MLFLOW_TRACKING_URI"]),
        ("databricks://profile", ["Databricks", "unset MLFLOW_TRACKING_URI"]),
        ("http://127.0.0.1:9", ["a server that answers", "mlflow server --port 9", "unset MLFLOW_TRACKING_URI"]),
        ("./mlruns", ["must not be a folder", "unset MLFLOW_TRACKING_URI"]),
        ("mongodb://x/y", ["must start with", "unset MLFLOW_TRACKING_URI"]),
    ],
)
def test_an_address_out_of_the_environment_is_blamed_on_its_variable(command, monkeypatch, address, words):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    code, _, errors = command("run", "sweep.yaml", "tracking.uri=null")
    assert code == 2
    assert errors.startswith("error: the variable `MLFLOW_TRACKING_URI`")
    assert [word for word in words if word not in errors] == []
    assert "tracking.uri" not in errors
    # The way out works.
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert command("run", "sweep.yaml", "tracking.uri=null")[0] == 0
