"""Says how a setting did over its seeds, in the form that a search method is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sweep.analysis.ranking import mean, value_of
from sweep.config.metric import SECONDS, MetricConfig
from sweep.planning.search.method import Outcome, State
from sweep.records import TrialResult

STATES: Mapping[str, State] = {"COMPLETED": "COMPLETE", "STOPPED": "COMPLETE", "PRUNED": "PRUNED"}
"""Status of a trial -> Optuna's; all others are FAIL."""


def outcome_of(results: Sequence[TrialResult], metric: MetricConfig) -> Outcome:
    """Return the outcome of a setting: the mean over its seeds of each objective, by the rule that ranks.

    A setting with a seed that diverged, failed or has no value fails, and one with a pruned seed is pruned.

    Args:
        results: of all its seeds, 1 or more.
        metric: the objectives.
    """
    states = {STATES.get(result.status, "FAIL") for result in results}
    seconds = sum(_last(result, SECONDS) for result in results if len(result.epochs.get(SECONDS, ())))
    epoch = int(min(_last(result, "epoch") if len(result.epochs.get("epoch", ())) else 0 for result in results))
    values = tuple(
        mean([_value(result, name, metric, mode) for result in results])
        for name, mode in zip(metric.goals, metric.modes, strict=True)
    )
    if "FAIL" in states or not all(map(np.isfinite, values)):
        return Outcome(state="FAIL", epoch=epoch, seconds=seconds)
    state: State = "PRUNED" if "PRUNED" in states else "COMPLETE"
    return Outcome(state=state, values=values, epoch=epoch, seconds=seconds)


def _value(result: TrialResult, name: str, metric: MetricConfig, mode: str) -> float:
    values = np.asarray(result.epochs.get(name, ()), dtype=np.float64)
    # The user's own training need not report a value after every epoch, and a pruned one may end before it is due.
    values = values[~np.isnan(values)]
    by = "final" if name == SECONDS else metric.by
    return value_of(values, by, "max" if mode == "max" else "min")


def _last(result: TrialResult, name: str) -> float:
    return float(result.epochs[name][-1])
