"""Paths and addresses mean the same place, whatever the names are made of, for SQLAlchemy and MLflow too."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.utils.file_utils import local_file_uri_to_path
from sqlalchemy import create_engine

from sweep.system.locations import file_address, file_path, sqlite_address, sqlite_path, with_home
from sweep.tracking import resolve_uri
from sweep.tracking.addresses import mlflow_address

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0\n\r"), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..")
) | st.sampled_from(("job_feature%2Flogin", "a?b", "a#b", "100%", "a b", "C:", "a\\b", "~", "ü", "a%3Fb", "x&uri=true"))


@given(NAMES, NAMES)
def test_the_file_of_a_sqlite_address_is_the_one_that_sqlalchemy_opens(folder, name):
    path = Path("/data") / folder / name
    address = sqlite_address(path)
    assert sqlite_path(address) == path
    for uri in (address, mlflow_address(address)):
        engine = create_engine(uri)
        assert engine.dialect.create_connect_args(engine.url)[0] == [str(path)]


@given(NAMES, NAMES)
def test_a_file_address_is_read_as_the_same_path_here_and_by_mlflow(folder, name):
    path = Path("/data") / folder / name
    assert file_path(file_address(path)) == path == Path(local_file_uri_to_path(file_address(path)))


@given(NAMES)
def test_the_default_store_lies_in_the_folder_whatever_its_name(name):
    folder = Path("/home/ada") / name
    assert sqlite_path(resolve_uri(None, {}, folder)) == folder / "mlflow.db"


def test_a_query_stays_and_is_no_part_of_the_file():
    uri = resolve_uri("sqlite:///runs/a.db?timeout=20", {}, Path("/home/a%2Fb"))
    assert uri == "sqlite:////home/a%252Fb/runs/a.db?timeout=20"
    assert sqlite_path(uri) == Path("/home/a%2Fb/runs/a.db")


def test_the_home_folder_is_meant_at_the_beginning_alone_and_once(monkeypatch):
    monkeypatch.setenv("HOME", "/home/~ada")
    for given_, meant in (
        ("~/results", "/home/~ada/results"),
        ("results/~", "results/~"),
        ("sqlite:///~/mlflow.db?timeout=2", "sqlite:////home/~ada/mlflow.db?timeout=2"),
        ("s3://bucket/~", "s3://bucket/~"),
    ):
        assert with_home(given_) == meant == with_home(with_home(given_))


@pytest.mark.parametrize("name", ["job_feature%2Flogin", "a?b", "a#b", "100%"])
def test_mlflow_opens_the_file_where_it_lies_and_makes_no_other_folder(name, tmp_path, template_database):
    from mlflow import MlflowClient

    folder = tmp_path / name
    folder.mkdir()
    (folder / "mlflow.db").write_bytes(template_database.read_bytes())
    client = MlflowClient(mlflow_address(resolve_uri(None, {}, folder)))
    run = client.create_run(client.create_experiment("x", file_address(folder / "mlartifacts")))
    client.log_text(run.info.run_id, "hello", "note.txt")
    client._tracking_client.store.engine.dispose()
    assert os.listdir(tmp_path) == [name]
    assert [found.parent.parent.parent for found in folder.rglob("note.txt")] == [folder / "mlartifacts"]
