"""Results of the test part and predictions are read back, and a damaged file is one sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sweep.errors import ResultsError
from sweep.results.evaluation_files import write_predictions, write_test
from sweep.results.predictions import read_predictions, read_test_results

ROW = {"level": "adam", "arm_id": "a", "arm": "adam lr=0.1", "trial_id": "t", "seed": 3}


def test_what_the_driver_writes_is_read(tmp_path):
    write_test(tmp_path, [{**ROW, "test_accuracy": 0.75}])
    assert read_test_results(tmp_path).to_dict("records") == [{**ROW, "test_accuracy": 0.75}]
    outputs = np.array([[0.25, 0.75], [0.5, 0.5]])
    write_predictions(tmp_path, [{**ROW, "part": "test", "target": np.array([1, 0]), "outputs": outputs}])
    found = read_predictions(tmp_path)
    assert found[["output_0", "output_1"]].to_numpy().tolist() == outputs.tolist()
    assert (found["target"].tolist(), set(found["part"])) == ([1, 0], {"test"})


def test_a_sweep_without_the_files_has_neither(tmp_path):
    assert read_test_results(tmp_path) is None
    assert read_predictions(tmp_path) is None


def test_a_damaged_file_is_one_sentence_with_a_way_out(tmp_path):
    (tmp_path / "test.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(ResultsError, match=r"test\.parquet` must be readable\. Received: a damaged file, .*Delete it"):
        read_test_results(tmp_path)
    pd.DataFrame([ROW]).to_parquet(tmp_path / "predictions.parquet")
    with pytest.raises(ResultsError, match="no column `part`"):
        read_predictions(tmp_path)
