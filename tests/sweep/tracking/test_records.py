"""What ranks a trial, and whether MLflow holds all of a sweep."""

from __future__ import annotations

import dataclasses

import pytest

from sweep.tracking import WriterReport

WHOLE = WriterReport(written=3, skipped=1, failed=0, seconds=0.1, pending=None, error=None, url=None)


def test_the_metric_that_ranks_begins_with_the_epoch_that_is_taken(record):
    assert record.ranked_by == "final_val_accuracy"
    assert dataclasses.replace(record, by="best", metric="val_loss").ranked_by == "best_val_loss"


@pytest.mark.parametrize("missing", ["error", "artifacts_error", "models_error"])
def test_a_sweep_is_whole_only_if_neither_runs_nor_artifacts_nor_models_are_missing(missing):
    assert WHOLE.complete
    assert not dataclasses.replace(WHOLE, **{missing: "no such bucket"}).complete
