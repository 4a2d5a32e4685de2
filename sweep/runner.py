"""Runs a sweep from its configuration to its results, or goes on with one that was stopped."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sweep.analysis.curves import best_arms, learning_curves
from sweep.board import Board
from sweep.chunks import PackCollector
from sweep.config import SweepConfig
from sweep.config.dumping import as_yaml
from sweep.driver import ray_session, train_jobs
from sweep.inline import train_inline
from sweep.interruption import Interruption
from sweep.packing import Job
from sweep.planning import Plan
from sweep.preparation import Preparation, prepare
from sweep.progress import Progress, Silent
from sweep.records import Trial, TrialResult
from sweep.results import ResultsFolder, SweepResult, require_writable
from sweep.results.cache import TrialCache
from sweep.tracking import DatasetRecord, SweepRecord, SweepWriter, WriterReport, check_store, resolve_uri
from trainers.data import Dataset


@dataclass(frozen=True)
class RunResult(SweepResult):
    """The results of a sweep that has just run.

    Args:
        seconds: from the start of `run` to its end.
        interrupted: True when it was stopped before all trials had ended.
        tracked: what became of the trials in MLflow; None without tracking.
        dashboard: the command that shows them; None without tracking.
        notes: what the user should know, one sentence each.
    """

    seconds: float = 0.0
    interrupted: bool = False
    tracked: WriterReport | None = None
    dashboard: str | None = None
    notes: tuple[str, ...] = ()


def run(
    config: SweepConfig,
    *,
    progress: Progress | None = None,
    fresh: bool = False,
    cache: TrialCache | None = None,
    deadline_seconds: float | None = None,
) -> RunResult:
    """Run a sweep; trials that an earlier run of the same plan has finished are not trained again.

    Args:
        config: from `sweep.load_config`.
        progress: a display; None shows nothing.
        fresh: train everything again.
        cache: trials that it holds are not trained, and those that are trained are kept there.
        deadline_seconds: value of ``time.monotonic()`` after which training is stopped; None lets it end.

    Returns:
        The results, also when the run was interrupted: then the trials that had not ended are PENDING.

    Raises:
        SweepError: one of its kinds, each a sentence; before anything is trained.
    """
    start = time.monotonic()
    require_writable(config.results)
    preparation = prepare(config)
    plan = preparation.plan
    uri = None
    if config.tracking.enabled:
        uri = resolve_uri(config.tracking.uri, os.environ, Path.cwd())
        check_store(uri, config.experiment, config.tracking.store)
    with Interruption() as interruption, ExitStack() as stack:
        folder = stack.enter_context(ResultsFolder(config.results, plan))
        _begin(folder, plan, fresh, cache)
        folder.write_plan()
        folder.write_config(as_yaml(config))
        finished = folder.finished_trial_ids()
        remaining = [trial for trial in plan.trials if trial.id not in finished]
        writer = None
        if uri is not None:
            tracking = config.tracking
            writer = stack.enter_context(
                SweepWriter(
                    uri,
                    _record(preparation, uri),
                    folder.path,
                    points=tracking.points,
                    database=tracking.store,
                )
            )
            if finished:
                # A store that lacks what an earlier start trained gets it now; what it has is skipped.
                for past in folder.results():
                    if past.trial.id in finished:
                        writer.log_trial(past)
        board = Board(progress or Silent(), config.metric.name, config.metric.mode, len(finished))
        if remaining:
            stop = _stop(interruption, deadline_seconds)
            _Training(preparation, folder, writer, board).run(remaining, stop, stack)
        if cache is not None and remaining:
            cache.keep(plan.hash, folder.results())
        interrupted = board.done < len(plan.trials)
        result = folder.finalise(config.metric.name, config.metric.mode, config.trainer.target)
        tracked = None
        if writer is not None:
            artifacts = {**_tables(result), **_curves(result, config)}
            tracked = writer.finish("KILLED" if interrupted else "FINISHED", artifacts, {})
        inline = config.resources.executor == "inline"
        notes = _notes(len(finished), len(remaining), interrupted, tracked, folder.problems, inline=inline)
        return RunResult(
            result.path,
            time.monotonic() - start,
            interrupted,
            tracked,
            _dashboard(uri),
            tuple(notes),
        )


def _begin(folder: ResultsFolder, plan: Plan, fresh: bool, cache: TrialCache | None) -> None:
    """Forget what is there, or take what the cache has of what is not."""
    if fresh:
        folder.clear()
    elif cache is not None:
        finished = folder.finished_trial_ids()
        folder.append(cache.find([trial for trial in plan.trials if trial.id not in finished]))


def _stop(interruption: Interruption, deadline_seconds: float | None) -> Callable[[], bool]:
    if deadline_seconds is None:
        return lambda: interruption.requested
    return lambda: interruption.requested or time.monotonic() > deadline_seconds


class _Training:
    """Trains what remains, and puts what arrives into the journal, MLflow and the display."""

    def __init__(
        self, preparation: Preparation, folder: ResultsFolder, writer: SweepWriter | None, board: Board
    ) -> None:
        self.preparation = preparation
        self.folder = folder
        self.writer = writer
        self.board = board
        self.collectors: list[PackCollector] = []

    def run(self, trials: Sequence[Trial], should_stop: Callable[[], bool], later: ExitStack) -> None:
        """Train ``trials``, or some of them when it is stopped; Ray ends in the background until ``later``."""
        preparation = self.preparation
        self.board.progress.start(len(preparation.plan.trials), self.board.done)
        try:
            dataset = preparation.data
            # Before Ray starts: a fork in the middle of a matrix multiply can leave BLAS waiting for ever.
            rates = preparation.rates()
            if preparation.config.resources.executor == "inline":
                self._train_here(preparation.jobs(trials, rates, 1), dataset, should_stop)
                return
            with ray_session(preparation.resources, later) as workers:
                self._train(preparation.jobs(trials, rates, workers), dataset, workers, should_stop)
        finally:
            self.board.progress.stop()

    def _train_here(self, jobs: Sequence[Job], dataset: Dataset, should_stop: Callable[[], bool]) -> None:
        self.collectors = [PackCollector(job) for job in jobs]
        train_inline(
            jobs,
            self.preparation.recipe,
            dataset,
            self.preparation.resources.cpus_per_worker,
            on_chunk=lambda index, chunk: self._take(self.collectors[index].add(chunk)),
            on_failure=lambda index, error: self._take(self.collectors[index].fail(error, time.time())),
            should_stop=should_stop,
        )

    def _train(self, jobs: Sequence[Job], dataset: Dataset, workers: int, should_stop: Callable[[], bool]) -> None:
        self.collectors = [PackCollector(job) for job in jobs]
        train_jobs(
            jobs,
            self.preparation.recipe,
            dataset,
            self.preparation.resources,
            workers,
            on_chunk=lambda index, chunk: self._take(self.collectors[index].add(chunk)),
            on_retry=lambda index: self.board.progress.message("A worker died; its trials start over."),
            on_failure=lambda index, error: self._take(self.collectors[index].fail(error, time.time())),
            should_stop=should_stop,
        )

    def _take(self, results: Sequence[TrialResult]) -> None:
        if results:
            self.folder.append(results)
            for result in results:
                if self.writer is not None:
                    self.writer.log_trial(result)
        self.board.ended(results)
        self.board.show(self.collectors)


def _record(preparation: Preparation, uri: str) -> SweepRecord:
    config, plan, shape = preparation.config, preparation.plan, preparation.shape
    source = config.data.source
    return SweepRecord(
        name=config.name,
        question=config.question,
        experiment=config.experiment,
        plan_hash=plan.hash,
        config_yaml=as_yaml(config),
        metric=config.metric.name,
        mode=config.metric.mode,
        parameters={"trials": len(plan.trials), "arms": len(plan.arms), "seeds": len(plan.seeds)},
        dataset=DatasetRecord(
            name=source.name or source.module or Path(str(source.path)).name,
            fingerprint=preparation.data.fingerprint,
            examples=shape.examples,
            features=shape.features,
            source=source.path or source.module or "bundled",
            task=shape.task,
        ),
    )


def _tables(result: SweepResult) -> dict[str, Path | str | bytes]:
    names = ("leaderboard.csv", "config.yaml", "plan.json", "trials.parquet", "epochs.parquet")
    return {name: result.path / name for name in names}


def _curves(result: SweepResult, config: SweepConfig) -> dict[str, Path | str | bytes]:
    """The learning curves of the best arm of each optimizer, as numbers and as a picture."""
    from sweep.report.figures import learning_curves as draw

    best = best_arms(result.leaderboard)
    if best.empty:
        return {}
    curves = learning_curves(result.epochs, best["arm_id"].tolist(), config.metric.name)
    labels = dict(zip(best["arm_id"], best["arm"], strict=True))
    title = config.question or f"The best arm of each optimizer of {config.name}"
    return {
        "curves.csv": curves.assign(arm=curves["arm_id"].map(labels)).to_csv(index=False),
        "curves.png": draw(curves, labels, config.metric.name, title),
    }


def _dashboard(uri: str | None) -> str | None:
    if uri is None:
        return None
    if uri == resolve_uri(None, os.environ, Path.cwd()):
        return "sweep ui"
    return f"sweep ui --uri {uri}"


def _notes(
    finished: int,
    remaining: int,
    interrupted: bool,
    tracked: WriterReport | None,
    problems: Sequence[str],
    *,
    inline: bool = False,
) -> list[str]:
    notes = list(problems)
    if finished and remaining:
        notes.append(f"{finished:,} trials were finished before and were not trained again.")
    elif finished:
        notes.append("All trials were finished before; nothing was trained. Use --fresh to train them again.")
    if inline and remaining:
        notes.append("The packs were trained in this process, one after the other and without Ray.")
    if interrupted:
        notes.append("Stopped before the end. Run the same command to go on.")
    if tracked is not None and tracked.error:
        notes.append(f"{tracked.failed:,} trials are not in MLflow: {tracked.error}")
    if tracked is not None and tracked.thinned:
        notes.append(
            f"{tracked.thinned:,} trials have more epochs than `tracking.points`: MLflow holds a part of their curves, "
            "epochs.parquet all of them."
        )
    return notes
