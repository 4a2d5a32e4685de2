"""The numbers of a table are written once, and removed once they are of no use."""

import os
import shutil
import time
from collections import namedtuple

import numpy as np
import pytest

from trainers.data import DataSource, load
from trainers.data.blocks import folder
from trainers.errors import DataError


@pytest.fixture
def loaded(frame, cache, tmp_path):
    frame.to_parquet(tmp_path / "t.parquet")
    return lambda **options: load(DataSource(path=str(tmp_path / "t.parquet"), target="kind", blocks=True, **options))


def test_a_table_is_written_once_and_read_as_it_was(loaded, cache, monkeypatch):
    first = loaded()
    monkeypatch.setattr(folder, "ColumnWriter", None)
    again = loaded(block_rows=256)
    assert len(list(cache.iterdir())) == 1
    assert (again.fingerprint, again.schema, again.columns) == (first.fingerprint, first.schema, first.columns)
    np.testing.assert_array_equal(again.stored[:], first.stored[:])


def test_other_options_have_their_own_numbers(loaded, cache):
    assert loaded().features != loaded(drop=("city",)).features
    assert len(list(cache.iterdir())) == 2


def test_numbers_of_a_file_that_has_changed_are_removed(loaded, cache, frame, tmp_path):
    before = loaded().fingerprint
    frame["x"] += 1
    frame.to_parquet(tmp_path / "t.parquet")
    assert loaded().fingerprint != before
    assert len(list(cache.iterdir())) == 1


def test_numbers_that_nobody_uses_any_more_are_removed(loaded, cache, tmp_path, frame):
    loaded()
    (old,) = cache.iterdir()
    long_ago = time.time() - folder.UNUSED_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    loaded(drop=("city",))
    assert old not in list(cache.iterdir())


def test_a_full_disk_is_told_before_anything_is_written(loaded, cache, monkeypatch):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1000))
    with pytest.raises(DataError, match=r"must have room for the numbers of the data, 0.0 GB.* XDG_CACHE_HOME"):
        loaded()
    assert not list(cache.iterdir())


def test_a_writing_that_fails_leaves_nothing(loaded, cache, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "_write", fail)
    with pytest.raises(DataError, match=r"Received: No space left on device. Make room there"):
        loaded()
    assert not list(cache.iterdir())
