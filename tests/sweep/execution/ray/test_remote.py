"""A client and the head exchange commands and events, each once and in order, until the head has ended or is lost."""

from __future__ import annotations

import sys
import threading

import pytest

from sweep.errors import ResourceError
from sweep.execution.ray import Resources, WorkerSettings, remote
from sweep.execution.ray.remote import RemoteExecutor, TuneActor
from sweep.running.commands import EndExecution, StopPack, UseWorkers
from sweep.running.events import CapacityChanged, TimePassed, WorkerJoined, WorkerLost

END = EndExecution(at_once=True)


class Script:
    """An executor that lets happen what it is given, and keeps what it is sent with the thread that sent it.

    Args:
        events: in their order; None waits until it is told to end, and an error is raised.
    """

    def __init__(self, *events):
        self.events = events
        self.sent = []
        self.ended = threading.Event()

    def run(self, handle):
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            if event is not None:
                handle(event)
            while event is None and not self.ended.wait(0.01):
                handle(TimePassed(0.0))

    def send(self, command):
        self.sent.append((command, threading.get_ident()))
        if isinstance(command, EndExecution):
            self.ended.set()


def settings_of(events):
    """Settings whose source is a list of events."""
    return WorkerSettings(events, Resources("ray://head:10001"))


class Head(TuneActor):
    """The head's half of the exchange over a script in place of Tune; its events come in place of the source."""

    def __init__(self, settings, workers):
        self._executor = Script(*settings.source)
        self._events, self._commands = [], []
        self._arrived = threading.Condition()

    def told(self):
        return [command for command, _ in self._executor.sent]


def test_events_are_handed_over_once_and_in_order_without_the_clock_of_the_head(monkeypatch):
    monkeypatch.setattr(remote, "EXCHANGE_SECONDS", 0.0)
    head = Head(settings_of((WorkerJoined("a"), TimePassed(1.0), CapacityChanged(2), WorkerLost("a", "It died."))), 1)
    head.run()
    assert head.exchange(()) == [WorkerJoined("a"), CapacityChanged(2), WorkerLost("a", "It died.")]
    assert head.exchange(()) == []


def test_commands_are_carried_out_once_and_in_order_by_the_thread_that_runs_tune(monkeypatch):
    monkeypatch.setattr(remote, "EXCHANGE_SECONDS", 0.0)
    head = Head(settings_of((TimePassed(1.0), TimePassed(2.0))), 1)
    head.exchange([UseWorkers(2)])
    head.exchange([StopPack("a", 0, 0), END])
    assert head.told() == []
    tune = threading.Thread(target=head.run)
    tune.start()
    tune.join()
    assert head._executor.sent == [(command, tune.ident) for command in (UseWorkers(2), StopPack("a", 0, 0), END)]


def test_an_exchange_waits_no_longer_than_for_the_first_event(monkeypatch):
    monkeypatch.setattr(remote, "EXCHANGE_SECONDS", 60.0)
    head = Head(settings_of((WorkerJoined("a"),)), 1)
    found = []
    client = threading.Thread(target=lambda: found.extend(head.exchange(())), daemon=True)
    client.start()
    head.run()
    client.join(timeout=10)
    assert found == [WorkerJoined("a")]


@pytest.fixture
def connect(ray, monkeypatch):
    """Connect a client to a head of the Ray that runs here."""
    import ray as library
    from ray import cloudpickle

    module = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(module)
    monkeypatch.setattr(remote, "TuneActor", Head)
    clients = []

    def connect(*events):
        clients.append(RemoteExecutor(settings_of(events), 1))
        return clients[-1]

    yield connect
    for client in clients:
        library.kill(client._actor)
    cloudpickle.unregister_pickle_by_value(module)


def test_a_client_sends_its_commands_and_takes_events_and_time_until_the_head_has_ended(connect):
    import ray as library

    client = connect(WorkerJoined("a"), CapacityChanged(2), None, WorkerLost("a", "It ended."))
    seen = []

    def handle(event):
        seen.append(event)
        if event == CapacityChanged(2):
            client.send(UseWorkers(2))
            client.send(END)

    client.run(handle)
    assert library.get(client._actor.told.remote()) == [UseWorkers(2), END]
    happened = [event for event in seen if not isinstance(event, TimePassed)]
    assert happened == [WorkerJoined("a"), CapacityChanged(2), WorkerLost("a", "It ended.")]
    # The clock is that of the client: it goes on, and the head's stands still at 0.
    clock = [event.seconds for event in seen if isinstance(event, TimePassed)]
    assert clock == sorted(clock)
    assert clock[0] > 0


def test_a_head_that_is_lost_is_named_with_the_way_to_go_on(connect):
    client = connect(WorkerJoined("a"), RuntimeError("the head is out of memory"))
    seen = []
    with pytest.raises(ResourceError) as raised:
        client.run(seen.append)
    assert str(raised.value).startswith(
        "`resources.address` must be a cluster that stays reachable (RuntimeError: the head is out of memory). "
        "Received: ray://head:10001. Run the same command to go on; "
    )
    # What it told before counts.
    assert WorkerJoined("a") in seen
