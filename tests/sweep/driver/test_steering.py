"""What a user asks of a running sweep becomes events, read at most twice a second and in the order of asking."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sweep.driver.steering import Steering
from sweep.records import Arm, Trial
from sweep.results.requests import REQUESTS, Request, write_request
from sweep.running.events import PauseRequested, ResumeRequested, TrialsCancelled, WorkersRequested


def trial(name, **setting):
    return Trial(name, Arm(name, "", setting), 0)


TRIALS = [trial("a", optimizer="adam"), trial("b", optimizer="sgd"), trial("c", optimizer="adam"), trial("d", width=3)]


@pytest.fixture
def steered(tmp_path):
    """The steering of a sweep over optimizers, a function that asks something of it, and its clock."""
    clock = SimpleNamespace(now=100.0)
    steering = Steering(tmp_path, "optimizer", lambda: clock.now)

    def ask(kind, **facts):
        write_request(tmp_path, Request(kind, facts))

    def events():
        clock.now += 1.0
        return steering.events(TRIALS)

    return SimpleNamespace(steering=steering, ask=ask, events=events, clock=clock, folder=tmp_path)


def test_a_sweep_of_which_nothing_is_asked_has_no_events(steered):
    assert steered.events() == []


def test_requests_are_read_at_the_first_look_and_then_at_most_twice_a_second(steered):
    steered.ask("pause")
    assert steered.steering.events(TRIALS) == [PauseRequested()]
    steered.ask("resume")
    steered.clock.now += 0.4
    assert steered.steering.events(TRIALS) == []
    steered.clock.now += 0.2
    assert steered.steering.events(TRIALS) == [ResumeRequested()]


def test_requests_are_answered_in_their_order_and_once(steered):
    for kind in ("pause", "resume", "pause"):
        steered.ask(kind)
    assert steered.events() == [PauseRequested(), ResumeRequested(), PauseRequested()]
    assert steered.steering.is_paused
    assert steered.events() == []
    steered.ask("resume")
    assert steered.events() == [ResumeRequested()]
    assert not steered.steering.is_paused


def test_workers_are_asked_for_by_their_number(steered):
    steered.ask("workers", workers=4)
    assert steered.events() == [WorkersRequested(4)]


def test_trials_are_cancelled_by_their_ids_and_those_of_no_plan_are_passed_over(steered):
    steered.ask("cancel", trials=["d", "b", "elsewhere"])
    assert steered.events() == [TrialsCancelled(("b", "d"))]
    assert not any(map(steered.steering.is_cancelled, TRIALS)), "a trial that is ended leaves its level alone"


def test_a_cancelled_level_ends_its_trials_also_those_that_are_planned_later(steered):
    assert not steered.steering.is_cancelled(trial("e", optimizer="adam"))
    steered.ask("cancel", trials=["b"], levels=["adam"])
    assert steered.events() == [TrialsCancelled(("a", "b", "c"))]
    assert steered.steering.is_cancelled(trial("e", optimizer="adam"))
    assert not steered.steering.is_cancelled(trial("f", optimizer="sgd"))
    assert not steered.steering.is_cancelled(trial("g", width=3)), "it has no level"


def test_a_level_that_is_a_number_is_known_by_its_text(tmp_path):
    steering = Steering(tmp_path, "width", lambda: 0.0)
    write_request(tmp_path, Request("cancel", {"trials": [], "levels": ["3"]}))
    assert steering.events(TRIALS) == [TrialsCancelled(("d",))]


def test_changed_limits_are_no_event_and_are_taken_once_the_last_of_each_counting(steered):
    steered.ask("limits", trials=50)
    steered.ask("limits", minutes=2.5)
    steered.ask("limits", trials=None)
    assert steered.events() == []
    assert steered.steering.take_limits() == {"trials": None, "minutes": 2.5}
    assert steered.steering.take_limits() == {}


def test_a_request_for_more_settings_stays_until_the_sweep_has_ended(steered):
    steered.ask("extend", more=50)
    assert steered.events() == []
    assert len(list((steered.folder / REQUESTS).iterdir())) == 1
