"""The first thousand reports of a trial are all passed on; after them one in ten milliseconds, and the last."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sweep.execution.sources import report_pace
from sweep.execution.sources.report_pace import ReportPace


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is set."""
    made = SimpleNamespace(now=50.0)
    monkeypatch.setattr(report_pace, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


@pytest.fixture
def pace(clock):
    """A pace of which a thousand reports are passed on already, and what it sends from then on."""
    sent = []
    made = ReportPace(sent.append)
    for epoch in range(1, 1001):
        made.add(row(epoch))
    assert sent == [row(epoch) for epoch in range(1, 1001)]
    sent.clear()
    return made, sent


def row(epoch):
    return epoch, None, {"val_loss": 1 / epoch}, 0.0


def test_a_burst_of_a_thousand_reports_is_kept_and_nothing_waits(pace):
    made, sent = pace
    made.flush()
    assert (sent, made.reported, made.dropped) == ([], 1000, 0)


def test_of_reports_within_ten_milliseconds_the_first_is_sent_and_the_last_is_held_back(pace):
    made, sent = pace
    for epoch in (1001, 1002, 1003):
        made.add(row(epoch))
    assert (sent, made.dropped) == ([row(1001)], 1)
    made.flush()
    assert (sent, made.reported, made.dropped) == ([row(1001), row(1003)], 1003, 1)


def test_the_first_report_after_ten_milliseconds_is_sent_in_place_of_the_one_held_back(pace, clock):
    made, sent = pace
    made.add(row(1001))
    clock.now += 0.009
    made.add(row(1002))
    clock.now += 0.002
    made.add(row(1003))
    made.flush()
    assert (sent, made.dropped) == ([row(1001), row(1003)], 1)


def test_a_report_is_flushed_once(pace):
    made, sent = pace
    made.add(row(1001))
    made.add(row(1002))
    made.flush()
    made.flush()
    assert sent == [row(1001), row(1002)]


def test_a_report_that_goes_another_way_is_counted_and_takes_the_place_of_the_one_held_back(pace):
    made, sent = pace
    made.add(row(1001))
    made.add(row(1002))
    made.skip()
    made.flush()
    # Of 1003 reports the second of the fast ones is lost, and the third went another way.
    assert (sent, made.reported, made.dropped) == ([row(1001)], 1003, 1)


def test_reports_that_go_another_way_count_towards_the_burst(clock):
    sent = []
    made = ReportPace(sent.append)
    for _ in range(1000):
        made.skip()
    made.add(row(1001))
    made.add(row(1002))
    assert (sent, made.reported, made.dropped) == ([row(1001)], 1002, 0)
