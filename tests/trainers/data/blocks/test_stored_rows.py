"""Rows in a file are chosen and read as those of an array are."""

import numpy as np
import pytest

from trainers.data import DataSource, load
from trainers.data.blocks.stored_rows import default_block_rows, window_of
from trainers.errors import DataError


@pytest.fixture
def pair(in_file):
    dataset = load(DataSource("wine"))
    return dataset.inputs, in_file(dataset, 50, 2).inputs


def test_slices_indices_and_masks_read_the_same_rows_as_of_an_array(pair):
    array, stored = pair
    mask = np.arange(178) % 3 == 0
    for rows in (
        slice(None),
        slice(45, 120),
        slice(0, 178, 7),
        np.array([177, 0, 60, 0]),
        mask,
        np.array([], np.int64),
    ):
        np.testing.assert_array_equal(stored[rows], array[rows])
    assert (stored.shape, len(stored), stored.blocks) == (array.shape, 178, 4)


def test_a_choice_of_a_choice_reads_its_own_rows(pair):
    array, stored = pair
    chosen = stored.select(np.arange(178) % 2 == 1).select(np.array([3, 50, 80]))
    np.testing.assert_array_equal(chosen[:], array[1::2][[3, 50, 80]])
    np.testing.assert_array_equal(chosen.column(4), array[1::2][[3, 50, 80], 4])
    np.testing.assert_array_equal(np.concatenate(list(chosen.in_blocks())), chosen[:])


def test_all_rows_never_become_one_array_by_accident(pair):
    with pytest.raises(DataError, match="must not become one array"):
        np.asarray(pair[1])


def test_blocks_take_4_mb_and_windows_64_mb_in_float32_whatever_the_number_of_features():
    # 4 MiB / (4 bytes x 25) = 41,943 rows, of which the power of 2 below is taken.
    assert default_block_rows(25) == 32_768
    assert default_block_rows(1_000_000) == 256
    assert window_of(32_768, 25) == 64 * 2**20 // (4 * 32_768 * 25)
    assert window_of(2**20, 1000) == 4


def test_few_blocks_are_shuffled_whole(in_file):
    dataset = load(DataSource("wine"))
    assert in_file(dataset, 50, 4).inputs.is_shuffled_whole
    assert not in_file(dataset, 50, 3).inputs.is_shuffled_whole
