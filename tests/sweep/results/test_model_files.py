"""A kept model is written as files that other programs read, and never over files that are not a model."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file

from sweep.errors import ResultsError
from sweep.execution.sources.state import read_state
from sweep.results.kept_models import kept_model
from sweep.results.model_files import read_network, requirements, write_model


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_network_is_its_weights_by_layer_and_what_a_prediction_needs(kept_networks, tmp_path):
    model = kept_model(kept_networks.path)
    written = write_model(model, tmp_path / "new" / "out")
    assert [path.name for path in written] == ["weights.safetensors", "model.json"]
    assert names(tmp_path / "new" / "out") == ["model.json", "weights.safetensors"]
    weights = load_file(written[0])
    assert {name: array.shape for name, array in weights.items()} == {
        "layers.0.weight": (4, 8),
        "layers.0.bias": (8,),
        "layers.1.weight": (8, 3),
        "layers.1.bias": (3,),
    }
    about = json.loads(written[1].read_text())
    assert about["classes"] == ["setosa", "versicolor", "virginica"]
    assert (about["seed"], about["epoch"], about["setting"]["optimizer"]) == (model.seed, 3, "adam")
    # From the two files alone, as another program would: scale, relu, and the largest output.
    inputs = np.array([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]])
    values = (inputs - about["inputs"]["offset"]) / about["inputs"]["divisor"]
    hidden = np.maximum(values @ weights["layers.0.weight"] + weights["layers.0.bias"], 0)
    outputs = hidden @ weights["layers.1.weight"] + weights["layers.1.bias"]
    np.testing.assert_allclose(
        np.log(model.predict(inputs)[:, :1]) - np.log(model.predict(inputs)), outputs[:, :1] - outputs, atol=1e-5
    )


def test_a_network_is_read_back(kept_networks, tmp_path):
    model = kept_model(kept_networks.path)
    write_model(model, tmp_path)
    again, inputs = read_network(tmp_path), np.ones((2, 4))
    np.testing.assert_array_equal(again.predict(inputs), model.predict(inputs))
    assert (again.trial_id, again.metrics, again.setting) == (model.trial_id, model.metrics, model.setting)


def test_numbers_without_dimensions_keep_their_shape(kept_networks, tmp_path):
    model = kept_model(kept_networks.path)
    write_model(replace(model, weights={"count": np.array(3)}), tmp_path)
    assert load_file(tmp_path / "weights.safetensors")["count"].shape == ()


def test_arrays_by_name_are_weights_and_files_lie_beside(kept_own, tmp_path):
    write_model(kept_model(kept_own.path, level="flat"), tmp_path)
    assert names(tmp_path) == ["files/notes.txt", "model.json", "weights.safetensors"]
    np.testing.assert_array_equal(load_file(tmp_path / "weights.safetensors")["weights"], np.full((2, 3), 3.0))
    about = json.loads((tmp_path / "model.json").read_text())
    assert (about["setting"], about["seed"], about["epoch"]) == ({"kind": "flat"}, 1, 2)


def test_any_other_state_is_the_checkpoint_itself(kept_own, tmp_path):
    write_model(kept_model(kept_own.path, level="nested"), tmp_path)
    assert names(tmp_path) == ["files/notes.txt", "model.json", "state.safetensors"]
    state = read_state(tmp_path / "state.safetensors")
    assert state["epoch"] == 2
    np.testing.assert_array_equal(state["inner"][0], np.full((2, 3), 3.0))


def test_a_training_that_keeps_files_alone_has_no_arrays(kept_own, tmp_path):
    write_model(kept_model(kept_own.path, level="files"), tmp_path)
    assert names(tmp_path) == ["files/notes.txt", "model.json"]


def test_an_earlier_model_is_replaced_as_a_whole(kept_own, kept_networks, tmp_path):
    write_model(kept_model(kept_own.path, level="nested"), tmp_path)
    write_model(kept_model(kept_networks.path), tmp_path)
    assert names(tmp_path) == ["model.json", "weights.safetensors"]


@pytest.mark.parametrize(("present", "held"), [(["thesis.txt", "model.json"], "thesis.txt"), (["files"], "files")])
def test_a_folder_with_other_files_is_refused_and_left_alone(kept_networks, tmp_path, present, held):
    for name in present:
        (tmp_path / name).write_text("mine")
    with pytest.raises(ResultsError, match=rf"`--output` must be a folder that is new .*, which holds {held}\. Give"):
        write_model(kept_model(kept_networks.path), tmp_path)
    assert names(tmp_path) == sorted(present)


def test_a_file_is_no_folder(kept_networks, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ResultsError, match="which is a file"):
        write_model(kept_model(kept_networks.path), tmp_path / "out")


def test_a_prediction_needs_torch_where_the_trial_did(kept_networks, kept_own):
    model = kept_model(kept_networks.path)
    assert requirements(model)[0].startswith("optimizer-sweep")
    torch = replace(model, network=replace(model.network, backend="torch"))
    assert requirements(torch)[0].startswith("optimizer-sweep[torch]")
    assert requirements(kept_model(kept_own.path)) == []
