"""Tells whether the result of a trial is all that a sweep asks for, or must be trained again or further."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sweep.config import SweepConfig
from sweep.config.scheduler import NoScheduler, PbtRule
from sweep.planning.identity import canonical, metric_digests
from sweep.records import ENDED_WELL, TrialResult

SCHEDULER_TAG = "scheduler"
"""Tag of a pruned trial with `MetricDemand.scheduler` of the sweep that pruned it."""

POPULATION_TAG = "population"
"""Tag of a trial that was trained in a population, with the rule: its numbers depend on the others."""

CODE_TAG = "metric_code."
"""Begin of the tag of a trial with the digest of a metric of the user's own, by the name of the metric."""


@dataclass(frozen=True)
class MetricDemand:
    """The metrics that every trial of a sweep must have, besides those that it always has.

    A trial's id does not depend on them, since they change none of its other numbers. Of its predictions nothing is
    kept, so that a trial which lacks a metric is trained again, and gives the same numbers again.

    Args:
        columns: their names.
        code: tag with the code of the metric that decides, if it is one of the user's own -> its digest. Changed code
            of other metrics does not make a sweep train again.
        scheduler: identifies the rule that prunes trials, with its arguments; empty without one. A pruned trial has
            ended only for a sweep with the same rule.
        is_population: whether the rule changes the settings of trials, so that a trial of another sweep, in which they
            stay as they are, is not the same.
    """

    columns: tuple[str, ...] = ()
    code: Mapping[str, str] = field(default_factory=dict)
    scheduler: str = ""
    is_population: bool = False

    def is_met(self, result: TrialResult) -> bool:
        """Whether a result has all that is asked.

        A diverged or failed trial has no value to compare, with or without the metric. One that was trained in a
        population is good for the same rule only, and for that no other is.
        """
        if result.tags.get(POPULATION_TAG, "") != (self.scheduler if self.is_population else ""):
            return False
        if result.status not in ENDED_WELL:
            return True
        count = len(result.epochs["epoch"])
        has_columns = all(name in result.epochs and len(result.epochs[name]) == count for name in self.columns)
        return has_columns and all(result.tags.get(tag) == digest for tag, digest in self.code.items())

    def is_pruned(self, result: TrialResult) -> bool:
        """Whether a trial was pruned by the rule of this sweep; a result without the tag fits any rule.

        >>> from sweep.records import Arm, Trial
        >>> trial = Trial("a", Arm("b", "", {}), seed=0)
        >>> pruned = TrialResult(trial, "PRUNED", {}, {}, 0.0, 1.0, tags={SCHEDULER_TAG: "asha"})
        >>> [MetricDemand(scheduler=rule).is_pruned(pruned) for rule in ("asha", "median", "")]
        [True, False, False]
        """
        if result.status != "PRUNED" or not self.scheduler:
            return False
        return result.tags.get(SCHEDULER_TAG, self.scheduler) == self.scheduler


def metric_demand(config: SweepConfig) -> MetricDemand:
    """Return the metrics that every trial of a sweep over our networks must have."""
    path = config.metric.deciding_path
    code = {} if path is None else {tag_of(path): metric_digests(config)[path]}
    return MetricDemand(config.metric.columns, code, scheduler_name(config), is_population(config))


def is_population(config: SweepConfig) -> bool:
    """Whether the scheduler of a sweep changes the settings of trials while they are trained."""
    return isinstance(config.scheduler, PbtRule)


def scheduler_name(config: SweepConfig) -> str:
    """Return what identifies the rule that ends trials early, with its arguments; empty without one."""
    if isinstance(config.scheduler, NoScheduler):
        return ""
    return canonical({**config.scheduler.model_dump(mode="json"), "metric": config.metric.name})


def tag_of(path: str) -> str:
    """The tag of a trial with the digest of a metric of the user's own.

    >>> tag_of("my_package.metrics:share_of_first")
    'metric_code.share_of_first'
    """
    return f"{CODE_TAG}{path.rpartition(':')[2]}"


def metric_tags(digests: Mapping[str, str]) -> dict[str, str]:
    """Return the tags of trials that are trained now, from the digests of metrics by their import paths."""
    return {tag_of(path): digest for path, digest in digests.items()}
