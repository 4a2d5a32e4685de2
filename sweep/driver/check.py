"""Runs a sweep to test its gates or to create a baseline, reusing trials from a cache."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sweep.config import SweepConfig
from sweep.config.cross_checks import task_problem
from sweep.config.gates import Bound, Exact, Gate, NoWorse
from sweep.driver.display import Progress
from sweep.driver.prepare import NetworkPreparation, prepare
from sweep.driver.run import RunResult, run
from sweep.errors import ConfigError, SweepError
from sweep.gates.against_baseline import baseline_trials
from sweep.gates.baseline_check import warnings_after, warnings_before
from sweep.gates.baseline_file import baseline_of, read_baseline
from sweep.gates.decide import decide
from sweep.gates.decision import Baseline, Check, Decision
from sweep.gates.fingerprint import code_digest, is_same, versions
from sweep.gates.kinds import evidence_of, examine
from sweep.planning.plan import Plan
from sweep.records import UNFINISHED
from sweep.results.cache import TrialCache
from sweep.results.failures import failures
from trainers.data.dataset import Task

COMPLETE = "every trial runs to its end"
"""Implicit gate of every check."""


@dataclass(frozen=True)
class Checked:
    """Result of a sweep that was run for a check.

    Args:
        result: tables of the sweep.
        plan: plan of the sweep.
        trained: number of trials trained by this run.
    """

    result: RunResult
    plan: Plan
    trained: int


def check(
    config: SweepConfig,
    file: Path,
    *,
    progress: Progress | None = None,
    use_cache: bool = True,
    max_minutes: float | None = None,
) -> Check:
    """Run a sweep and evaluate its gates.

    Args:
        config: configuration with ``gates``.
        file: the configuration file; the baseline is next to it unless ``baseline`` is given.
        progress: progress display.
        use_cache: whether to reuse trials that the same code has trained before.
        max_minutes: time limit of training.

    Raises:
        SweepError: before any training, if there are no gates or the baseline cannot be compared with.
    """
    start = time.monotonic()
    if not config.gates:
        raise config.error("gates", "must name a gate or more for a check. Give such as [val_accuracy >= 0.95].")
    gates = config.demands
    here = versions(config)
    path = baseline_path(config, file)
    preparation = prepare(config)
    plan = preparation.plan
    for index, gate in enumerate(gates):
        if isinstance(preparation, NetworkPreparation):
            _require_metric(config, index, gate, preparation.shape.task)
    baseline: Baseline | None = None
    warnings: tuple[str, ...] = ()
    if any(isinstance(gate, NoWorse | Exact) for gate in gates):
        baseline = read_baseline(path, baseline_folders(config, file))
        warnings = warnings_before(baseline, path, config, plan, here)
    deadline = None if max_minutes is None else start + 60 * max_minutes
    done = train(config, plan, progress, use_cache, deadline)
    trials, epochs = done.result.trials, done.result.epochs
    if baseline is not None:
        warnings += warnings_after(baseline, path, plan, baseline_trials(trials, epochs))
    is_numpy = config.own is None and config.network_trainer.backend == "numpy"
    is_bitwise = baseline is not None and is_numpy and is_same(here, dict(baseline.versions))
    evidence = evidence_of(config, trials, epochs, plan.trials, baseline, is_bitwise=is_bitwise)
    decisions = decide(examine(gates, evidence), factor=evidence.factor)
    if failed := failures(trials):
        decisions = (Decision(COMPLETE, "fails", failed), *decisions)
    notes = [note for note in done.result.notes if "--fresh" not in note]
    if done.result.interrupted and deadline is not None and time.monotonic() > deadline:
        notes.append(f"The time of {max_minutes:g} minutes was up; the gates are decided on what had ended by then.")
    seconds = time.monotonic() - start
    return Check(
        name=config.name,
        file=str(file),
        decisions=decisions,
        warnings=warnings,
        notes=tuple(notes),
        trained=done.trained,
        trials=len(plan.trials),
        seconds=seconds,
        is_complete=not done.result.interrupted,
    )


def _require_metric(config: SweepConfig, index: int, gate: Gate, task: Task) -> None:
    metric = gate.metric if isinstance(gate, Bound | NoWorse) else "diverged"
    if metric != "diverged" and (problem := task_problem(metric, task)):
        said = f"`gates[{index}]` {problem.rule}. Received: {gate.text}. {problem.hint}"
        raise ConfigError(f"{config.place_of('gates')}{said}")


def train(
    config: SweepConfig, plan: Plan, progress: Progress | None, use_cache: bool, deadline_seconds: float | None
) -> Checked:
    """Run a sweep, reusing trials that the same code has trained from the cache under ``results``."""
    code = code_digest(config)
    root = Path(config.results)
    # Results of other code must not be resumed, so that each state of the code has its own folder.
    placed = config.model_copy(update={"results": str(root / "check" / code), "report": False})
    cache = TrialCache(root / "cache", code)
    cached = {past.trial.id for past in cache.find(plan.trials) if plan.demand.is_met(past)} if use_cache else set()
    before = {*_known(placed, plan), *cached} if use_cache else set()
    result = run(placed, progress=progress, fresh=not use_cache, cache=cache, deadline_seconds=deadline_seconds)
    ended = result.trials[~result.trials["status"].isin(UNFINISHED)]["trial_id"]
    return Checked(result, plan, len(set(ended) - before))


def _known(config: SweepConfig, plan: Plan) -> frozenset[str]:
    from sweep.results.folder import ResultsFolder, folder_of

    if not folder_of(config.results, plan).is_dir():
        return frozenset()
    with ResultsFolder(config.results, plan) as folder:
        return folder.finished_trial_ids()


def make_baseline(config: SweepConfig, *, progress: Progress | None = None, use_cache: bool = True) -> Baseline:
    """Run a sweep and create a baseline from its results.

    Raises:
        SweepError: if it is interrupted or a trial fails.
    """
    plan = prepare(config).plan
    result = train(config, plan, progress, use_cache, None).result
    if failed := failures(result.trials):
        raise SweepError(failed)
    if result.interrupted:
        raise SweepError(
            "a baseline must hold every trial. Received: a run that was stopped. Run the same command again."
        )
    return baseline_of(config, plan, result.trials, result.epochs, versions(config))


def baseline_path(config: SweepConfig, file: Path) -> Path:
    """Return the path of a sweep's baseline.

    >>> from sweep.config import SweepConfig
    >>> config = SweepConfig.model_validate({"data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": 0.1}}})
    >>> baseline_path(config, Path("configs/ci.yaml")).as_posix()
    'configs/ci.baseline.json'
    """
    return Path(config.baseline) if config.baseline else file.with_suffix(".baseline.json")


def baseline_folders(config: SweepConfig, file: Path) -> tuple[Path, ...]:
    """Return the folders in which a baseline is searched, if there are two.

    >>> from sweep.config import SweepConfig
    >>> content = {"data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": 0.1}}}
    >>> baseline_folders(SweepConfig.model_validate(content), Path("configs/ci.yaml"))
    ()
    """
    if config.baseline is None or Path(config.baseline).is_absolute():
        return ()
    both = dict.fromkeys((Path.cwd(), file.resolve().parent))
    return tuple(both) if len(both) > 1 else ()
