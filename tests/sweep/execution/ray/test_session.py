"""A Ray that runs is joined, and left running."""

from __future__ import annotations

from sweep.execution.ray import Resources, ray_session


def test_ray_that_runs_is_joined_and_left_running(ray):
    import ray as library

    with ray_session(Resources(workers=1)) as workers:
        assert workers == 1
    assert library.is_initialized()
