"""The setting picked for each level is evaluated on the test part once, and its predictions are kept for figures."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, f1_score

from sweep import load_model
from sweep.config import SweepConfig
from sweep.driver import final_evaluation
from sweep.driver.run import run
from trainers.data import DataSource, load_parts

BASE = {
    "data": {"name": "wine", "test": 0.25},
    "network": {"hidden": [6]},
    "optimizers": {"adam": {"learning_rate": [0.1, 0.0001]}, "sgd": {"learning_rate": [0.1]}},
    "trainer": {"epochs": 6},
    "metric": {"name": "val_accuracy", "also": ["f1_macro"]},
    "seeds": {"selection": 2, "report": 1},
    "resources": {"executor": "inline"},
    "tracking": {"enabled": False},
    "report": False,
}


def config(folder, **changes):
    return SweepConfig.model_validate({"name": "held", **BASE, "results": str(folder), **changes})


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return run(config(tmp_path_factory.mktemp("held"), keep={"weights": "last", "trials": "all"}))


def test_only_the_picked_settings_are_evaluated_on_the_seeds_of_the_report(finished):
    test = pd.read_parquet(finished.path / "test.parquet")
    assert sorted(test["level"]) == ["adam", "sgd"]
    (report_seed,) = set(finished.trials.loc[finished.trials["purpose"] == "report", "seed"])
    assert set(test["seed"]) == {report_seed}
    assert test.loc[test["level"] == "adam", "arm"].item() == "adam learning_rate=0.1"


def test_the_metrics_are_those_of_the_kept_model_on_rows_that_no_training_has_seen(finished):
    _, held_out = load_parts(DataSource("wine", test=0.25))
    for row in pd.read_parquet(finished.path / "test.parquet").itertuples():
        predicted = load_model(finished.path, trial=row.trial_id).predict(held_out.inputs).argmax(axis=1)
        assert row.test_accuracy == pytest.approx(accuracy_score(held_out.targets, predicted))
        assert row.test_f1_macro == pytest.approx(f1_score(held_out.targets, predicted, average="macro"))


def test_the_figures_are_of_the_test_part_where_there_is_one_and_of_the_validation_part_elsewhere(finished, tmp_path):
    found = pd.read_parquet(finished.path / "predictions.parquet")
    assert set(found["part"]) == {"test"}
    assert len(found) == 2 * 45
    np.testing.assert_allclose(found[["output_0", "output_1", "output_2"]].sum(axis=1), 1)
    plain = run(config(tmp_path, data={"name": "wine"}))
    held = pd.read_parquet(plain.path / "predictions.parquet")
    assert set(held["part"]) == {"validation"}
    trial = plain.trials.set_index("trial_id").loc[held["trial_id"].iloc[0]]
    right = held[held["trial_id"] == trial.name]
    labels = right[["output_0", "output_1", "output_2"]].to_numpy().argmax(axis=1)
    assert (labels == right["target"]).mean() == pytest.approx(trial["final_val_accuracy"])
    assert not (plain.path / "test.parquet").exists()


def test_the_test_part_is_touched_once(tmp_path, monkeypatch):
    first = run(config(tmp_path))
    written = (first.path / "test.parquet").read_bytes()
    monkeypatch.setattr(final_evaluation, "find_models", lambda *_: pytest.fail("was evaluated again"))
    assert (run(config(tmp_path)).path / "test.parquet").read_bytes() == written
    # The weights were kept for the evaluation alone.
    assert not list(first.path.rglob("*.safetensors"))


def test_the_data_are_summed_up_with_the_sizes_of_their_parts(finished):
    found = json.loads((finished.path / "data.json").read_text())
    assert found["parts"] == {"training": 106, "validation": 27, "test": 45}
    assert found["rows"] == 178
    assert [one["name"] for one in found["classes"]] == ["class_0", "class_1", "class_2"]
    assert found["leaks"] == []


def test_predictions_that_are_known_are_not_made_again(tmp_path, monkeypatch):
    plain = config(tmp_path, data={"name": "wine"})
    written = (run(plain).path / "predictions.parquet").read_bytes()
    monkeypatch.setattr(final_evaluation, "find_models", lambda *_: pytest.fail("was trained again"))
    assert (run(plain).path / "predictions.parquet").read_bytes() == written


IMAGES = """
import numpy as np
import torch

