"""Manages a sweep's results folder: plan, configuration, event log, and tables at the end."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sweep.analysis.hyperparameters import hyperparameter_keys
from sweep.errors import ResultsError
from sweep.execution.sources.assignment import TRIALS as TRIAL_FOLDERS
from sweep.execution.sources.checkpoint_files import CHECKPOINTS
from sweep.records import TrialResult, plain
from sweep.results.csv_text import write_csv
from sweep.results.data_summary import DATA
from sweep.results.frames import (
    BASE_RATES,
    CONFIG,
    ENVIRONMENT,
    EPOCHS,
    LEADERBOARD,
    LINKS,
    PLAN,
    TRIALS,
    load_results,
    read_base_rates,
    read_environments,
    trials_frame,
)
from sweep.results.known_trials import is_finished
from sweep.results.leaderboard import Goals, leaderboard
from sweep.results.predictions import PREDICTIONS, TEST
from sweep.results.remote_sync import Mirror, is_url, local_root, open_mirror, require_store
from sweep.results.report_files import drop_report, is_current
from sweep.results.tables import epochs_table, histories, is_own, order_by_plan, trials_table, write_table
from sweep.running.event_log import EventLog
from sweep.running.log_records import results_record
from sweep.running.old_journal import convert_journal
from sweep.running.replay import replay
from sweep.running.trial_rows import to_results, to_table
from sweep.system.files import TEMPORARY, replacing, reported, write_text
from sweep.system.folder_lock import lock_folder

if TYPE_CHECKING:
    from sweep.analysis.outcomes import Mode
    from sweep.analysis.ranking import By
    from sweep.planning.metric_demand import MetricDemand
    from sweep.planning.plan import Plan
    from sweep.results.frames import SweepResult
    from sweep.tracking import RunLinks
    from trainers.base_rates import BaseRate


def folder_of(root: str | Path, plan: Plan) -> Path:
    """Return the folder of a plan, which plans that differ only in their list of trials share."""
    return local_root(root) / plan.folder_name


def require_writable(root: str | Path) -> None:
    """Check that results can be written under a folder that may not exist yet, or at a URL.

    A local folder is only checked; to a URL a small file is written and deleted again.

    Args:
        root: folder of all results, or its URL.

    Raises:
        ResultsError: if it cannot be created or written.
    """
    existing = local_root(root).absolute()
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        what = "not a folder" if not existing.is_dir() else "not writable by this user"
        raise ResultsError(
            f"the results folder must be writable. Received: `{root}`, and `{existing}` is {what}. "
            "Change its permissions, or choose another folder by `results`."
        )
    if is_url(root) and not str(root).startswith("file:"):
        require_store(str(root))


class ResultsFolder:
    """Results folder of one sweep; a context manager that holds the folder's lock.

    Args:
        root: folder of all results, created if missing; or its URL, from which earlier results are fetched.
        plan: plan of the sweep.

    Raises:
        ResultsError: if the folder cannot be written, or another run is writing it.
    """

    def __init__(self, root: str | Path, plan: Plan) -> None:
        self.path = folder_of(root, plan)
        self.problems: tuple[str, ...] = ()
        """What could not be read back, one sentence each."""
        self.unsent = False
        """Whether results could not be copied to the URL."""
        with reported(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
        self._plan = plan
        self._mirror: Mirror | None = None
        self.log = EventLog(self.path / "events")
        self._lock = lock_folder(self.path)
        try:
            with reported(self.path):
                for rest in self.path.rglob(f"*{TEMPORARY}"):
                    rest.unlink()
            self._mirror = open_mirror(root, self.path.name)
            if self._mirror is not None:
                self._mirror.restore(self.path)
                self._mirror.follow(self.path)
            self._converted = convert_journal(self.path / "journal", self.log)
        except ResultsError:
            self.close()
            raise

    def __enter__(self) -> ResultsFolder:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Copy changes to the URL, if there is one, and release the folder's lock."""
        if self._mirror is not None:
            self._mirror.finish()
            self._mirror.send(self.path)
        self.log.close()
        self._lock.release()

    @property
    def plan(self) -> Plan:
        """The plan, once it is known with the trials of the report."""
        return self._plan

    def write_plan(self) -> None:
        """Write ``plan.json``: all arms with their settings, all trials, and the merged settings."""
        plan = self._plan
        content: dict[str, Any] = {
            "name": plan.name,
            "hash": plan.hash,
            "asked": plan.asked,
            "training_examples": plan.training_examples,
            "seeds": list(plan.seeds),
            "report_seeds": list(plan.report_seeds),
            "merged": [asdict(merge) for merge in plan.merged],
            "arms": [{"id": arm.id, "label": arm.label, "setting": plain(arm.setting)} for arm in plan.arms],
            "trials": [
                {"id": trial.id, "arm": trial.arm.id, "seed": trial.seed, "lineage": trial.lineage}
                for trial in plan.trials
            ],
        }
        write_text(self.path / PLAN, json.dumps(content, indent=1) + "\n")

    def extend(self, plan: Plan) -> None:
        """Extend the plan by its report trials; see `sweep.planning.plan.Plan.with_report`."""
        self._plan = plan
        self.write_plan()

    def write_config(self, text: str) -> None:
        """Write ``config.yaml``, the resolved configuration; the report of another configuration is deleted."""
        path = self.path / CONFIG
        try:
            before = path.read_text(encoding="utf-8") if path.exists() else text
        except (OSError, UnicodeDecodeError):
            before = ""
        if before != text:
            drop_report(self.path)
        write_text(path, text)

    @property
    def has_report(self) -> bool:
        """Whether there is a report of the current configuration and of all results."""
        return is_current(self.path, self.log.files())

    def write_environment(self, environment: Mapping[str, str]) -> None:
        """Append the environment to ``environment.json``, unless it equals that of the previous start."""
        path = self.path / ENVIRONMENT
        known = read_environments(self.path)
        if not known or known[-1] != environment:
            write_text(path, json.dumps([*known, dict(environment)], indent=1) + "\n")

    def write_links(self, links: RunLinks) -> None:
        """Write ``mlflow.json``: the MLflow runs of the trials."""
        write_text(self.path / LINKS, json.dumps(asdict(links), indent=1) + "\n")

    def write_base_rates(self, rates: Sequence[BaseRate]) -> None:
        """Write ``base_rates.json``: the scores of simple predictions on the splits of the sweep."""
        content = [
            {
                "name": rate.name,
                "is_trivial": rate.is_trivial,
                "seeds": list(rate.seeds),
                # JSON has neither NaN nor infinity.
                "values": {
                    name: [value if isfinite(value) else None for value in values]
                    for name, values in rate.values.items()
                },
            }
            for rate in rates
        ]
        write_text(self.path / BASE_RATES, json.dumps(content, indent=1) + "\n")

    def base_rates(self) -> tuple[BaseRate, ...]:
        """Base rates written by an earlier start."""
        return read_base_rates(self.path)

    def append(self, results: Sequence[TrialResult]) -> None:
        """Append results to the event log durably."""
        if results:
            self.log.append([results_record(results)])

    def clear(self) -> None:
        """Delete all results, so that every trial is trained again."""
        self.log.clear()
        drop_report(self.path)
        for name in (TRIAL_FOLDERS, CHECKPOINTS):
            shutil.rmtree(self.path / name, ignore_errors=True)
        for name in (TRIALS, EPOCHS, LEADERBOARD, DATA, TEST, PREDICTIONS):
            with reported(self.path):
                (self.path / name).unlink(missing_ok=True)

    def finished_trial_ids(self) -> frozenset[str]:
        """Ids of trials that are not trained again; FAILED ones are, and those that lack a metric that is asked."""
        return frozenset(one.trial.id for one in self._ended() if is_finished(one, self._demand))

    def lacking_trial_ids(self) -> frozenset[str]:
        """Ids of trials that have ended well, but lack a metric that is asked now."""
        ended = self._ended() if self._demand.columns else []
        return frozenset(one.trial.id for one in ended if not self._demand.is_met(one))

    def results(self) -> list[TrialResult]:
        """Read back all results so far, in the order of the plan."""
        return to_results(self._read(), self._plan.trials)

    def finalise(
        self,
        metric: str,
        mode: Mode,
        target: float | None = None,
        by: By = "final",
        *,
        objectives: Goals = (),
        also: Sequence[str] = (),
    ) -> SweepResult:
        """Write ``trials.parquet``, ``epochs.parquet`` and ``leaderboard.csv`` from the event log.

        Args:
            metric: metric that ranks the arms.
            mode: whether smaller or larger values are better.
            target: target value of the metric; None for no target.
            by: which value of a trial ranks it.
            objectives: name and direction of each further objective.
            also: metrics whose means stand in the leaderboard beside it.
        """
        plan = self._plan
        ordered = order_by_plan(self._read(), plan.trials)
        past = histories(ordered)
        trials = trials_table(plan, ordered, past, metric, mode, target)
        write_table(self.path / EPOCHS, epochs_table(plan, past, metric))
        write_table(self.path / TRIALS, trials)
        keys = hyperparameter_keys((arm.setting for arm in plan.arms), is_own=is_own(plan))
        frame, report_seeds = trials_frame(trials), plan.report_seeds
        ranked = leaderboard(frame, metric, mode, keys, report_seeds, by=by, objectives=objectives, also=also)
        with replacing(self.path / LEADERBOARD) as temporary:
            write_csv(ranked, temporary)
        if self._mirror is not None and (problem := self._mirror.send(self.path)):
            self.problems, self.unsent = (*self.problems, problem), True
        return load_results(self.path)

    @property
    def _demand(self) -> MetricDemand:
        return self._plan.demand

    def _ended(self) -> list[TrialResult]:
        records, problems = self.log.read()
        self.problems = (*self._converted, *problems)
        return replay(records, self._plan.trials)

    def _read(self) -> pa.Table:
        return to_table([self._plan.tagged(result) for result in self._ended()])
