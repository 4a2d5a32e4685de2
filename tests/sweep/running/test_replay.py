"""The results of trials come out of a log as the collector gave them, whatever was lost of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sweep.running.commands import AcceptReport, FailPack, FormPack, RestartPack
from sweep.running.event_log import Record
from sweep.running.events import PacksPlanned, ReportReceived
from sweep.running.log_records import records_of, results_record
from sweep.running.replay import known_rows, replay


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


def resumed(reports, epoch):
    """The same reports, of an attempt that goes on from an epoch."""
    return [replace(report, resumed_epoch=0 if report.number else epoch) for report in reports]


@pytest.fixture
def begun(make_report):
    """Both trials report three epochs."""
    return [make_report(0, 1, [0.9, 0.8]), make_report(1, 2, [0.7, 0.6]), make_report(2, 3, [0.5, 0.4])]


@pytest.fixture
def rest(make_report):
    """Epochs 3 and 4 of an attempt that goes on from epoch 2, with other losses."""
    ended = [(0, "COMPLETED", 40), (1, "COMPLETED", 40)]
    return resumed([make_report(0, 3, [0.55, 0.45]), make_report(1, 4, [0.3, 0.2], ended)], 2)


def test_a_later_start_goes_on_from_the_epochs_until_its_checkpoint(pack, trials, begun, rest):
    records = [*log_of(pack, begun, start="s1"), *log_of(pack, rest, start="s2")]
    results = replay(records, trials)
    assert [result.epochs["epoch"].tolist() for result in results] == [[1, 2, 3, 4]] * 2
    # Those after the checkpoint are dropped.
    assert [result.epochs["loss"].tolist() for result in results] == [[0.9, 0.7, 0.55, 0.3], [0.8, 0.6, 0.45, 0.2]]


def test_an_attempt_goes_on_from_the_epochs_until_its_checkpoint(pack, trials, begun, rest):
    assert [result.epochs["loss"].tolist() for result in replay(log_of(pack, [*begun, *rest]), trials)] == [
        [0.9, 0.7, 0.55, 0.3],
        [0.8, 0.6, 0.45, 0.2],
    ]


@pytest.mark.parametrize("lost", [0, 1])
def test_trials_whose_epochs_before_the_checkpoint_are_lost_have_no_result(pack, trials, begun, rest, lost):
    kept = [report for report in begun if report.number != lost]
    records = [*log_of(pack, kept, start="s1"), *log_of(pack, rest, start="s2")]
    assert replay(records, trials) == []


def test_a_lost_report_after_the_checkpoint_does_no_harm(pack, trials, begun, rest):
    records = [*log_of(pack, begun[:2], start="s1"), *log_of(pack, rest, start="s2")]
    assert [result.epochs["epoch"].tolist() for result in replay(records, trials)] == [[1, 2, 3, 4]] * 2


def test_a_pack_formed_of_the_trials_that_are_left_has_their_epochs(pack, trials, begun, make_report):
    part = pack.only([1])
    ends = make_report(0, 3, [0.45], [(0, "COMPLETED", 30)], rows=(0,))
    records = log_of(pack, begun[:2])
    records += records_of(PacksPlanned(()), [FormPack(1, part)], start="s1", first_pack=2, seconds=1.0)[1:]
    event = ReportReceived(worker="w", pack=1, attempt=1, report=ends)
    accepted = AcceptReport(1, replace(ends, resumed_epoch=2))
    records += records_of(event, [accepted], start="s1", first_pack=2, seconds=2.0)
    (result,) = replay(records, trials)
    assert (result.trial.id, result.epochs["loss"].tolist()) == ("t1", [0.8, 0.6, 0.45])


def test_the_first_report_of_a_new_attempt_must_not_be_missing(pack, trials, begun, rest):
    """The second report of the new attempt has the number that is expected of the old one."""
    over = records_of(PacksPlanned(()), [RestartPack(0, 1)], start="s1", first_pack=1, seconds=3.0)[1:]
    event = ReportReceived(worker="w", pack=0, attempt=1, report=rest[1])
    after = records_of(event, [AcceptReport(0, rest[1])], start="s1", first_pack=1, seconds=4.0)
    assert replay([*log_of(pack, begun[:1]), *over, *after], trials) == []


def test_the_epochs_of_trials_that_have_not_ended_are_known_up_to_a_gap(pack, begun, make_report):
    ended = make_report(3, 4, [0.3, 0.2], [(0, "COMPLETED", 40)])
    records = [*log_of(pack, [begun[0], begun[2]], start="s1")]
    assert [epochs.tolist() for _, epochs, _ in known_rows(records, ["t0"])["t0"]] == [[1]]
    records = log_of(pack, [*begun, ended], start="s1")
    found = known_rows(records, ["t0", "t1", "unknown"])
    assert [epochs.tolist() for _, epochs, _ in found["t1"]] == [[1], [2], [3], [4]]
    assert list(found) == ["t1"]


def test_a_version_that_knows_no_checkpoints_does_not_take_a_part_of_the_epochs_for_all(pack, rest):
    kinds = [record.kind for record in log_of(pack, rest)]
    assert kinds == ["plan", "resumed report", "report"]
