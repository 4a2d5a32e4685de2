"""Random numbers are the same on every machine and in every version of NumPy."""

from __future__ import annotations

import numpy as np

from sweep.planning.search.streams import Uniform, number_of, stream_of


def test_numbers_are_the_bits_of_pcg64():
    raw = np.random.PCG64(np.random.SeedSequence([5])).random_raw(3)
    assert Uniform(np.random.SeedSequence([5])).draw(3) == [int(bits) // 2**11 / 2**53 for bits in raw]
    assert Uniform(np.random.SeedSequence([5])).draw(3) == np.random.default_rng(5).random(3).tolist()


def test_numbers_never_change():
    assert Uniform(stream_of(0, "random", "adam", "0")).draw(2) == [0.297618988017852, 0.7841654850215727]


def test_streams_of_other_names_and_seeds_differ():
    streams = [stream_of(*name) for name in [(0, "a", "b"), (0, "ab"), (0, "b", "a"), (1, "a", "b")]]
    assert len({Uniform(stream).draw(1)[0] for stream in streams}) == 4
    assert len({number_of(stream) for stream in streams}) == 4
    assert all(0 <= number_of(stream) < 2**31 for stream in streams)
