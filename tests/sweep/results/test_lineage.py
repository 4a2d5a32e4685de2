"""The file of a population is read as the stretches that its family tree shows."""

from __future__ import annotations

import pandas as pd

from sweep.analysis.objectives import Descent
from sweep.results.lineage import read_descents

TRIALS = pd.DataFrame({"trial_id": ["a", "b", "c"]})
EPOCHS = pd.DataFrame({"trial_id": ["a"] * 6 + ["b"] * 6, "epoch": [*range(1, 7)] * 2})


def test_each_exploit_begins_a_stretch(tmp_path):
    (tmp_path / "lineage.csv").write_text(
        "trial_id,epoch,donor_id,hyperparameter,old,new\na,2,b,learning_rate,0.1,0.12\na,2,b,beta1,0.9,0.8\na,4,b,,,\n"
    )
    assert read_descents(tmp_path, TRIALS, EPOCHS) == (
        Descent("a", 0.0, 2.0),
        Descent("a", 2.0, 4.0, "b", (("learning_rate", "0.12"), ("beta1", "0.8"))),
        Descent("a", 4.0, 6.0, "b"),
        Descent("b", 0.0, 6.0),
        Descent("c", 0.0, 0.0),
    )


def test_a_sweep_without_a_population_has_none(tmp_path):
    assert read_descents(tmp_path, TRIALS, EPOCHS) == ()
