"""The results of trials come out of a log as the collector gave them, whatever was lost of it."""

from __future__ import annotations

import pytest

from sweep.running.commands import AcceptReport, FailPack
from sweep.running.event_log import Record
from sweep.running.events import PacksPlanned, ReportReceived
from sweep.running.log_records import records_of, results_record
from sweep.running.replay import replay


def log_of(pack, reports, start="s1", fail=None):
    records = records_of(PacksPlanned((pack,)), [], start=start, first_pack=0, seconds=1.0)
    for report in reports:
        event = ReportReceived(worker="w", pack=0, attempt=0, report=report)
        records += records_of(event, [AcceptReport(0, report)], start=start, first_pack=0, seconds=2.0)
    if fail:
        records += records_of(PacksPlanned(()), [FailPack(0, fail)], start=start, first_pack=1, seconds=9.0)[1:]
    return records


@pytest.fixture
def reports(make_report):
    """Trial 0 diverges in the second epoch, trial 1 completes the third."""
    return [
        make_report(0, 1, [0.9, 0.8]),
        make_report(1, 2, [0.7], [(0, "DIVERGED", 13, 0.9)], rows=(1,)),
        make_report(2, 3, [0.6], [(0, "DIVERGED", 13, 0.9), (1, "COMPLETED", 30, None)], rows=(1,)),
    ]


def test_each_trial_has_its_epochs_its_end_and_the_fingerprints_of_its_seed(pack, trials, reports):
    diverged, completed = replay(log_of(pack, reports), trials)
    assert (diverged.trial, diverged.status, diverged.diverged_step) == (trials[0], "DIVERGED", 13)
    assert diverged.epochs["loss"].tolist() == [0.9]
    assert diverged.fingerprints == {"split": "s3"}
    assert (completed.trial, completed.status) == (trials[1], "COMPLETED")
    assert completed.epochs["epoch"].tolist() == [1, 2, 3]
    assert completed.epochs["loss"].tolist() == [0.8, 0.7, 0.6]
    assert completed.fingerprints == {"split": "s4"}


@pytest.mark.parametrize(("missing", "known"), [(0, []), (1, []), (2, ["t0"])])
def test_a_pack_of_which_a_report_is_missing_gives_only_what_had_ended_before(pack, trials, reports, missing, known):
    kept = [report for report in reports if report.number != missing]
    assert [result.trial.id for result in replay(log_of(pack, kept), trials)] == known


def test_an_attempt_that_starts_over_counts_from_its_beginning(pack, trials, reports, make_report):
    again = [make_report(0, 1, [0.5, 0.4]), make_report(1, 2, [0.3, 0.2], [(0, "COMPLETED", 20), (1, "COMPLETED", 20)])]
    results = replay(log_of(pack, [reports[0], *again]), trials)
    assert [result.epochs["loss"].tolist() for result in results] == [[0.5, 0.3], [0.4, 0.2]]


def test_packs_of_two_starts_have_the_same_numbers_and_are_told_apart(pack, trials, reports):
    first = log_of(pack, reports[:1], start="s1")
    second = log_of(pack, reports, start="s2")
    assert [result.trial.id for result in replay([*first, *second], trials)] == ["t0", "t1"]
    # The rest of the first start does not complete the second.
    assert replay([*log_of(pack, reports[:1], start="s2"), *first], trials) == []


def test_a_pack_that_failed_fails_what_had_not_ended(pack, trials, reports):
    diverged, failed = replay(log_of(pack, reports[:2], fail="It raised."), trials)
    assert (diverged.trial.id, diverged.status) == ("t0", "DIVERGED")
    assert (failed.trial.id, failed.status, failed.error, failed.ended_seconds) == ("t1", "FAILED", "It raised.", 9.0)


def test_the_last_result_of_a_trial_counts_and_others_are_left_out(pack, trials, reports):
    results = replay(log_of(pack, reports), trials)
    (only,) = replay([results_record(results), *log_of(pack, reports, start="s2")], trials[1:])
    assert only.trial == trials[1]
    both = replay([*log_of(pack, reports), results_record(results[:1])], trials)
    assert [result.trial.id for result in both] == ["t1", "t0"]


def test_records_of_packs_that_were_not_planned_and_of_other_kinds_give_nothing(pack, trials, reports):
    assert replay(log_of(pack, reports)[1:], trials) == []
    assert replay([Record("start", {"start": "s1"}), Record("some kind of later", {"pack": 0})], trials) == []
