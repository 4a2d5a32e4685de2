"""Runs a sweep from its configuration to its results, or resumes one that was stopped."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.analysis.fingerprints import require_equal_conditions
from sweep.analysis.health_card import Card
from sweep.analysis.hyperparameters import grouped_by
from sweep.analysis.outcomes import Mode
from sweep.analysis.ranking import By
from sweep.analysis.selection import Selected
from sweep.config import SweepConfig
from sweep.config.dumping import as_yaml
from sweep.driver.control import extended
from sweep.driver.display import Progress, Silent
from sweep.driver.drive import Training
from sweep.driver.finalize import finalize
from sweep.driver.going_on import GoingOn, find_going_on
from sweep.driver.growth import continue_trials, earlier_settings, restarted_notes, take_over
from sweep.driver.notes import lacking_notes, limit_notes, notes_on, renewed_notes
from sweep.driver.phases import Phases
from sweep.driver.populations import all_noted
from sweep.driver.prepare import prepare
from sweep.driver.progress_tracker import ProgressTracker
from sweep.driver.proposing import known_results, resumed_search
from sweep.driver.sweep_record import sweep_record
from sweep.errors import ComparisonError
from sweep.errors.masking import without_secrets
from sweep.planning.plan import Plan
from sweep.records import plain
from sweep.reports.report_subprocess import ReportProcess
from sweep.results import ResultsFolder, SweepResult, require_writable
from sweep.results.cache import TrialCache
from sweep.results.requests import take_requests
from sweep.system.invocation import command
from sweep.system.signals import Interruption
from sweep.tracking import (
    SweepWriter,
    WriterReport,
    check_store,
    environment_tags,
    fallbacks,
    resolve_uri,
)
from sweep.tracking.sources import source_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RunResult(SweepResult):
    """The results of a sweep that has just run.

    Args:
        seconds: from the start of `run` to its end.
        interrupted: True when it was stopped before all trials had ended.
        tracked: outcome of writing to MLflow; None without tracking.
        dashboard: command that opens the dashboard; None without tracking.
        notes: notes for the user, one sentence each.
        mode: whether smaller or larger values of the metric are better.
        selected: with report seeds, the best setting of each level on the selection and on the report seeds.
        efficiency: fraction of the workers' time, from the start of `run` to its end, spent on training; None if
            nothing was trained.
        report: path of the report's page; None without one.
        by: whether the last or the best epoch of a trial ranks it.
        base_rates: name of a simple prediction -> the compared metric on each selection seed.
        answer: the report's main sentence; empty without one.
        cards: the report's health checks, the serious ones first.
        undelivered: True if MLflow, or the URL of the results, is still incomplete.
        best: the setting of the first arm, as the training received it; empty if none can be ranked.
        grouped_by: factor of whose levels the leaderboard shows the best; empty if all settings are one level.
    """

    seconds: float = 0.0
    interrupted: bool = False
    tracked: WriterReport | None = None
    dashboard: str | None = None
    notes: tuple[str, ...] = ()
    mode: Mode = "min"
    selected: tuple[Selected, ...] = ()
    efficiency: float | None = None
    report: Path | None = None
    by: By = "final"
    base_rates: Mapping[str, Sequence[float]] = field(default_factory=dict)
    answer: str = ""
    cards: tuple[Card, ...] = ()
    undelivered: bool = False
    best: Mapping[str, Any] = field(default_factory=dict)
    grouped_by: str = "optimizer"

    @property
    def table(self) -> pd.DataFrame:
        """One row per arm, the best first."""
        return self.leaderboard


def run(
    config: SweepConfig,
    *,
    progress: Progress | None = None,
    fresh: bool = False,
    cache: TrialCache | None = None,
    deadline_seconds: float | None = None,
    train: bool = True,
) -> RunResult:
    """Run a sweep; trials that an earlier run of the same plan has finished are not trained again.

    Args:
        config: from `sweep.load_config`.
        progress: progress display; None shows nothing.
        fresh: whether to train everything again.
        cache: trials in the cache are reused, and newly trained ones are added to it.
        deadline_seconds: value of ``time.monotonic()`` at which training is stopped; None for no limit.
        train: False only delivers, to MLflow and to the URL of the results, what is there and was not delivered.

    Returns:
        The results; if the run was interrupted, trials that had not ended are PENDING.

    Raises:
        SweepError: a subclass, with a one-sentence message; before any training.
    """
    if not train:
        return _run_once(config, progress, False, None, None, train=False)
    result = _run_once(config, progress, fresh, cache, deadline_seconds)
    while not result.interrupted and (asked := take_requests(result.path, frozenset(("extend",)))):
        config = extended(config, asked)
        result = _run_once(config, progress, False, cache, deadline_seconds)
    return result


def _run_once(
    config: SweepConfig,
    progress: Progress | None,
    fresh: bool,
    cache: TrialCache | None,
    deadline_seconds: float | None,
    *,
    train: bool = True,
) -> RunResult:
    """Run a sweep with the settings that are asked now; arguments as for `run`."""
    start = time.monotonic()
    require_writable(config.results)
    preparation = prepare(config)
    plan = preparation.plan
    uri = None
    if config.tracking.enabled:
        uri = resolve_uri(config.tracking.uri, os.environ, Path.cwd())
        check_store(uri, config.experiment, config.tracking.store, source_of(config.tracking.uri, os.environ))
    with Interruption() as interruption, ExitStack() as stack:
        folder = stack.enter_context(ResultsFolder(config.results, plan))
        earlier = () if fresh else earlier_settings(folder)
        _load_finished(folder, plan, fresh, cache)
        proposing, repeated = resumed_search(preparation, folder)
        if proposing is not None:
            plan = proposing.plan
            preparation = preparation.with_plan(plan)
            folder.extend(plan)
        folder.write_plan()
        folder.write_config(as_yaml(config))
        folder.write_environment(environment_tags(Path.cwd()))
        before, lacking = folder.finished_trial_ids(), folder.lacking_trial_ids()
        missing = [trial for trial in plan.trials if trial.id not in before]
        growth = [] if fresh else take_over(config.results, folder, missing)
        known_elsewhere = partial(known_results, config.results, folder, fresh)
        phases = Phases(config, plan, folder, proposing, known_elsewhere)
        phases.add(folder.results())
        remaining = phases.first() if train else ()
        if remaining and not fresh:
            # The first epochs of a trial that lacks a metric would lack it again.
            others = [trial for trial in remaining if trial.id not in lacking]
            preparation, resumed = continue_trials(preparation, folder, others)
            growth += [*resumed, *restarted_notes(earlier, others), *renewed_notes(config.metric, len(lacking))]
        going_on = find_going_on(folder, preparation, lacking) if remaining else GoingOn()
        finished = folder.finished_trial_ids() & {trial.id for trial in phases.plan.trials}
        past = [one for one in folder.results() if one.trial.id in finished] if finished else []
        writer = None
        if uri is not None:
            tracking = config.tracking
            writer = stack.enter_context(
                SweepWriter(
                    uri,
                    sweep_record(preparation, phases.total, lacking),
                    folder.path,
                    points=tracking.points,
                    database=tracking.store,
                )
            )
            for one in all_noted(folder, past):
                # Trials of an earlier start that the store lacks are added; those that it has are skipped.
                writer.log_trial(one)
        metric = config.metric
        tracker = ProgressTracker(
            progress or Silent(),
            metric.name,
            metric.mode,
            len(finished),
            metric.by,
            report_seeds=plan.report_seeds,
            scientific=config.scientific,
            is_own=config.own is not None,
        )
        tracker.restore(past)
        # The report's libraries load while Ray starts.
        unreported = remaining or not folder.has_report
        report_process = stack.enter_context(ReportProcess()) if config.report and unreported else None
        training = Training(preparation, folder, writer, tracker, phases, going_on)
        growth += going_on.notes(phases.plan, None if training.scheduler is None else training.scheduler.points)
        training.limits.add(past)
        if remaining:
            training.run(remaining, _stop_condition(interruption, deadline_seconds), stack)
            if cache is not None:
                cache.add(plan.hash, folder.results())
        done = phases.has_reported if phases.limit else tracker.done >= phases.total
        interrupted = not (phases.ended and done)
        preparation = training.preparation.with_plan(phases.plan) if proposing is not None else preparation
        plan = phases.plan if proposing is not None else plan
        result, report, tracked = finalize(preparation, folder, writer, report_process, interrupted, uri)
        unsent = folder.unsent
        problems = [*folder.problems, *_unequal(result), *fallbacks()]
        inline = config.resources.executor == "inline"
        known = len(finished & before)
        notes = notes_on(known, len(remaining), interrupted, tracked, problems, report.problem, inline=inline)
        notes += limit_notes(phases.limit, result.trials)
        notes += [] if config.own is not None or interrupted else lacking_notes(result.trials, config.metric)
        return RunResult(
            path=result.path,
            seconds=(seconds := time.monotonic() - start),
            interrupted=interrupted,
            tracked=tracked,
            dashboard=_dashboard(uri),
            notes=(*growth, *repeated, *notes, *phases.notes, *_unidentified(config)),
            mode=config.metric.mode,
            selected=() if interrupted else phases.selected(result.trials),
            efficiency=training.efficiency(seconds),
            report=report.html,
            by=metric.by,
            base_rates={
                rate.name: tuple(found.values())
                for rate in folder.base_rates()
                if (found := rate.on(metric.name, plan.seeds))
            },
            answer=report.sentence,
            cards=report.cards,
            undelivered=unsent or (tracked is not None and not tracked.complete),
            best=_best_setting(plan, result),
            grouped_by=grouped_by(config),
        )


def _unidentified(config: SweepConfig) -> list[str]:
    """Say why a function given in Python is trained anew each time."""
    return [f"{config.by_value.note}."] if config.by_value is not None and config.by_value.note else []


def _best_setting(plan: Plan, result: SweepResult) -> dict[str, Any]:
    ranked = result.leaderboard
    first = ranked.loc[ranked["rank"] == 1, "arm_id"]
    return next((plain(arm.setting) for arm in plan.arms if not first.empty and arm.id == first.iloc[0]), {})


def _load_finished(folder: ResultsFolder, plan: Plan, fresh: bool, cache: TrialCache | None) -> None:
    """Delete existing results if ``fresh``; otherwise add unfinished trials that the cache has."""
    if fresh:
        folder.clear()
    elif cache is not None:
        finished = folder.finished_trial_ids()
        found = cache.find([trial for trial in plan.trials if trial.id not in finished])
        folder.append([result for result in found if plan.demand.is_met(result)])


def _stop_condition(interruption: Interruption, deadline_seconds: float | None) -> Callable[[], bool]:
    if deadline_seconds is None:
        return lambda: interruption.requested
    return lambda: interruption.requested or time.monotonic() > deadline_seconds


def _unequal(result: SweepResult) -> list[str]:
    """Warn of trials trained under other conditions, as when a sweep is resumed with changed code or data."""
    try:
        require_equal_conditions(result.trials)
    except ComparisonError as error:
        return [str(error)]
    return []


def _dashboard(uri: str | None) -> str | None:
    if uri is None:
        return None
    if uri == resolve_uri(None, os.environ, Path.cwd()):
        return command("ui")
    return command("ui", "--uri", without_secrets(uri))
