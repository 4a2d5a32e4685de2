"""The name of a metric tells whether small or large is good, or the user is asked."""

from __future__ import annotations

import pytest

from sweep.errors import AnalysisError
from sweep.reports.mlflow_columns import Columns


@pytest.mark.parametrize(
    ("metric", "mode"),
    [
        ("validation/loss", "min"), ("valLoss", "min"), ("eval.perplexity", "min"), ("test-rmse", "min"),
        ("Top1_Accuracy", "max"), ("eval/f1", "max"), ("val_accuracy", "max"), ("val_loss", "min"),
        ("episode-reward", "max"),
    ],
)  # fmt: skip
def test_common_names_tell(metric, mode):
    assert Columns("algo", "seed", metric).chosen_mode == mode


@pytest.mark.parametrize("metric", ["speed", "mapping", "accurate", "lossless"])
def test_a_word_within_a_word_tells_nothing_and_the_option_is_offered(metric):
    with pytest.raises(AnalysisError, match=r"`--mode` must say .*Give `--mode min` or `--mode max`\."):
        _ = Columns("algo", "seed", metric).chosen_mode
    assert Columns("algo", "seed", metric, mode="min").chosen_mode == "min"


def test_what_is_given_goes_before_the_name():
    assert Columns("algo", "seed", "val_loss", mode="max").chosen_mode == "max"
