"""The arrays of an NPZ file are read by their names, packed or behind a URL too."""

import gzip
import io

import fsspec
import numpy as np
import pytest

from trainers.data import DataSource, load
from trainers.data.files.npz import read_arrays


@pytest.fixture
def archive():
    stream = io.BytesIO()
    np.savez_compressed(stream, x=np.arange(8.0).reshape(4, 2), y=np.array([0, 1, 0, 1]))
    return stream.getvalue()


def test_two_arrays_are_read_in_the_order_of_their_names(content, archive):
    y, x = read_arrays(content(archive, "a.npz"), ("y", "x"))
    assert (y.tolist(), x.shape) == ([0, 1, 0, 1], (4, 2))


def test_it_may_be_packed_or_behind_a_url(tmp_path, archive):
    (tmp_path / "a.npz.gz").write_bytes(gzip.compress(archive))
    expected = load(DataSource(path=str(tmp_path / "a.npz.gz")))
    fsspec.filesystem("memory").pipe("/arrays/a.npz", archive)
    assert load(DataSource(path="memory://arrays/a.npz")).fingerprint == expected.fingerprint


def test_what_unpacks_to_more_than_the_memory_is_refused(content, archive, refusal, monkeypatch):
    monkeypatch.setattr("trainers.data.files.memory.most_bytes", lambda: 100)
    with refusal("at most 100 bytes, unpacked"):
        read_arrays(content(archive, "a.npz"), ("x", "y"))
