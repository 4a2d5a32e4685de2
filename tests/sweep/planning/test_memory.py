"""Memory is counted before it is taken: what does not fit is refused with its size, and packs fit what there is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.config import SweepConfig
from sweep.driver.prepare import prepare, recipe_of
from sweep.errors import ResourceError
from sweep.planning.cost import Rates
from sweep.planning.memory import PACK_BYTES, base_bytes, pack_bytes, pack_room, require_memory
from sweep.planning.packing import form_packs
from sweep.planning.plan import make_plan
from trainers.data import shape

GB = 10**9


def sweep(**changes):
    config = {"data": {"name": "digits"}, "optimizers": {"adam": {"learning_rate": 0.001}}, "seeds": 2}
    return SweepConfig.model_validate({**config, **changes})


def parts_of(config):
    size = shape(config.data.source)
    return make_plan(config, size, None), recipe_of(config), size


@pytest.mark.parametrize("hidden", [[60000, 60000], [200_000, 30_000]])
@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_network_beyond_any_machine_is_refused_at_once(hidden, backend):
    with pytest.raises(ResourceError, match=r"^`network\.hidden` must make trials that fit the memory, ") as raised:
        prepare(sweep(network={"hidden": hidden}, trainer={"backend": backend}))
    assert str(hidden) in str(raised.value)
    # Parameters, gradients and Adam's two arrays, of four bytes each, are the least that one trial takes.
    first, second = hidden
    parameters = 65 * first + (first + 1) * second + (second + 1) * 10
    assert f"{parameters:,} parameters" in str(raised.value)
    assert float(re.search(r"about ([\d,.]+) GB", str(raised.value))[1].replace(",", "")) * GB > 16 * parameters


def test_what_does_not_fit_all_workers_fits_as_many_as_are_offered():
    config = sweep(network={"hidden": [3000, 3000]})
    plan, recipe, size = parts_of(config)
    with pytest.raises(ResourceError) as raised:
        require_memory(config, plan, recipe, size, 4, 2 * GB)
    fitting = int(re.search(r"`resources\.workers: (\d+)`", str(raised.value))[1])
    assert fitting < 4
    require_memory(config, plan, recipe, size, fitting, 2 * GB)
    with pytest.raises(ResourceError):
        require_memory(config, plan, recipe, size, fitting + 1, 2 * GB)


def test_the_key_that_takes_the_memory_is_named():
    large = {"data": {"name": "blobs", "examples": 200_000}, "network": {"hidden": [5000]}}
    config = sweep(**large, space={"batch_size": "full"})
    plan, recipe, size = parts_of(config)
    with pytest.raises(ResourceError, match=r"^`space\.batch_size` .* memory, 4\.0 GB here\. Received: full, "):
        require_memory(config, plan, recipe, size, 1, 4 * GB)
    smaller = sweep(**large, space={"batch_size": 64})
    require_memory(smaller, *parts_of(smaller), 1, 4 * GB)


@given(st.integers(1, 64), st.integers(10**9, 200 * GB), st.sampled_from(["numpy", "torch"]))
def test_a_pack_has_the_room_that_the_workers_and_the_coordinator_leave_and_no_less(workers, memory, backend):
    config = sweep(trainer={"backend": backend})
    recipe, size = recipe_of(config), shape(config.data.source)
    room, base = pack_room(recipe, size, workers, memory), base_bytes(recipe, size)
    assert room == 1 or base + workers * (base + room) <= memory
    assert room == PACK_BYTES or base + workers * (base + room + 1) > memory


@given(st.integers(1, 4), st.integers(1, 60), st.integers(800 * 10**6, 8 * GB))
def test_all_packs_that_train_at_once_fit_the_memory(workers, arms, memory):
    config = sweep(
        network={"hidden": [500]}, optimizers={"adam": {"learning_rate": [1e-3 * n for n in range(1, arms + 1)]}}
    )
    plan, recipe, size = parts_of(config)
    try:
        require_memory(config, plan, recipe, size, workers, memory)
    except ResourceError:
        return
    room = pack_room(recipe, size, workers, memory)
    jobs = form_packs(plan.trials, recipe, Rates({64: 1e-3}, 0.0), size, workers, room)
    largest = max(pack_bytes(job.trials, recipe, size) for job in jobs)
    base = base_bytes(recipe, size)
    assert base + workers * (base + largest) <= 1.05 * memory


def test_a_trial_of_torch_takes_the_copies_that_its_norms_are_computed_from():
    config = sweep(network={"hidden": [3000, 3000]}, trainer={"backend": "torch"}, seeds=1)
    plan, recipe, size = parts_of(config)
    # 65 x 3000 + 3001 x 3000 + 3001 x 10 parameters in float32: values, gradients, scratch, Adam's two of state, those
    # before the last step, and in NumPy those before it, those after it, the difference and its square; initial values
    # of float64. 1797 examples of 64 + 1 numbers, of which 360 are measured at once, each of 4 x 6000 of the layers.
    parameters = 9_228_010
    data, activations = 1797 * 65 * (4 + 16), 4 * 360 * (4 * 6000 + 64 + 4 * 10)
    assert pack_bytes(plan.trials, recipe, size) == data + activations + 4 * 10 * parameters + 8 * parameters


def test_a_data_set_is_counted_with_the_passes_in_float64_that_split_it():
    config = sweep(network={"hidden": [8]}, data={"name": "blobs", "examples": 1_000_000}, seeds=4)
    plan, recipe, size = parts_of(config)
    one, four = (pack_bytes([t for t in plan.trials if t.seed < seeds], recipe, size) for seeds in (1, 4))
    numbers = 1_000_000 * 3
    assert one > numbers * (4 + 16)
    # The split and what the network reads of each seed.
    assert four > numbers * 4 * (4 + 4)
    assert base_bytes(recipe, size) > 1_000_000 * 2 * 8


@pytest.mark.parametrize(("memory", "way_out"), [(0.3 * GB, "Let"), (0.6 * GB, "Give `resources.workers: 1`, or let")])
def test_a_memory_that_holds_no_process_is_not_blamed_on_the_data(memory, way_out):
    config = sweep(network={"hidden": [4]})
    plan, recipe, size = parts_of(config)
    with pytest.raises(ResourceError, match=r"^the memory must hold the sweep's processes") as raised:
        require_memory(config, plan, recipe, size, 4, int(memory))
    assert f"{way_out} its processes use more, by `ulimit -v`" in str(raised.value)
    if "workers: 1" in way_out:
        require_memory(config, plan, recipe, size, 1, int(memory))


def test_a_small_address_space_ends_in_a_sentence_before_the_libraries_fail(tmp_path):
    text = "data: {name: iris}\noptimizers: {sgd: {learning_rate: 0.1}}\nresources: {executor: inline, workers: 1}\n"
    (tmp_path / "x.yaml").write_text(text)
    command = ["bash", "-c", 'ulimit -v 600000; exec "$@"', "bash", sys.executable, "-m", "sweep", "plan", "x.yaml"]
    ended = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: the memory must hold the sweep's processes")
    assert "Traceback" not in ended.stderr


def test_outputs_that_metrics_are_computed_from_are_counted():
    plan, recipe, size = parts_of(sweep())
    _, asked, _ = parts_of(sweep(metric={"also": ["train_f1_macro"]}))
    more = pack_bytes(plan.trials, asked, size) - pack_bytes(plan.trials, recipe, size)
    # Of two trials, 1437 examples and ten classes: once in float32 and at least twice in float64.
    assert 2 * 1437 * 10 * (4 + 2 * 8) <= more <= 2 * 1437 * 10 * (4 + 5 * 8)


def test_data_that_are_read_by_blocks_take_their_window_and_a_few_numbers_of_each_row():
    plan, recipe, size = parts_of(sweep(seeds=2))
    large = replace(size, examples=10**8, features=100)
    stored = replace(large, held=2**17)
    # In float64 the data set alone takes 80 GB, and 2 of a row 1.6 GB.
    assert base_bytes(recipe, large) - base_bytes(recipe, stored) == 100 * 8 * 10**8 - 2 * 8 * 10**8
    trials = [trial for trial in plan.trials[:1]]
    window = 4 * 2**17 * 101
    of_rows = 100 * 10**8
    assert window + of_rows < pack_bytes(trials, recipe, stored) < 2 * window + of_rows + 10**7
    assert pack_bytes(trials, recipe, large) > 24 * 10**8 * 100 / 2
