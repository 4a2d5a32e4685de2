"""A table that is looked over column by column becomes the data set that it becomes in memory."""

import numpy as np
import pytest

from trainers.data import DataSource, load, load_parts
from trainers.data.holdout import ByGroup, ByTime, Given
from trainers.errors import DataError


@pytest.fixture
def both(frame, cache, tmp_path):
    frame.to_parquet(tmp_path / "t.parquet")

    def make(**options):
        source = {"path": str(tmp_path / "t.parquet"), **options}
        return load_parts(DataSource(**source)), load_parts(DataSource(**source, blocks=True))

    return make


@pytest.mark.parametrize(
    "options",
    [
        {"target": "kind"},
        {"target": "amount", "encode": {"street": "target", "patient": "one_hot"}, "drop": ("city",)},
        {"target": "amount", "features": ("x", "patient")},
        {"target": "kind", "validation": ByGroup("patient", 0.2), "test": ByTime("day", 0.2)},
        {"target": "kind", "validation": Given(column="size", value="S"), "test": 0.1},
    ],
    ids=["classes", "encodings", "plain numbers", "groups and a time", "a named part"],
)
def test_fingerprints_columns_notes_and_numbers_are_those_in_memory(both, options):
    for whole, stored in zip(*both(**options), strict=True):
        if whole is None:
            assert stored is None
            continue
        assert stored.fingerprint == whole.fingerprint
        assert (stored.task, stored.classes, stored.feature_names) == (whole.task, whole.classes, whole.feature_names)
        assert (stored.schema, stored.columns, stored.training) == (whole.schema, whole.columns, whole.training)
        assert stored.notes[:-1] == whole.notes
        assert stored.notes[-1].startswith("read by blocks: 600 rows in 1 block of ")
        np.testing.assert_array_equal(stored.stored[:], whole.inputs)
        np.testing.assert_array_equal(stored.targets, whole.targets)


def test_a_validation_file_of_its_own_is_refused_with_the_way_out(frame, cache, tmp_path):
    frame.to_parquet(tmp_path / "t.parquet")
    part = Given(path=str(tmp_path / "t.parquet"))
    with pytest.raises(DataError, match=r"`data.validation.path` is for data that fit the memory.* column that names"):
        load(DataSource(path=str(tmp_path / "t.parquet"), target="kind", blocks=True, validation=part))


def test_a_table_without_a_feature_and_a_cell_that_cannot_be_used_are_told(frame, cache, tmp_path):
    frame.to_parquet(tmp_path / "t.parquet")
    source = {"path": str(tmp_path / "t.parquet"), "target": "kind", "blocks": True}
    with pytest.raises(DataError, match=r"must have a column that can be a feature. Received: `id`, an identifier"):
        load(DataSource(**source, drop=tuple(name for name in frame if name not in ("id", "kind"))))
    frame.loc[4, "x"] = np.inf
    frame.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r"column `x` of `t.parquet` must hold finite numbers. Received: inf in row 5"):
        load(DataSource(**source))
    assert not list(cache.iterdir())
