"""What all tests of whole sweeps share: one Ray, started when the first of them needs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sweep.driver import Resources, ray_session


@pytest.fixture(scope="session")
def ray() -> Iterator[None]:
    """Sweeps that run in this process find Ray running and leave it so."""
    with ray_session(Resources()):
        yield
