"""Artifacts of every kind are laid out under the names that they have in their run."""

from __future__ import annotations

import json

from sweep.tracking.artifacts import dataset_columns, experiment_location, experiment_tags, lay_out


def test_texts_bytes_files_and_folders_lie_under_their_names(tmp_path):
    source = tmp_path / "source"
    (source / "inner").mkdir(parents=True)
    (source / "inner" / "a.txt").write_text("in a folder")
    target = tmp_path / "target"
    lay_out(
        {"t.txt": "ünïcode", "deep/b.bin": b"\x00\xff", "f.txt": source / "inner" / "a.txt", "figures": source}, target
    )
    found = {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assert found == {
        "t.txt": "ünïcode".encode(),
        "deep/b.bin": b"\x00\xff",
        "f.txt": b"in a folder",
        "figures/inner/a.txt": b"in a folder",
    }


def test_a_later_text_takes_the_place_of_an_earlier_one(tmp_path):
    for text in ("one", "two"):
        lay_out({"a.txt": text}, tmp_path)
    assert (tmp_path / "a.txt").read_text() == "two"


def test_the_folder_of_an_experiment_has_no_letter_that_an_address_or_a_file_system_reserves(tmp_path):
    location = experiment_location(tmp_path, 'a b/c:"d"?')
    assert location == (tmp_path / "a-b-c-d-").as_uri()
    assert experiment_location(tmp_path, "x" * 200) == (tmp_path / ("x" * 60)).as_uri()


def test_an_experiment_says_what_ranks_its_runs_and_which_way(record):
    tags = experiment_tags(record)
    assert tags["mlflow.experiment.primaryMetric.name"] == "final_val_accuracy"
    assert tags["mlflow.experiment.primaryMetric.greaterIsBetter"] == "True"


def test_a_data_set_is_told_in_the_words_of_mlflow(record):
    columns = dataset_columns(record.dataset)
    assert columns["digest"] == "f1" * 18
    assert json.loads(columns["dataset_profile"]) == {"num_rows": 1797, "features": 64, "task": "multiclass"}
    assert json.loads(columns["dataset_source"]) == {"uri": "sklearn.datasets.load_digits"}
