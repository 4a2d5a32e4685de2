"""What an array declares is measured before memory is taken for it."""

from __future__ import annotations

import io

import numpy as np
import pytest

from trainers.data.files import npy, npz
from trainers.data.files.array_header import require_sound_array
from trainers.data.files.table import FileOptions
from trainers.errors import DataError


def header(shape, kind="<f8"):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": kind, "fortran_order": False, "shape": shape})
    return stream.getvalue()


def test_an_array_that_declares_more_than_the_memory_is_refused_by_its_numbers(content):
    with pytest.raises(DataError, match=r"`big\.npy` must have at most .* MB.* Received: 80,000,000 MB or more"):
        npy.read(content(header((10**13, 1)), "big.npy"), FileOptions())


def test_an_archive_with_such_an_array_is_refused_by_its_numbers(content, tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "big.npz", "w") as archive:
        for name in ("x", "y"):
            archive.writestr(f"{name}.npy", header((10**13, 1)))
    with pytest.raises(DataError, match=r"`big\.npz` must have at most .* Received: 80,000,000 MB or more"):
        npz.read_arrays(content((tmp_path / "big.npz").read_bytes(), "big.npz"), ("x", "y"))


def test_an_array_that_ends_early_is_told_with_both_sizes():
    # 3 x 2 numbers of 8 bytes are 48; 40 follow.
    early = header((3, 2)) + bytes(40)
    with pytest.raises(ValueError, match="40 bytes of an array of 48: float64, shape \\(3, 2\\)"):
        require_sound_array("a.npy", io.BytesIO(early), len(early))


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_a_whole_array_of_any_version_is_let_through(version):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.zeros((4, 5), np.float32), version)
    stream.seek(0)
    require_sound_array("a.npy", stream, len(stream.getvalue()))


def test_a_shape_below_zero_is_no_array():
    with pytest.raises(ValueError, match="shape \\(-1, 2\\)"):
        require_sound_array("a.npy", io.BytesIO(header((-1, 2))), 200)
