"""Every display takes what a running sweep tells, and the silent one shows nothing."""

from __future__ import annotations

import inspect

import pytest

from sweep.driver.display import Leader, Progress, Silent
from sweep.terminal.progress import LiveProgress, PlainProgress

METHODS = [name for name, value in vars(Progress).items() if inspect.isfunction(value) and not name.startswith("_")]


@pytest.mark.parametrize("display", [Silent, PlainProgress, LiveProgress])
@pytest.mark.parametrize("method", METHODS)
def test_a_display_has_the_methods_of_the_protocol_with_their_arguments(display, method):
    wanted = inspect.signature(getattr(Progress, method)).parameters
    given = inspect.signature(getattr(display, method)).parameters
    assert [(name, one.kind) for name, one in given.items()] == [(name, one.kind) for name, one in wanted.items()]


def test_the_methods_are_those_that_a_sweep_calls():
    assert set(METHODS) == {"start", "update", "message", "stop"}


def test_the_silent_display_shows_nothing(capfd):
    silent = Silent()
    silent.start(10, done=2)
    silent.update(done=3, running=1, diverged=0, failed=0, best={"adam": Leader("adam lr=0.1", 0.5, 2, "final")})
    silent.message("A worker died; its trials start over.")
    silent.stop()
    assert capfd.readouterr() == ("", "")
