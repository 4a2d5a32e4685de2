"""A machine has room for as many workers as its CPUs and GPUs allow, and what does not fit is refused."""

from __future__ import annotations

import pytest

from sweep.errors import ResourceError
from sweep.execution.ray import Resources, local_workers, resources


@pytest.fixture
def machine(monkeypatch):
    def machine(cpus, gpus=0):
        monkeypatch.setattr(resources, "available_cpus", lambda: cpus)
        monkeypatch.setattr(resources, "available_gpus", lambda: gpus)

    return machine


@pytest.mark.parametrize(
    ("cpus", "gpus", "resources", "workers"),
    [
        (8, 0, Resources(), 8),
        (8, 0, Resources(cpus_per_worker=3), 2),
        (8, 0, Resources(workers=5), 5),
        (8, 2, Resources(gpus_per_worker=0.5), 4),
        (16, 1, Resources(gpus_per_worker=0.1), 10),
        (2, 8, Resources(gpus_per_worker=1), 2),
    ],
)
def test_this_machine_has_room_for_as_many_workers_as_its_cpus_and_gpus_allow(machine, cpus, gpus, resources, workers):
    machine(cpus, gpus)
    assert local_workers(resources) == workers


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        (Resources(cpus_per_worker=5), "`resources.cpus_per_worker` must be at most the 4 CPUs of this machine."),
        (Resources(workers=3, cpus_per_worker=2), "`resources.workers` must be at most 2, the 4 CPUs of this machine"),
        (Resources(gpus_per_worker=2), "`resources.gpus_per_worker` must fit the 1 GPUs of this machine."),
        (Resources(workers=3, gpus_per_worker=0.5), "Received: 0.5 for each of 3 workers."),
    ],
)
def test_what_this_machine_has_no_room_for_is_refused(machine, resources, said):
    machine(4, 1)
    with pytest.raises(ResourceError) as refused:
        local_workers(resources)
    assert said in str(refused.value)
