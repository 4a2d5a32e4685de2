"""Plans, runs and compares many trainings of one network under different optimizers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sweep.errors import SweepError

if TYPE_CHECKING:
    from sweep.config import SweepConfig, load_config
    from sweep.driver.display import Progress
    from sweep.driver.run import RunResult
    from sweep.planning.plan import Plan
    from sweep.reporting import report
    from sweep.results import SweepResult
    from sweep.results.kept_models import NetworkModel, OwnModel
else:
    _HOMES = {
        "SweepConfig": "sweep.config",
        "load_config": "sweep.config",
        "Plan": "sweep.planning.plan",
        "report": "sweep.reporting",
    }

    def __getattr__(name: str) -> object:
        """Load what reads configurations when it is asked for: a worker, which imports this package, never does."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *_HOMES})


__all__ = ["Plan", "SweepConfig", "SweepError", "load_config", "load_model", "load_results", "plan", "report", "run"]


def plan(config: SweepConfig) -> Plan:
    """Plan a sweep: every trial with its id, checked against its data and this machine; nothing is written.

    Args:
        config: from `load_config`.

    Raises:
        SweepError: one sentence on what stands in the way.

    >>> from sweep import SweepConfig
    >>> optimizers = {"sgd": {"learning_rate": [0.1, 1]}}
    >>> config = SweepConfig.model_validate({"data": {"name": "iris"}, "optimizers": optimizers})
    >>> len(plan(config).trials)
    2
    """
    from sweep.driver.prepare import prepare

    return prepare(config).plan


def run(
    training: SweepConfig | Callable[..., object] | None = None,
    *,
    progress: Progress | None = None,
    fresh: bool = False,
    **sections: Any,
) -> RunResult:
    """Run a sweep: of a configuration, or of a function with the sections of a sweep file as keywords.

    Args:
        training: from `load_config`; or a function of one argument, the trial, also one of a notebook; or None, when
            the sections name what is trained.
        progress: a display, such as `sweep.terminal.progress.make_progress` makes; None shows nothing, but in a
            notebook one line.
        fresh: train everything again, also what an earlier run has finished.
        sections: such as ``space={"learning_rate": [0.01, 0.1]}, metric="val_f1", trainer={"epochs": 20}, seeds=3``.

    Returns:
        The results: ``.table`` is a data frame with one row an arm, ``.answer`` the sentence on what was found,
        ``.best`` the best setting and ``.report`` the path of the report; ``.trials`` and ``.epochs`` are data frames.

    Raises:
        SweepError: one sentence on what stands in the way, before anything is trained.
    """
    from sweep.config import SweepConfig
    from sweep.driver.from_python import configure, with_answer
    from sweep.driver.run import run as run_sweep

    if isinstance(training, SweepConfig) and sections:
        raise TypeError(f"a configuration has its sections already, and {', '.join(sections)} is given too")
    config = training if isinstance(training, SweepConfig) else configure(training, sections)
    if progress is None and "IPython" in sys.modules:
        from sweep.terminal.notebook import notebook_progress

        progress = notebook_progress()
    result = run_sweep(config, progress=progress, fresh=fresh)
    return result if config is training else with_answer(result)


def load_results(path: str) -> SweepResult:
    """Open the results folder of an earlier run; see `sweep.results.load_results`."""
    from sweep.results import load_results as load

    return load(path)


def load_model(name: str, *, trial: str | None = None, level: object = None) -> NetworkModel | OwnModel:
    """Load the model that a sweep with `keep` has kept: of its best trial, unless another one is named.

    Args:
        name: a results folder, or the name of a sweep, whose newest results are taken.
        trial: id of a trial, or its beginning.
        level: a level of the factor that is compared, such as ``"adam"``; of its best setting the best trial is taken.

    Returns:
        With ``.setting``, ``.seed``, ``.epoch`` and ``.metrics`` of that epoch. Our networks have ``.predict(inputs)``,
        ``.weights`` and ``.classes``; a training of your own has ``.state`` and ``.folder``.

    Raises:
        SweepError: one sentence, if there is no such trial or level, or nothing was kept of it.
    """
    from sweep.reports.collect import find_folder
    from sweep.results.kept_models import kept_model

    return kept_model(find_folder(name, wanted="a model"), trial=trial, level=level)
