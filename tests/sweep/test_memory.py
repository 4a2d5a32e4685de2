"""Memory is counted before it is taken: what does not fit is refused with its size, and packs fit what there is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.config import SweepConfig
from sweep.errors import ResourceError
from sweep.memory import PACK_BYTES, base_bytes, pack_bytes, pack_room, require_memory
from sweep.packing import form_jobs
from sweep.planning import make_plan
from sweep.preparation import prepare, recipe_of
from sweep.probe import Rates
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
    jobs = form_jobs(plan.trials, recipe, Rates({64: 1e-3}, 0.0), size, workers, room)
    largest = max(pack_bytes(job.trials, recipe, size) for job in jobs)
    base = base_bytes(recipe, size)
    assert base + workers * (base + largest) <= 1.05 * memory
