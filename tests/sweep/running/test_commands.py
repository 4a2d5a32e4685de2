"""Every command has somebody who carries it out: an executor, or whoever drives the sweep."""

from __future__ import annotations

import inspect
from typing import get_args

import pytest

from sweep.driver.drive import Training
from sweep.execution.executor import ExecutorCommand
from sweep.execution.inline import InlineExecutor
from sweep.execution.ray.tuner import TuneExecutor
from sweep.running.commands import AnswerPack, Command, EndExecution, StopPack, StopTrials, TrainPack, UseWorkers


def test_a_command_is_either_the_executor_s_or_the_driver_s():
    driven = inspect.getsource(Training._perform)
    own = {kind for kind in get_args(Command) if f"{kind.__name__}(" in driven}
    assert own | set(get_args(ExecutorCommand)) == set(get_args(Command))
    assert own & set(get_args(ExecutorCommand)) == set()


@pytest.mark.parametrize("executor", [InlineExecutor, TuneExecutor])
def test_an_executor_knows_what_it_is_sent(executor):
    source = inspect.getsource(executor.send)
    # The process itself is the only worker of an inline sweep, so that no number of workers changes it.
    left_out = {UseWorkers} if executor is InlineExecutor else set()
    kinds = (TrainPack, StopPack, AnswerPack, StopTrials, EndExecution, UseWorkers)
    known = {kind for kind in kinds if f"{kind.__name__}(" in source}
    assert known == set(get_args(ExecutorCommand)) - left_out
