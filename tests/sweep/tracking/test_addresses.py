"""Which store is used, and how one that can't be written is refused."""

from __future__ import annotations

from pathlib import Path

from sweep.tracking import resolve_uri


def test_the_configuration_goes_before_the_environment_and_the_default():
    environ = {"MLFLOW_TRACKING_URI": "http://localhost:5000"}
    folder = Path("/home/ada")
    assert resolve_uri("sqlite:////data/a.db", environ, folder) == "sqlite:////data/a.db"
    assert resolve_uri(None, environ, folder) == "http://localhost:5000"
    assert resolve_uri(None, {}, folder) == "sqlite:////home/ada/mlflow.db"


def test_a_relative_file_lies_in_the_folder():
    assert resolve_uri("sqlite:///runs/a.db", {}, Path("/home/ada")) == "sqlite:////home/ada/runs/a.db"
