"""A result meets what is asked if it has every column, whatever is in it, and the code that decides is the same."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.planning.metric_demand import MetricDemand, metric_tags
from sweep.records import Arm, Trial, TrialResult


def result(status="COMPLETED", tags=None, **columns):
    epochs = {"epoch": np.arange(1.0, 4.0), **{name: np.array(values) for name, values in columns.items()}}
    return TrialResult(Trial("t", Arm("a", "a", {}), 0), status, epochs, {}, 0.0, 1.0, tags=tags or {})


@pytest.mark.parametrize(
    ("columns", "is_met"),
    [
        ({"val_f1": [0.1, 0.2, 0.3]}, True),
        ({"val_f1": [np.nan, np.nan, np.nan]}, True),
        ({"val_f1": []}, False),
        ({}, False),
    ],
)
def test_a_column_without_any_value_was_asked_and_is_undefined(columns, is_met):
    assert MetricDemand(("val_f1",)).is_met(result(**columns)) is is_met


@pytest.mark.parametrize("status", ["PRUNED", "DIVERGED", "FAILED", "CANCELLED"])
def test_what_did_not_end_well_lacks_nothing(status):
    assert MetricDemand(("val_f1",)).is_met(result(status))


def test_the_code_of_the_metric_that_decides_must_be_the_same():
    demand = MetricDemand(code={"metric_code.share": "new"})
    assert demand.is_met(result(tags=metric_tags({"m:share": "new"})))
    assert not demand.is_met(result(tags=metric_tags({"m:share": "old"})))
    assert not demand.is_met(result())


def test_nothing_asked_is_met_by_all():
    assert MetricDemand().is_met(result())
