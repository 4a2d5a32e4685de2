"""Tables are read by blocks where they do not fit the memory, and train to the numbers that they have in memory."""

import itertools
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from trainers import NetworkSpec, Pack, TrialSpec, train
from trainers.data import DataSource, load
from trainers.data.files import memory
from trainers.data.holdout import Folds
from trainers.errors import DataError


def with_window(dataset, window):
    return replace(dataset, inputs=replace(dataset.stored, window=window))


def pack(dataset, **options):
    trials = tuple(TrialSpec("adam", {"learning_rate": 0.003 * (at + 1)}, seed=at % 2) for at in range(4))
    return Pack(dataset, **{"trials": trials, "network": NetworkSpec((8,)), "batch_size": 50, "epochs": 3, **options})


def require_same(one, other):
    for left, right in itertools.zip_longest(one, other):
        for name in set(left.values) - {"seconds"}:
            np.testing.assert_array_equal(left.values[name], right.values[name], err_msg=name)


@pytest.fixture
def both(frame, cache, tmp_path):
    frame.to_parquet(tmp_path / "t.parquet")
    source = DataSource(path=str(tmp_path / "t.parquet"), target="kind", encode={"street": "target"})
    return load(source), load(replace(source, blocks=True, block_rows=64))


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("validation", [0.2, Folds(3)])
def test_few_blocks_train_to_the_same_numbers_bit_for_bit(both, backend, validation):
    whole, stored = both
    assert stored.stored.blocks == 10
    options = {"backend": backend, "validation": validation}
    require_same(train(pack(whole, **options)), train(pack(stored, **options)))


def test_many_blocks_train_to_the_same_numbers_as_data_in_memory_in_the_same_order(both):
    whole, stored = both
    orders = [[part for part in np.split(np.random.default_rng(at).permutation(480), 8)] for at in range(3)]
    few = with_window(stored, 2)
    require_same(train(pack(whole), batch_order=orders), train(pack(few), batch_order=orders))
    require_same(train(pack(few)), train(pack(few), tile_size=1))


def test_a_training_that_goes_on_from_a_checkpoint_ends_with_the_same_numbers(both):
    few = pack(with_window(both[1], 2))
    *_, last = train(few, states="all")
    first = next(train(few, states="all"))
    *_, resumed = train(few, state=first.state, states="all")
    for one, other in zip(last.state.trials, resumed.state.trials, strict=True):
        np.testing.assert_array_equal(one.parameters, other.parameters)


def test_the_size_of_the_blocks_is_part_of_the_fingerprint_where_it_decides_the_order(both, tmp_path, monkeypatch):
    whole, stored = both
    assert stored.fingerprint == whole.fingerprint
    monkeypatch.setattr("trainers.data.blocks.stored_rows.WINDOW_BYTES", 0)
    source = DataSource(path=str(tmp_path / "t.parquet"), target="kind", encode={"street": "target"}, blocks=True)
    found = {size: load(replace(source, block_rows=size)) for size in (64, 100)}
    assert len({whole.fingerprint, *(one.fingerprint for one in found.values())}) == 3
    assert "where the rows of 4 blocks are shuffled together" in found[64].notes[-1]


def test_blocks_are_taken_where_the_numbers_exceed_a_quarter_of_the_memory(frame, cache, tmp_path, monkeypatch):
    frame.to_parquet(tmp_path / "t.parquet")
    source = DataSource(path=str(tmp_path / "t.parquet"), target="kind")
    needed = 8 * 600 * 10
    for limit, by_blocks in ((2 * needed, False), (2 * needed - 2, True)):
        monkeypatch.setattr("trainers.data.blocks.load.most_bytes", lambda limit=limit: limit)
        assert (load(source).stored is not None) == by_blocks
        assert load(replace(source, blocks=False)).stored is None
    assert memory.SHARE == 0.5


def test_other_formats_are_refused_with_the_way_out(tmp_path, cache):
    (tmp_path / "t.csv").write_text("x,y\n1,2\n3,4\n")
    with pytest.raises(DataError, match=r"`data.blocks` is for Parquet.* Received: .*t.csv. Save the table as Parquet"):
        load(DataSource(path=str(tmp_path / "t.csv"), target="y", blocks=True))


LIMITED = """
import resource, sys
import numpy, pandas, pyarrow.parquet, sklearn.impute, sklearn.preprocessing
from trainers import NetworkSpec, Pack, TrialSpec, train
from trainers.data import DataSource, load
used = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmData")) * 1024
resource.setrlimit(resource.RLIMIT_DATA, (used + int(sys.argv[3]), used + int(sys.argv[3])))
source = DataSource(path=sys.argv[1], target="-1", blocks=sys.argv[2] == "blocks")
pack = Pack(load(source), (TrialSpec("adam", {"learning_rate": 0.01}),), NetworkSpec((4,)), epochs=1, batch_size=2000)
print(float(next(train(pack)).values["val_r2"][0]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is one of Linux")
def test_a_matrix_several_times_as_large_as_the_memory_is_trained(tmp_path, cache):
    rows, columns, limit = 600_000, 120, 150 * 2**20
    matrix = np.lib.format.open_memmap(tmp_path / "m.npy", "w+", np.float32, (rows, columns))
    draw = np.random.default_rng(0)
    for start in range(0, rows, 50_000):
        part = draw.normal(size=(50_000, columns))
        part[:, -1] = part[:, :3].sum(axis=1)
        matrix[start : start + 50_000] = part
    del matrix
    # The other pools of Arrow reserve addresses that they do not use.
    single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    environment = {**os.environ, **single}

    def run(how):
        command = [sys.executable, "-c", LIMITED, str(tmp_path / "m.npy"), how, str(limit)]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    # In float64, as they are prepared.
    assert 8 * rows * columns > 3.5 * limit
    by_blocks = run("blocks")
    assert by_blocks.returncode == 0, by_blocks.stderr
    assert float(by_blocks.stdout) > 0.9
    assert "Unable to allocate" in run("memory").stderr
