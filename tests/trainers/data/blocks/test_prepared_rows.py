"""Inputs that are read by blocks are those of an array in memory, and few blocks are held."""

import numpy as np
import pytest

from trainers.data import DataSource, load, split_of_seed
from trainers.errors import DataError


@pytest.fixture
def pair(in_file):
    dataset = load(DataSource("digits"))
    whole = split_of_seed(dataset, 0.2, "standard", 0, np.float32)
    return whole, split_of_seed(in_file(dataset, 100, 3), 0.2, "standard", 0, np.float32)


def test_any_rows_in_any_order_are_bit_for_bit_those_of_an_array(pair):
    whole, parts = pair
    draw = np.random.default_rng(0)
    train, val = parts.stored
    for size in (1, 7, 400, 1437):
        rows = draw.integers(0, 1437, size)
        np.testing.assert_array_equal(train.take(rows), whole.train_inputs[rows])
    np.testing.assert_array_equal(val[100:360], whole.val_inputs[100:360])
    assert train.take(np.array([5])).dtype == np.float32


def test_a_column_of_ones_follows_where_it_is_asked(pair):
    whole, parts = pair
    with_ones = parts.stored[0].followed_by_ones()
    found = with_ones.take(np.array([1400, 3]))
    np.testing.assert_array_equal(found[:, :-1], whole.train_inputs[[1400, 3]])
    assert found[:, -1].tolist() == [1.0, 1.0]
    assert with_ones.shape == (1437, 65)


def test_a_block_is_read_once_while_it_is_held(pair, monkeypatch):
    train = pair[1].stored[0]
    read = []
    original = type(train.encoded).read_block
    monkeypatch.setattr(
        type(train.encoded), "read_block", lambda self, block: read.append(block) or original(self, block)
    )
    firsts = train.encoded.starts
    for _ in range(5):
        train.take(firsts[np.array([2, 4, 6])])
    assert sorted(read) == [2, 4, 6]
    # Only three are held, and the first to be read gives way.
    train.take(firsts[np.array([7])])
    train.take(firsts[np.array([4, 6, 7])])
    assert sorted(read) == [2, 4, 6, 7]
    train.take(firsts[np.array([2])])
    assert sorted(read) == [2, 2, 4, 6, 7]


def test_the_parts_of_a_split_and_their_fingerprint_are_those_in_memory(pair):
    whole, parts = pair
    assert parts.fingerprint == whole.fingerprint
    np.testing.assert_array_equal(parts.val_targets, whole.val_targets)
    assert parts.stored[0].block_sizes.sum() == 1437


def test_a_number_that_does_not_fit_the_type_is_told_when_it_is_read(in_file):
    dataset = load(DataSource("wine"))
    dataset.inputs[177, 3] = 1e300
    parts = split_of_seed(in_file(dataset, 50, 2), 0.2, "none", 0, np.float32)
    with pytest.raises(DataError, match="must fit float32"):
        [part[:] for part in parts.stored]
