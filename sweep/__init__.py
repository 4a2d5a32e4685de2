"""Plans, runs and compares many trainings of one network under different optimizers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sweep.errors import SweepError

if TYPE_CHECKING:
    from sweep.config import SweepConfig, load_config
    from sweep.driver.display import Progress
    from sweep.driver.run import RunResult
    from sweep.planning.plan import Plan
    from sweep.reporting import report
    from sweep.results import SweepResult
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


__all__ = ["Plan", "SweepConfig", "SweepError", "load_config", "load_results", "plan", "report", "run"]


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


def run(config: SweepConfig, *, progress: Progress | None = None, fresh: bool = False) -> RunResult:
    """Run a sweep on Ray Tune; see `sweep.driver.run.run`.

    Args:
        config: from `load_config`.
        progress: a display, such as `sweep.terminal.progress.make_progress` makes; None shows nothing.
        fresh: train everything again, also what an earlier run has finished.

    Returns:
        The results; ``.trials``, ``.epochs`` and ``.leaderboard`` are pandas frames.

    Raises:
        SweepError: one sentence on what stands in the way, before anything is trained.
    """
    from sweep.driver.run import run as run_sweep

    return run_sweep(config, progress=progress, fresh=fresh)


def load_results(path: str) -> SweepResult:
    """Open the results folder of an earlier run; see `sweep.results.load_results`."""
    from sweep.results import load_results as load

    return load(path)
