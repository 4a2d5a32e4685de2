"""The size of a tile is measured once a machine, within the cache that all its CPUs share."""

from __future__ import annotations

import json

import pytest

from sweep.driver import tile_size as tuning
from sweep.driver.tile_size import CANDIDATES, cache_share, fastest, fitting, measure, tuned_tile_bytes


@pytest.fixture
def caches(tmp_path):
    """Caches as Linux describes them: 1 MiB a core, and 32 MiB that four CPUs share."""
    for index, (level, size, shared) in enumerate((("1", "48K", "0"), ("2", "1024K", "0"), ("3", "32M", "0-1,4-5"))):
        folder = tmp_path / "caches" / f"index{index}"
        folder.mkdir(parents=True)
        for name, content in (("level", level), ("size", size), ("shared_cpu_list", shared)):
            (folder / name).write_text(content + "\n")
    return tmp_path / "caches"


def test_the_cpus_that_share_the_last_cache_divide_it(caches, tmp_path):
    assert cache_share(caches) == 8 * 2**20
    assert cache_share(tmp_path / "none") is None


def test_no_candidate_takes_the_other_cpus_share():
    assert [size // 2**20 for size in fitting(8 * 2**20)] == [2, 4, 8]
    assert fitting(100) == CANDIDATES[:1]
    assert max(fitting(None)) == 12 * 2**20


def test_a_difference_of_noise_does_not_pay_for_memory():
    assert fastest({2: 1.03, 4: 1.02, 8: 1.0, 12: 1.1}) == 4


def test_every_candidate_is_measured():
    seconds = measure(CANDIDATES[:2], steps=1, epochs=2)
    assert list(seconds) == list(CANDIDATES[:2])
    assert all(0 < taken < 1 for taken in seconds.values())


def test_what_was_measured_is_remembered_for_this_machine_alone(caches, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(tuning, "measure", lambda sizes: asked.append(sizes) or {size: 1.0 / size for size in sizes})
    file = tmp_path / "new" / "tile.json"
    assert tuned_tile_bytes(file, caches) == 8 * 2**20
    assert tuned_tile_bytes(file, caches) == 8 * 2**20
    assert len(asked) == 1
    file.write_text(json.dumps({"machine": "another", "tile_bytes": 7}))
    assert tuned_tile_bytes(file, caches) == 8 * 2**20
    assert json.loads(file.read_text())["tile_bytes"] == 8 * 2**20


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"machine": 1}'])
def test_a_damaged_memory_is_measured_anew(content, caches, tmp_path, monkeypatch):
    monkeypatch.setattr(tuning, "measure", lambda sizes: {size: 1.0 / size for size in sizes})
    file = tmp_path / "tile.json"
    file.write_text(content)
    assert tuned_tile_bytes(file, caches) == 8 * 2**20


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(caches, tmp_path, monkeypatch):
    monkeypatch.setattr(tuning, "measure", lambda sizes: {size: 1.0 / size for size in sizes})
    (tmp_path / "file").write_text("")
    assert tuned_tile_bytes(tmp_path / "file" / "tile.json", caches) == 8 * 2**20
