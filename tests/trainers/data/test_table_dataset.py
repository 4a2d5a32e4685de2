"""The numbers of a table stand side by side, and its fingerprint is that of the whole arrays."""

import json

import numpy as np
import pandas as pd
import pytest

from trainers.data import table_dataset
from trainers.data.digests import digest
from trainers.data.feature_columns import Feature, LeftOut
from trainers.data.files.table import Table
from trainers.data.table_dataset import divided, side_by_side
from trainers.data.table_schema import FeatureColumn
from trainers.data.tables import TableOptions, read_datasets
from trainers.errors import DataError


def feature(name, rows):
    return Feature(column=FeatureColumn(name=name, encoding="number"), rows=rows)


def test_features_stand_side_by_side_in_their_order(monkeypatch):
    monkeypatch.setattr(table_dataset, "BLOCK_ROWS", 3)
    one, two = np.arange(7.0)[:, np.newaxis], np.arange(14.0).reshape(7, 2)
    found = side_by_side([feature("a", one), feature("b", two)])
    assert found.tolist() == [[row, 2 * row, 2 * row + 1] for row in range(7)]
    assert found.flags.c_contiguous


def test_a_table_without_a_feature_is_refused():
    left_out = LeftOut("id", "an identifier")
    assert divided("a.csv", [left_out, feature("x", np.zeros((1, 1)))])[1] == [left_out]
    with pytest.raises(DataError, match=r"must have a column that can be a feature. Received: `id`, an identifier"):
        divided("a.csv", [left_out])


@pytest.mark.parametrize("gaps", [False, True])
def test_the_fingerprint_is_that_of_the_whole_arrays(monkeypatch, gaps):
    monkeypatch.setattr(table_dataset, "HASHED", 8)
    x = np.arange(40.0) % 7 + 0.5
    x[3] = np.nan if gaps else 0.5
    frame = pd.DataFrame({"x": x, "z": x[::-1] ** 2 + 0.25, "y": np.arange(40) % 9 + 0.5})
    dataset, _ = read_datasets(Table(name="a", frame=frame, is_typed=True), TableOptions(target="y"))
    rows = frame[["x", "z"]].to_numpy()
    if gaps:
        text = json.dumps(dataset.schema.as_mapping(), sort_keys=True)
        missing = np.isnan(rows)
        expected = digest("regression", text, np.where(missing, 0, rows), missing.astype(int), frame.y.to_numpy())
    else:
        assert dataset.schema is None
        expected = digest("regression", rows, frame.y.to_numpy())
    assert dataset.fingerprint == expected
    np.testing.assert_array_equal(dataset.inputs, rows)
