"""The workers of a sweep, and which GPUs they use: here, on a cluster, and where there is none."""

from __future__ import annotations

import pytest

from sweep.config import SweepConfig
from sweep.driver import workers as module
from sweep.driver.workers import find_workers
from sweep.errors import ResourceError
from sweep.execution.ray import Cluster
from sweep.execution.ray import resources as ray_resources
from sweep.system.gpus import Gpus

TWO = Gpus("cuda", 2, "A100")


def own(**resources):
    return SweepConfig.model_validate(
        {"trainer": {"function": "mine:train"}, "space": {"x": [1, 2]}, "resources": resources}
    )


def networks(backend, **resources):
    optimizers = {"sgd": {"learning_rate": 0.1}}
    trainer = {"backend": backend}
    return SweepConfig.model_validate(
        {"data": {"name": "iris"}, "optimizers": optimizers, "trainer": trainer, "resources": resources}
    )


@pytest.fixture
def machine(monkeypatch):
    """A machine of 8 CPUs with GPUs that are given; NVIDIA's driver lists none."""

    def machine(gpus):
        asked = []
        monkeypatch.setattr(ray_resources, "available_cpus", lambda: 8)
        monkeypatch.setattr(ray_resources, "available_gpus", lambda: 0)
        monkeypatch.setattr(module, "find_gpus", lambda: asked.append(1) or gpus)
        return asked

    return machine


@pytest.mark.parametrize("config", [own, lambda **resources: networks("torch", **resources)], ids=["own", "torch"])
def test_each_worker_has_a_gpu_of_its_own_by_default(machine, config):
    machine(TWO)
    found = find_workers(config())
    assert (found.count, found.device, found.resources.gpus_per_worker) == (2, "cuda", 1.0)
    assert found.note == "2 A100 found, 1 for each worker"


@pytest.mark.parametrize(
    ("gpus", "workers", "share"),
    # A part is of one GPU: of 2 GPUs, 3 workers have a half each. A part is a multiple of 0.0001, and 7 make one GPU.
    [(1, 2, 0.5), (2, 3, 0.5), (2, 4, 0.5), (2, 1, 1.0), (1, 3, 0.3333), (1, 7, 0.1428), (3, 8, 0.3333)],
)
def test_more_workers_than_gpus_share_them(machine, gpus, workers, share):
    machine(Gpus("cuda", gpus))
    found = find_workers(own(workers=workers))
    assert (found.count, found.resources.gpus_per_worker) == (workers, share)
    assert found.note == f"{gpus} GPU{'s' if gpus > 1 else ''} found, {share:.3g} for each worker"


def test_a_gpu_that_is_not_of_nvidia_fits_the_machine_too(machine):
    machine(Gpus("cuda", 1, "Radeon"))
    found = find_workers(own(gpus_per_worker=0.5))
    assert (found.count, found.device) == (2, "cuda")
    with pytest.raises(ResourceError, match=r"must fit the 1 GPUs of this machine. Received: 2"):
        find_workers(own(gpus_per_worker=2))


def test_no_gpu_is_used_where_none_is_and_nothing_is_said(machine):
    machine(Gpus())
    found = find_workers(own())
    assert (found.count, found.device, found.resources.gpus_per_worker, found.note) == (8, "cpu", 0.0, "")
    with pytest.raises(ResourceError, match=r"`resources.gpus_per_worker` must fit the 0 GPUs of this machine"):
        find_workers(own(gpus_per_worker=1))


def test_numpy_uses_no_gpu_and_does_not_ask_for_one(machine):
    asked = machine(TWO)
    found = find_workers(networks("numpy"))
    assert (found.count, found.device, found.resources.gpus_per_worker, asked) == (8, "cpu", 0.0, [])


def test_a_gpu_that_lies_idle_as_the_user_wants_it_is_told(machine):
    machine(TWO)
    found = find_workers(own(gpus_per_worker=0))
    assert (found.count, found.device) == (8, "cpu")
    assert found.note == "2 A100 found and idle, as `resources.gpus_per_worker` is 0"


def test_of_apple_s_gpu_ray_knows_nothing(machine):
    machine(Gpus("mps", 1, "Apple GPU"))
    found = find_workers(own(workers=1))
    assert (found.count, found.device, found.resources.gpus_per_worker) == (1, "mps", 0.0)
    assert found.note == "1 Apple GPU found, 1 for each worker"
    assert find_workers(own(gpus_per_worker=0)).device == "cpu"


def test_inline_there_is_one_worker(machine):
    machine(TWO)
    found = find_workers(own(executor="inline"))
    assert (found.count, found.device) == (1, "cuda")


@pytest.fixture
def cluster(monkeypatch):
    """A cluster of nodes that are given; this machine is not asked."""

    def cluster(*nodes, kinds=()):
        def refuse():
            raise AssertionError("this machine is not part of the cluster")

        monkeypatch.setattr(module, "require_answer", lambda address: None)
        monkeypatch.setattr(module, "find_gpus", refuse)
        monkeypatch.setattr(module, "cluster_on", lambda address: Cluster(nodes, kinds))

    return cluster


def test_on_a_cluster_its_gpus_count(cluster):
    cluster({"CPU": 4.0, "GPU": 1.0}, {"CPU": 4.0, "GPU": 2.0}, {"CPU": 4.0})
    found = find_workers(own(address="10.0.0.1:6379"))
    assert (found.count, found.device, found.resources.gpus_per_worker) == (3, "cuda", 1.0)
    assert found.note == "3 GPUs found, 1 for each worker"
    found = find_workers(networks("numpy", address="10.0.0.1:6379"))
    assert (found.count, found.device) == (12, "cpu")
    assert found.note == "3 GPUs found and idle, as the backend is numpy"


def test_a_cluster_whose_new_nodes_have_gpus_is_asked_for_them(cluster):
    cluster({"CPU": 2.0}, kinds=(({"CPU": 4.0, "GPU": 1.0}, 3),))
    found = find_workers(own(address="10.0.0.1:6379", autoscale=True, workers=1))
    assert (found.count, found.device, found.resources.gpus_per_worker) == (1, "cuda", 1.0)


def test_a_cluster_without_gpus_trains_on_its_cpus(cluster):
    cluster({"CPU": 2.0}, {"CPU": 1.0})
    found = find_workers(own(address="10.0.0.1:6379"))
    assert (found.count, found.device, found.note) == (3, "cpu", "")