def images(examples=60):
    rng = np.random.default_rng(0)
    kinds = np.arange(examples) % 2
    return rng.normal(size=(examples, 6, 6, 3)) + kinds[:, None, None, None], kinds

def net():
    return torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3), torch.nn.Flatten(), torch.nn.Linear(32, 1))

def words(examples=60):
    kinds = np.arange(examples) % 2
    return np.random.default_rng(0).integers(0, 5, (examples, 4)) + 5 * kinds[:, None], kinds

class Bag(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.output = torch.nn.Embedding(10, 3), torch.nn.Linear(3, 1)

    def forward(self, tokens):
        return self.output(self.embedding(tokens).mean(dim=1))
"""


@pytest.mark.parametrize(("load", "network"), [("images", "net"), ("words", "Bag")])
def test_a_test_part_reaches_a_module_in_the_form_in_which_it_was_trained(load, network, tmp_path, monkeypatch):
    pytest.importorskip("torch")
    module = f"own_held_out_{load}"
    (tmp_path / f"{module}.py").write_text(IMAGES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    changes = {
        "data": {"module": f"{module}:{load}", "test": 0.25},
        "network": {"module": f"{module}:{network}"},
        "trainer": {"backend": "torch", "epochs": 2},
        "metric": "val_accuracy",
        "optimizers": {"adam": {"learning_rate": 0.01}},
        "keep": {"weights": "last"},
    }
    result = run(config(tmp_path, **changes))
    _, held_out = load_parts(DataSource(module=f"{module}:{load}", test=0.25))
    test = pd.read_parquet(result.path / "test.parquet")
    assert len(test) == 1
    predicted = load_model(result.path, trial=test["trial_id"].item()).predict(held_out.inputs).argmax(axis=1)
    assert test["test_accuracy"].item() == pytest.approx(accuracy_score(held_out.targets, predicted))


def test_data_that_are_read_by_blocks_have_the_same_results_as_in_memory(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    draw = np.random.default_rng(0)
    table = pd.DataFrame({"x": draw.normal(size=400), "city": draw.choice(list("abc"), 400), "gaps": np.nan})
    table.loc[::2, "gaps"] = draw.normal(size=200)
    table["y"] = np.where(table["x"] + draw.normal(size=400) > 0, "yes", "no")
    table["y2"] = table["y"].map({"yes": 1.5, "no": -1.5})
    table.iloc[:5] = table.iloc[100:105].to_numpy()
    table.to_parquet(tmp_path / "t.parquet")
    data = {"path": str(tmp_path / "t.parquet"), "target": "y", "test": 0.25}
    whole = run(config(tmp_path / "a", data=data, keep={"weights": "last", "trials": "all"}))
    blocks = {"blocks": True, "block_rows": 256}
    stored = run(config(tmp_path / "b", data={**data, **blocks}, keep={"weights": "last", "trials": "all"}))
    columns = ["trial_id", "final_val_loss", "final_val_f1_macro"]
    pd.testing.assert_frame_equal(stored.trials[columns], whole.trials[columns])
    for name in ("test.parquet", "predictions.parquet"):
        pd.testing.assert_frame_equal(pd.read_parquet(stored.path / name), pd.read_parquet(whole.path / name))
    of_data = [json.loads((one.path / "data.json").read_text()) for one in (whole, stored)]
    assert of_data[1]["notes"][-1].startswith("read by blocks: 400 rows in 2 blocks of 256, shuffled together")
    assert of_data[0]["leaks"] == of_data[1]["leaks"] != []
    assert of_data[0]["duplicates"] == of_data[1]["duplicates"]
    assert of_data[0]["duplicates"]["across_parts"] > 0
    assert "final_val_f1_macro_mean" in stored.leaderboard
    frame = table.head(20)
    predicted = [load_model(one.path).predict(frame) for one in (whole, stored)]
    np.testing.assert_array_equal(*predicted)
