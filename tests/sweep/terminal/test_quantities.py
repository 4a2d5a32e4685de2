"""Durations and amounts of bytes as people spell them."""

from __future__ import annotations

import pytest

from sweep.terminal import quantities


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (59.96, "1 min 0 s"), (3599.7, "1 h 0 min"), (86_400, "24 h 0 min")],
)
def test_a_time_is_spelled_as_people_do(seconds, said):
    assert quantities.duration(seconds) == said


@pytest.mark.parametrize(("count", "said"), [(0, "0 B"), (1500, "1.5 kB"), (2e9, "2.0 GB"), (3e15, "3000.0 TB")])
def test_an_amount_of_bytes_is_spelled_as_people_do(count, said):
    assert quantities.size(count) == said
