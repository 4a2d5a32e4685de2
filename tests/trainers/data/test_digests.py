"""Fingerprints tell arrays and texts apart, and do not depend on how an array is held."""

import hashlib

import numpy as np
import pytest

from trainers.data.digests import InPortions, digest

ROWS = np.arange(12.0).reshape(6, 2)


def test_the_bytes_are_little_endian_numbers_behind_their_kind_shape_and_length():
    expected = hashlib.blake2b(b"text:1:a" + b"<f8(6, 2):96:" + ROWS.astype("<f8").tobytes(), digest_size=8)
    assert digest("a", ROWS) == expected.hexdigest()


def test_an_array_in_portions_has_the_hash_of_the_whole():
    for portions in ([ROWS], [ROWS[:1], ROWS[1:4], ROWS[4:]], [np.asfortranarray(ROWS)]):
        assert digest("a", InPortions(shape=(6, 2), dtype=ROWS.dtype, portions=portions), "b") == digest("a", ROWS, "b")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        ((ROWS,), (ROWS.T,)),
        ((ROWS.reshape(-1),), (ROWS,)),
        ((np.array([1]),), (np.array([1.0]),)),
        ((ROWS,), (ROWS + 1e-12,)),
    ],
)
def test_different_contents_have_different_hashes(one, other):
    assert digest(*one) != digest(*other)
