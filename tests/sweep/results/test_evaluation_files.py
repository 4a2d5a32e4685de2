"""What the picked settings predict is written as tables, and an evaluation that is known is found again."""

import numpy as np
import pandas as pd

from sweep.results.evaluation_files import is_evaluated, write_predictions, write_test

ROW = {"level": "adam", "arm_id": "a1", "arm": "adam 0.1", "trial_id": "t1", "seed": 0, "test_accuracy": 0.5}


def test_a_trial_is_a_row_with_its_metrics(tmp_path):
    write_test(tmp_path, [ROW, {**ROW, "trial_id": "t2", "seed": 1, "test_accuracy": 0.75}])
    found = pd.read_parquet(tmp_path / "test.parquet")
    assert found["trial_id"].tolist() == ["t1", "t2"]
    assert found["test_accuracy"].tolist() == [0.5, 0.75]


def test_an_evaluation_is_known_if_it_has_just_these_trials_and_all_metrics(tmp_path):
    assert not is_evaluated(tmp_path, ["t1"], ["accuracy"])
    write_test(tmp_path, [ROW])
    assert is_evaluated(tmp_path, ["t1"], ["accuracy"])
    assert not is_evaluated(tmp_path, ["t1", "t2"], ["accuracy"])
    assert not is_evaluated(tmp_path, ["t1"], ["accuracy", "f1"])
    (tmp_path / "test.parquet").write_bytes(b"damaged")
    assert not is_evaluated(tmp_path, ["t1"], ["accuracy"])


def test_nothing_to_write_leaves_no_file_of_an_earlier_start(tmp_path):
    write_test(tmp_path, [ROW])
    write_test(tmp_path, [])
    write_predictions(tmp_path, [])
    assert not list(tmp_path.iterdir())


def test_each_example_is_a_row_with_an_output_for_each_class(tmp_path):
    about = {"level": "adam", "arm_id": "a1", "trial_id": "t1", "seed": 3, "part": "test"}
    outputs = np.array([[0.25, 0.75], [1.0, 0.0]])
    write_predictions(tmp_path, [{**about, "target": np.array([1, 0]), "outputs": outputs}])
    found = pd.read_parquet(tmp_path / "predictions.parquet")
    assert found[["output_0", "output_1"]].to_numpy().tolist() == outputs.tolist()
    assert found["target"].tolist() == [1, 0]
    assert set(found["part"]) == {"test"}
