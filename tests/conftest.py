"""What all tests of whole sweeps share: one Ray, started when the first of them needs it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from sweep.execution.ray import Resources, ray_session, silence_ray

# Before any test module, or module with doctests, imports Ray.
silence_ray()
# A token in the home folder of who runs the tests would make Ray ask for it; tests that need one set it.
os.environ.setdefault("RAY_AUTH_MODE", "disabled")

# How long an example takes is the machine's affair, not the test's.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def ray() -> Iterator[None]:
    """Sweeps that run in this process find Ray running and leave it so."""
    with ray_session(Resources()):
        yield
