"""Which metrics are asked, and that no name is taken which nothing computes."""

from __future__ import annotations

import math

import pytest

from tests.trainers.metrics.conftest import given
from trainers.metrics import AskedMetrics


@pytest.mark.parametrize("name", ["roc_auc", "test_roc_auc", "val_loss", "val_absent", "val_mine"])
def test_a_name_that_nothing_computes_after_an_epoch_is_refused(name):
    with pytest.raises(ValueError, match=f"must be of metrics behind val_ or train_. Received: {name}"):
        AskedMetrics((name,))


@pytest.mark.parametrize("every", [0, -1, 1.5])
def test_every_is_a_whole_number_from_1(every):
    with pytest.raises(ValueError, match="`every` must be a whole number, 1 or more"):
        AskedMetrics(("val_f1",), every)


def test_own_metrics_are_known_by_their_names():
    asked = AskedMetrics(("val_mine", "train_mine", "val_f1"), own={"mine": "m:mine"})
    assert asked.of_part("val") == ("val_mine", "val_f1")
    assert asked.of_part("train") == ("train_mine",)


def test_what_is_undefined_is_nan():
    part = given([0, 0], [[0.5, 0.5], [0.5, 0.5]])
    assert math.isnan(AskedMetrics(("val_roc_auc",)).score("val_roc_auc", part)[0][0])
