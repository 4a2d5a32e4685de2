"""A file must fit into the memory of the machine or of its control group."""

import os

import pytest

from trainers.data.files.memory import SHARE, most_bytes, require_fits
from trainers.errors import DataError


@pytest.mark.parametrize("place", ["sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes"])
def test_the_limit_of_a_container_counts(tmp_path, place):
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_text("2000000\n")
    assert most_bytes(tmp_path) == 1_000_000
    (tmp_path / place).write_text("max\n")
    assert most_bytes(tmp_path) > 1_000_000


def test_without_a_container_it_is_a_share_of_the_machine(tmp_path):
    assert most_bytes(tmp_path) == int(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * SHARE)


def test_a_larger_file_is_refused_with_both_sizes():
    require_fits("a.csv", 10, limit=10)
    with pytest.raises(DataError, match=r"`a.csv` must have at most 10 bytes, unpacked.* Received: 2 MB or more"):
        require_fits("a.csv", 2_000_000, limit=10)
