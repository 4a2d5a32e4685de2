"""A metric is a declaration that cannot be changed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from trainers.metrics import METRICS, Gap


def test_a_declaration_is_frozen():
    with pytest.raises(FrozenInstanceError):
        METRICS["f1"].mode = "min"


def test_without_a_gap_none_is_too_large():
    assert METRICS["calibration_error"].gap == Gap(None, None)


def test_each_has_a_title_of_its_own():
    titles = [metric.title for metric in METRICS.values()]
    assert len(set(titles)) == len(titles)
