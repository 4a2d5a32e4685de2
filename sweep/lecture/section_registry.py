"""The registry of the lecture's sections, in order, from which `sweep lecture` takes what it offers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sweep.errors import UsageError
from sweep.lecture.outcome import LectureSection
from sweep.lecture.sections import (
    adam,
    averages,
    bias_correction,
    decay,
    mini_batches,
    momentum,
    plateaus,
    rmsprop,
    understanding,
)
from trainers.errors import did_you_mean

_ALL: tuple[LectureSection, ...] = (
    mini_batches.SECTION,
    understanding.SECTION,
    averages.SECTION,
    bias_correction.SECTION,
    momentum.SECTION,
    rmsprop.SECTION,
    adam.SECTION,
    decay.SECTION,
    plateaus.SECTION,
)

SECTIONS: Mapping[str, LectureSection] = MappingProxyType({section.name: section for section in _ALL})
"""Maps name to section."""


def find(name: str) -> LectureSection:
    """Find a section by name.

    Raises:
        UsageError: if there is no such section, with the closest name.
    """
    if name not in SECTIONS:
        known = f"Known: {', '.join(SECTIONS)}, all, or a file such as mine.yaml."
        raise UsageError(f"`{name}` is not a section of the lecture.{did_you_mean(name, [*SECTIONS, 'all'])} {known}")
    return SECTIONS[name]
