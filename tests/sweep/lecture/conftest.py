"""Each section of the lecture, run once for all tests as it is shipped."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from threadpoolctl import threadpool_limits

from sweep.lecture.outcome import Outcome
from sweep.lecture.section_config import check_settings, read_settings, shipped_file
from sweep.lecture.section_registry import SECTIONS


@pytest.fixture(scope="session")
def outcome_of() -> Callable[..., Outcome]:
    """Run a section with its shipped settings and some changes: ``outcome_of(name, *overrides)``."""

    @cache
    def run(name: str, *overrides: str) -> Outcome:
        section = SECTIONS[name]
        with threadpool_limits(limits=1):
            return section.run(check_settings(read_settings(shipped_file(name), overrides), section.settings))

    return run
