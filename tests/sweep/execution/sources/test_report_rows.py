"""The reports of a user's own training become the reports of a pack of one trial."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.execution.sources.report_rows import ReportRows
from sweep.records import Arm, Trial
from trainers.loop import Ended

TRIAL = Trial("t", Arm("a", "", {}), 7)
END = Ended(0, "COMPLETED", 0, None)


def message(epoch, step=None, **metrics):
    return {"epoch": epoch, "step": step, "metrics": metrics, "seconds": epoch / 2}


def test_nothing_was_reported_yet():
    assert ReportRows(()).next() is None


def test_rows_are_passed_on_once_in_their_order():
    rows = ReportRows(())
    rows.add(message(1, val_loss=0.5))
    rows.add(message(2, val_loss=0.4))
    first = rows.next()
    assert rows.next() is None
    rows.add(message(3, val_loss=0.3))
    second = rows.next()
    assert (first.epochs.tolist(), second.epochs.tolist()) == ([1, 2], [3])
    assert first.values[:, first.names.index("val_loss")].tolist() == [0.5, 0.4]
    assert (first.number, second.number) == (0, 1)
    assert not first.last


def test_a_step_that_is_not_given_is_the_epoch():
    rows = ReportRows(())
    rows.add(message(1, val_loss=0.5))
    rows.add(message(2, 640, val_loss=0.4))
    report = rows.next()
    columns = dict(zip(report.names, report.values.T.tolist(), strict=True))
    assert columns["steps"] == [1.0, 640.0]
    assert columns["seconds"] == [0.5, 1.0]
    assert np.isnan(columns["examples"]).all()


def test_a_metric_that_a_report_lacks_is_missing_there():
    rows = ReportRows(())
    rows.add(message(1, val_loss=0.5))
    rows.add(message(2, val_f1=0.9))
    report = rows.next()
    columns = dict(zip(report.names, report.values.T.tolist(), strict=True))
    assert columns["val_loss"] == [0.5, pytest.approx(np.nan, nan_ok=True)]
    assert columns["val_f1"] == [pytest.approx(np.nan, nan_ok=True), 0.9]


def test_the_last_report_has_the_end_the_fingerprints_of_the_seed_and_the_tags():
    rows = ReportRows(())
    rows.add(message(1, val_loss=0.5))
    report = rows.last(TRIAL, END, {"split": "abc"}, {"thinned_reports": "3"})
    assert report.last
    assert report.ended == (END,)
    assert report.fingerprints == {7: {"split": "abc"}}
    assert report.tags == {"thinned_reports": "3"}
    assert report.epochs.tolist() == [1]


def test_a_trial_may_end_without_a_report():
    report = ReportRows(()).last(TRIAL, END, {}, {})
    assert report.values.shape == (0, 0)
    assert report.last


def test_a_trial_that_goes_on_brings_what_was_known():
    rows = ReportRows([(1, 10, {"val_loss": 0.5}, 2.0), (2, 20, {"val_loss": 0.4}, 4.0)])
    rows.add(message(3, 30, val_loss=0.3))
    report = rows.next()
    assert report.epochs.tolist() == [1, 2, 3]
    assert report.values[:, report.names.index("steps")].tolist() == [10, 20, 30]
