"""Recorded curves are reported epoch by epoch, by workers whose time is that of the recorded training."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.execution.simulated import Curve, SimulatedExecutor
from sweep.planning.decision_points import DecisionPoints
from sweep.planning.packing import PlannedPack
from sweep.records import Arm, Trial
from sweep.running.commands import AnswerPack, EndExecution, StopPack, StopTrials, TrainPack, UseWorkers
from sweep.running.events import ReportReceived, WorkerJoined
from trainers.loop import Ended


def curve(seconds, status="COMPLETED", loss=1.0):
    """A curve whose epochs take so many seconds each; its loss is one value divided by the epoch."""
    epochs = np.arange(1.0, len(seconds) + 1)
    columns = {"epoch": epochs, "steps": 10 * epochs, "seconds": np.cumsum(seconds), "val_loss": loss / epochs}
    return Curve(columns, Ended(0, status, 10 * len(seconds), 0.5 if status == "DIVERGED" else None))


CURVES = {
    "slow": curve([2.0, 2.0, 2.0], loss=3.0),
    "quick": curve([1.0, 1.0, 1.0], loss=6.0),
    "short": curve([1.0], "STOPPED"),
    "lost": curve([], "DIVERGED"),
    "uneven": curve([5.0, 1.0, 1.0]),
}


def pack(*names, points=None, resumed=0):
    trials = tuple(Trial(name, Arm(name, "", {}), 0) for name in names)
    return PlannedPack(trials, (), None, 3, 1.0, decisions=points, resumed_epoch=resumed)


class Driver:
    """Gives each worker its packs, and answers reports."""

    def __init__(self, *packs, workers=1, answers=(), after=None):
        self.executor = SimulatedExecutor(lambda trial: CURVES[trial.id], workers)
        self.left, self.answers, self.after = list(enumerate(packs)), list(answers), after or {}
        self.joined, self.events = [], []
        self.executor.run(self.handle)

    def handle(self, event):
        if isinstance(event, WorkerJoined):
            self.joined.append(event.worker)
            self.train(event.worker)
            return
        self.events.append((self.executor.seconds, event))
        report = event.report
        if report.last:
            self.train(event.worker)
        elif report.waits:
            stop, pause = self.answers.pop(0)
            self.executor.send(AnswerPack(event.worker, event.pack, 0, report.number, stop, pause))
        if (event.pack, report.number) in self.after:
            for command in self.after[event.pack, report.number](event.worker):
                self.executor.send(command)

    def train(self, worker):
        if self.left:
            number, planned = self.left.pop(0)
            self.executor.send(TrainPack(worker, number, 0, planned))

    @property
    def reports(self):
        return [event.report for _, event in self.events]

    @property
    def times(self):
        return [seconds for seconds, _ in self.events]

    def rows(self, trial):
        """The epochs of a trial, by its index in its pack."""
        return [
            epoch
            for report in self.reports
            for epoch, index in zip(report.epochs, report.trials, strict=True)
            if index == trial
        ]

    @property
    def ended(self):
        return [(end.trial, end.status) for report in self.reports for end in report.ended]


def test_a_trial_is_reported_epoch_by_epoch_at_the_times_of_its_recording():
    driver = Driver(pack("uneven"))
    assert driver.times == [5.0, 6.0, 7.0] == [report.now_seconds for report in driver.reports]
    assert driver.rows(0) == [1, 2, 3]
    assert [report.number for report in driver.reports] == [0, 1, 2]
    assert [report.last for report in driver.reports] == [False, False, True]
    assert driver.ended == [(0, "COMPLETED")]
    first = driver.reports[0]
    assert dict(zip(first.names, first.values[0], strict=True)) == {"steps": 10.0, "seconds": 5.0, "val_loss": 1.0}
    assert driver.executor.seconds == 7.0


def test_an_epoch_of_a_pack_takes_as_long_as_those_of_its_trials_together():
    driver = Driver(pack("slow", "quick"))
    assert driver.times == [3.0, 6.0, 9.0]
    losses = [report.values[:, report.names.index("val_loss")].tolist() for report in driver.reports]
    assert losses == [[3.0, 6.0], [1.5, 3.0], [1.0, 2.0]]
    assert driver.ended == [(0, "COMPLETED"), (1, "COMPLETED")]


def test_workers_train_side_by_side_and_the_first_that_is_free_takes_the_next_pack():
    driver = Driver(pack("slow"), pack("quick"), pack("short"), workers=2)
    assert driver.joined == ["simulated-0", "simulated-1"]
    # At 2 s the quick pack's second epoch and the slow one's first are over: what was begun first comes first.
    order = [(seconds, event.pack) for seconds, event in driver.events]
    assert order == [(1.0, 1), (2.0, 0), (2.0, 1), (3.0, 1), (4.0, 0), (4.0, 2), (6.0, 0)]
    assert driver.executor.seconds == 6.0


def test_a_trial_that_ends_by_itself_leaves_its_pack_and_takes_no_more_time():
    driver = Driver(pack("short", "quick"))
    assert driver.times == [2.0, 3.0, 4.0]
    assert driver.ended == [(0, "STOPPED"), (1, "COMPLETED")]
    assert driver.rows(0) == [1]


def test_a_trial_that_has_diverged_before_its_first_report_ends_without_a_row():
    driver = Driver(pack("lost", "quick"))
    (end,) = driver.reports[0].ended
    assert (end.trial, end.status, end.step, end.last_finite_loss) == (0, "DIVERGED", 0, 0.5)
    assert (driver.rows(0), driver.rows(1)) == ([], [1, 2, 3])
    assert Driver(pack("lost")).reports[0].last


RUNG = DecisionPoints(values=(2.0,))


def test_a_pack_waits_at_a_rung_and_goes_on_without_those_that_end_there():
    driver = Driver(pack("slow", "quick", points=RUNG), answers=[((0,), ())])
    assert [report.waits for report in driver.reports] == [False, True, False]
    # Its third epoch is that of the quick one alone.
    assert driver.times == [3.0, 6.0, 7.0]
    assert (driver.rows(0), driver.rows(1)) == ([1, 2], [1, 2, 3])
    assert driver.ended == [(1, "COMPLETED")]


def test_no_trial_waits_at_its_last_report():
    driver = Driver(pack("short", "quick", points=DecisionPoints(values=(1.0, 3.0))), answers=[((), ())])
    assert [report.waits for report in driver.reports] == [True, False, False]


def test_a_pack_that_all_have_left_says_that_it_has_ended_and_takes_no_time():
    driver = Driver(pack("slow", "quick", points=RUNG), pack("short"), answers=[((0, 1), ())])
    assert [(seconds, event.pack, event.report.last) for seconds, event in driver.events] == [
        (3.0, 0, False),
        (6.0, 0, False),
        (6.0, 0, True),
        (7.0, 1, True),
    ]


def test_trials_that_pause_are_told_at_once_with_their_epoch_and_the_others_go_on():
    driver = Driver(pack("slow", "quick", points=RUNG), answers=[((), (0,))])
    assert driver.times == [3.0, 6.0, 6.0, 7.0]
    told = driver.reports[2]
    assert [(end.trial, end.status, end.step) for end in told.ended] == [(0, "PAUSED", 2)]
    assert (len(told.epochs), told.waits, told.last) == (0, False, False)


def test_a_trial_that_goes_on_reports_what_it_has_behind_it_first_and_takes_the_time_of_the_rest():
    driver = Driver(pack("uneven", points=DecisionPoints(values=(1.0, 2.0)), resumed=1), answers=[((), ())])
    # Its first epoch has taken 5 s before.
    assert driver.times == [1.0, 2.0]
    assert [report.epochs.tolist() for report in driver.reports] == [[1, 2], [3]]
    assert [report.waits for report in driver.reports] == [True, False]


@pytest.mark.parametrize(("values", "waits"), [((20.0,), [2]), ((15.0, 25.0), [2]), ((5.0, 35.0), [1])])
def test_rungs_may_be_steps_and_are_met_by_the_report_that_reaches_them(values, waits):
    points = DecisionPoints("steps", values)
    driver = Driver(pack("slow", "uneven", points=points), answers=[((), ())] * 3)
    # At 25 the trials wait in vain: the third report is their last.
    assert [report.number + 1 for report in driver.reports if report.waits] == waits


def test_a_pack_that_is_stopped_reports_no_more_and_its_worker_may_train_another():
    def stop(worker):
        return StopPack(worker, 0, 0), TrainPack(worker, 1, 0, pack("quick"))

    driver = Driver(pack("slow"), after={(0, 0): stop})
    # The second epoch of the slow one would have ended at 4 s, as the second of the quick one does.
    assert [(seconds, event.pack) for seconds, event in driver.events] == [(2.0, 0), (3.0, 1), (4.0, 1), (5.0, 1)]


def test_a_trial_that_is_stopped_while_its_pack_does_not_wait_leaves_after_the_epoch_in_training():
    driver = Driver(pack("slow", "quick"), after={(0, 0): lambda worker: [StopTrials(worker, 0, 0, (0,))]})
    assert (driver.rows(0), driver.rows(1)) == ([1], [1, 2, 3])
    # The second epoch had begun with both.
    assert driver.times == [3.0, 6.0, 7.0]


def test_nothing_is_reported_after_the_end_of_the_execution_and_the_number_of_workers_stays():
    driver = Driver(pack("slow"), after={(0, 0): lambda worker: [UseWorkers(3)]})
    assert (driver.joined, driver.times) == (["simulated-0"], [2.0, 4.0, 6.0])
    ended = Driver(pack("slow"), pack("quick"), workers=2, after={(1, 0): lambda worker: [EndExecution(at_once=True)]})
    assert ended.times == [1.0]


def test_the_reports_are_events_of_their_pack_and_worker():
    driver = Driver(pack("short"))
    (event,) = [event for _, event in driver.events]
    assert isinstance(event, ReportReceived)
    assert (event.worker, event.pack, event.attempt) == ("simulated-0", 0, 0)
