"""The summary of a data set counts its rows, classes and parts, and says of each column what became of it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from trainers.data.dataset import Dataset, classification, regression
from trainers.data.files.table import Table
from trainers.data.holdout import ByGroup, ByTime, Folds, Given
from trainers.data.summary import TargetSummary, summarize
from trainers.data.tables import TableOptions, read_datasets


def passengers(validation: ByGroup | None = None) -> Dataset:
    frame = pd.DataFrame(
        {
            "id": range(20),
            "age": [None, *np.arange(19) % 7 + 0.5],
            "port": ["C", "Q", None, "S"] * 5,
            "house": np.arange(20) // 2,
            "ship": "Titanic",
            "rate": [1.5] * 10 + [2.5] * 10,
            "survived": ["no"] * 12 + ["yes"] * 8,
        }
    )
    options = TableOptions(target="survived", drop=("rate",), validation=validation)
    return read_datasets(Table(name="mine", frame=frame, is_typed=True), options)[0]


def test_each_column_of_a_table_is_said_to_be_what_it_is_used_for() -> None:
    found = summarize(passengers(ByGroup("house", 0.2)), ByGroup("house", 0.2), seed=0, test=0)
    assert [(one.name, one.role, one.encoding, one.categories, one.missing, one.distinct) for one in found.columns] == [
        ("id", "left out", None, None, 0, 20),
        ("age", "feature", "number", None, 1, 7),
        # Three ports and the missing ones.
        ("port", "feature", "one_hot", 4, 5, 3),
        ("house", "split", None, None, 0, 10),
        ("ship", "left out", None, None, 0, 1),
        ("rate", "left out", None, None, 0, 2),
        ("survived", "target", None, None, 0, 2),
    ]
    assert [one.reason for one in found.columns if one.role == "left out"] == [
        "an identifier: its whole numbers are all different",
        "which is the same in every row",
        "as the configuration says",
    ]
    # Two houses of two rows are a fifth.
    assert found.parts == {"training": 16, "validation": 4, "test": 0}
    assert found.features == 2 + 4


def test_classes_are_counted_and_amounts_have_their_quartiles() -> None:
    of_classes = summarize(passengers(), 0.25, seed=0, test=5)
    assert of_classes.classes == (("no", 12), ("yes", 8))
    assert (of_classes.target, of_classes.rows, of_classes.parts["test"]) == (None, 25, 5)
    amounts = regression("line", np.arange(5.0)[:, np.newaxis], np.array([0.0, 10, 20, 30, 60]), ["x"])
    of_amounts = summarize(amounts, Folds(5), seed=0, test=0)
    assert of_amounts.target == TargetSummary(minimum=0, quartiles=(10, 20, 30), maximum=60, mean=24)
    assert of_amounts.classes == ()
    assert of_amounts.parts == {"training": 4, "validation": 1, "test": 0}


@pytest.mark.parametrize(
    ("holdout", "said"),
    [
        (0.25, "a share of 0.25, by the seed"),
        (Folds(4), "one of 4 folds, another with each seed"),
        (ByGroup("house", 0.2), "whole groups of `house`, a share of 0.2"),
        (ByTime("day", 0.2), "the latest by `day`, a share of 0.2"),
        (Given(column="part", value="val"), "`part` is val"),
        (Given(path="val.csv"), "a file of its own"),
    ],
)
def test_how_the_validation_part_is_chosen_is_said(holdout: object, said: str) -> None:
    keys = np.array([0, 0, 0, 1])
    made = classification("set", np.eye(4), np.array([0, 1, 0, 1]), ["a", "b"], list("wxyz"))
    dataset = Dataset(**{**vars(made), "keys": keys, "training": 3})
    assert summarize(dataset, holdout, seed=0, test=0).held_out_by == said  # type: ignore[arg-type]


def test_a_summary_is_plain_json() -> None:
    found = summarize(passengers(), 0.25, seed=0, test=0).as_mapping()
    assert json.loads(json.dumps(found))["columns"][1]["name"] == "age"
