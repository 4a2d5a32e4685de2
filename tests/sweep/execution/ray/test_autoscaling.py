"""A cluster is counted node by node, and grows for what a plan is worth."""

from __future__ import annotations

import pytest

from sweep.errors import ResourceError
from sweep.execution.ray.autoscaling import Cluster, workers_for
from sweep.execution.ray.resources import Resources

SMALL, LARGE = {"CPU": 1.0}, {"CPU": 8.0, "GPU": 2.0}


@pytest.mark.parametrize(
    ("nodes", "resources", "workers"),
    [
        ((SMALL, LARGE), Resources(), 9),
        ((SMALL, SMALL, LARGE), Resources(cpus_per_worker=2), 4),
        ((SMALL, LARGE), Resources(gpus_per_worker=0.4), 4),
        ((LARGE, LARGE), Resources(cpus_per_worker=3, gpus_per_worker=1), 4),
        ((LARGE,), Resources(workers=3), 3),
    ],
)
def test_each_node_takes_as_many_workers_as_fit_it(nodes, resources, workers):
    assert workers_for(Cluster(nodes), resources, 0.0) == workers


@pytest.mark.parametrize(
    ("nodes", "resources"),
    [
        # Two CPUs in all, and none with two.
        ((SMALL, SMALL), Resources(cpus_per_worker=2)),
        ((LARGE,), Resources(workers=9)),
        ((SMALL,), Resources(gpus_per_worker=0.5)),
        ((), Resources()),
    ],
)
def test_a_cluster_that_is_too_small_is_refused(nodes, resources):
    with pytest.raises(ResourceError, match="`resources` must fit the cluster, which has room for"):
        workers_for(Cluster(nodes), resources, 0.0)


def test_more_than_one_gpu_is_shared_by_whole_gpus_alone():
    with pytest.raises(ResourceError, match=r"must be whole, or a part of one GPU\. Received: 1\.5"):
        workers_for(Cluster((LARGE,)), Resources(gpus_per_worker=1.5), 0.0)


@pytest.mark.parametrize(("seconds", "workers"), [(1.0, 1), (61.0, 2), (600.0, 10), (1e6, 40)])
def test_a_cluster_without_nodes_grows_by_a_worker_for_each_minute(seconds, workers):
    assert workers_for(Cluster(({"CPU": 0.0},), ((LARGE, 5),)), Resources(), seconds) == workers


def test_the_limit_of_the_whole_cluster_holds():
    cluster = Cluster((), ((LARGE, 5),), {"CPU": 12.0})
    assert workers_for(cluster, Resources(), 1e6) == 12
