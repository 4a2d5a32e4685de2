"""Makes a configuration of a function and the sections of a file, given in Python."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import cloudpickle

from sweep.config import SweepConfig
from sweep.config.loading import config_of
from sweep.config.own_training import FunctionByValue
from sweep.driver.run import RunResult
from sweep.errors import ConfigError, SweepError
from sweep.execution.sources.inspection import signature_problem
from sweep.planning.function_identity import NotIdentifiableError, identify
from sweep.reports.collect import gather
from sweep.results.report_files import REPORT
from trainers.imported_files import imported_files
from trainers.user_code import attempt

ORIGIN = "sweep.run"
"""Where the sections are given, in messages."""


def configure(function: Callable[..., object] | None, sections: Mapping[str, Any]) -> SweepConfig:
    """Create the configuration of a sweep.

    Args:
        function: the training; None for our networks, or a function or command that a section names.
        sections: top-level key of a sweep file -> value.

    Raises:
        ConfigError: with one line for each problem.
    """
    if function is None:
        return config_of(sections, ORIGIN)
    name = _name_of(function)
    if problem := signature_problem(function, name):
        raise ConfigError(f"{ORIGIN}: the training {problem}")
    trainer = sections.get("trainer", {})
    if not isinstance(trainer, Mapping) or {"function", "command"} & trainer.keys():
        raise ConfigError(
            f"{ORIGIN}: `trainer` must hold what goes with the function, such as `epochs`. Received: {trainer}. "
            "Leave out `function` and `command`."
        )
    named = {"name": _slug(name.rpartition(":")[2].rpartition("<locals>.")[2]), **sections}
    config = config_of({**named, "trainer": {**trainer, "function": name}}, ORIGIN)
    if not _can_be_imported(function, name):
        config._by_value = _by_value(function, name)
    return config


def _name_of(function: object) -> str:
    named = function.func if isinstance(function, partial) else function
    return f"{getattr(named, '__module__', '__main__')}:{getattr(named, '__qualname__', type(named).__name__)}"


def with_answer(result: RunResult) -> RunResult:
    """Return the result with its answer and the path of its report, where the run itself had no need of them."""
    if result.interrupted or result.answer:
        return result
    page = result.path / REPORT
    try:
        sentence = gather(result.path).sentence
    except SweepError:
        # The notes already say why the trials cannot be compared.
        sentence = ""
    return replace(result, answer=sentence, report=page if page.exists() else None)


def _slug(name: str) -> str:
    kept = "".join(letter if letter.isalnum() or letter in "_-" else "-" for letter in name).strip("_-")
    return kept[:100] or "sweep"


def _can_be_imported(function: object, name: str) -> bool:
    """Whether another process finds the function by its name, in a module with a file."""
    module, _, qualified = name.partition(":")
    # An object has the name of its class, and a partial that of its function.
    is_found = getattr(sys.modules.get(module), qualified, None) is function
    return is_found and module != "__main__" and bool(imported_files(module))


def _by_value(function: Callable[..., object], name: str) -> FunctionByValue:
    pickled, error = attempt(lambda: cloudpickle.dumps(function))
    if pickled is None:
        raise ConfigError(
            f"{ORIGIN}: the training must be a function that can be sent to another process ({error}). "
            f"Received: {name}. Create what it uses within it."
        ) from error
    try:
        return FunctionByValue(pickled, identify(function))
    except NotIdentifiableError as reason:
        note = (
            f"{name} is trained anew each time, as a change cannot be seen: {reason}. Create that within the function"
        )
        return FunctionByValue(pickled, uuid.uuid4().hex[:16], note)
