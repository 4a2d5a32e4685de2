"""Runs a function that was written for Ray Tune as the training of a sweep's trial."""

from __future__ import annotations

import functools
import inspect
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from importlib import import_module
from numbers import Number
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ray import tune

from sweep.integrations.checkpoints import PREFIX, kept_checkpoint, report_checkpoint
from sweep.reporting import ReportError, number

if TYPE_CHECKING:
    from sweep.execution.sources.trial import Trial

COUNTS = frozenset({"epoch", "step", "training_iteration", "done"})
"""What functions report as a count or a sign to Tune; a sweep counts the reports itself."""


def from_tune(function: Callable[[dict[str, Any]], object]) -> Callable[[Trial], None]:
    """Make a training function of a sweep from a function trainable of Ray Tune.

    `tune.report`, with or without a checkpoint, `tune.get_checkpoint` and `tune.get_context` work as under Tune; a
    generator may yield its metrics, and a function may return the last ones. The function receives the setting, in
    which the names `model.width` and `model.depth` become a mapping `model` as in Tune's nested spaces, and the trial's
    seed as `seed`. Nested metrics are reported as `outer/inner`; what is no number is left out, with a line in the
    trial's output. Functions of `tune.with_parameters`, which need a running Ray, and class trainables are not
    supported.

    Args:
        function: a function of one argument, the mapping `config`.

    Returns:
        What `trainer.function` may name.

    Raises:
        TypeError: if it is a class.

    >>> def train(config):
    ...     tune.report({"loss": config["rate"]})
    >>> from_tune(train).__name__
    'train'
    """
    if inspect.isclass(function):
        raise TypeError(
            f"`from_tune` takes a function trainable. Received: the class {function.__name__}. "
            "Write a function that calls `tune.report`."
        )

    @functools.wraps(function)
    def train(trial: Trial) -> None:
        session = _Session(trial)
        with _in_place_of_tune(session):
            made = function(_config(trial))
            if not inspect.isgenerator(made):
                session.report_output(made)
                return
            with closing(made):
                for output in made:
                    session.report_output(output)

    return train


class _Session:
    """What Tune's functions ask inside a trial: has the attributes of Ray's session that they read.

    Args:
        trial: the trial.
    """

    world_rank = None
    experiment_name = "sweep"
    trial_resources = None

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._count = 0
        self._left_out: set[str] = set()
        self.trial_id = self.trial_name = trial.id
        self.trial_dir = str(trial.folder)
        kept = kept_checkpoint(trial)
        self.loaded_checkpoint = None if kept is None else tune.Checkpoint.from_directory(str(kept))
        if kept is not None:
            self._count = int(kept.name.removeprefix(PREFIX))

    def report(self, metrics: Mapping[str, Any], checkpoint: tune.Checkpoint | None = None) -> None:
        """Report to the trial; a checkpoint is copied, since functions often write it to a temporary folder."""
        self._count += 1
        folder: Path | None = None
        if checkpoint is not None and self._trial.keeps_state:
            folder = self._trial.folder / f"{PREFIX}{self._count}"
            shutil.rmtree(folder, ignore_errors=True)
            checkpoint.to_directory(str(folder))
        report_checkpoint(self._trial, self._numbers(metrics), folder)

    def report_output(self, output: object) -> None:
        """Report what the function returns or yields, as Tune does."""
        if not output:
            return
        if isinstance(output, Number):
            output = {"_metric": output}
        if not isinstance(output, Mapping):
            raise ReportError(
                "a function for Tune must return or yield a mapping of metrics or a number. "
                f"Received: {type(output).__name__}. Return such as {{'val_loss': 0.3}}."
            )
        self.report(output)

    def _numbers(self, metrics: Mapping[str, Any]) -> dict[str, float]:
        found = {}
        for name, value in _flat(metrics):
            if name in COUNTS:
                continue
            try:
                found[name] = number(value, name)
            except ReportError:
                if name not in self._left_out:
                    self._left_out.add(name)
                    print(f"`{name}` is no number and is not reported: {str(value)[:80]}", flush=True)
        return found


def _flat(metrics: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}", value


def _config(trial: Trial) -> dict[str, Any]:
    """The setting as Tune's nested mapping, with the seed."""
    config: dict[str, Any] = {"seed": trial.seed}
    for name, value in trial.setting.items():
        *outer, last = name.split(".")
        inside = config
        for key in outer:
            inside = inside.setdefault(key, {})
        inside[last] = value
    return config


@contextmanager
def _in_place_of_tune(session: _Session) -> Iterator[None]:
    """Have Tune's functions ask a session."""
    places = _places(session)
    before = [(holder, name, getattr(holder, name)) for holder, name, _ in places]
    for holder, name, value in places:
        setattr(holder, name, value)
    try:
        yield
    finally:
        for holder, name, value in before:
            setattr(holder, name, value)


def _places(session: _Session) -> list[tuple[Any, str, object]]:
    """What is replaced while a function runs.

    Tune has no public way to run a function without a cluster and a trial of its own, seconds each. Its functions ask
    one variable of Ray, in Ray 2.50 to 2.60. Where that is gone, the public names are replaced, which a function that
    imported `report` itself does not see.
    """
    try:
        internals: Any = import_module("ray.train._internal.session")
    except ImportError:
        internals = None
    if hasattr(internals, "_session"):
        return [(internals, "_session", session)]
    print("This version of Ray is not known: call `tune.report`, not a `report` imported from it.", flush=True)
    return [(tune, "report", session.report), (tune, "get_checkpoint", lambda: session.loaded_checkpoint)]
