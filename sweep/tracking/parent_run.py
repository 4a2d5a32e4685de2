"""Manages the parent run of a sweep, and the index from trial id to run id."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from mlflow.entities import Run as MlflowRun

from sweep.tracking.artifacts import dataset_columns, experiment_location, experiment_tags, lay_out
from sweep.tracking.records import DatasetRecord, RunStatus, SweepRecord
from sweep.tracking.store import Artifacts
from sweep.tracking.trial_runs import ENDED_RUN, PARENT_TAG, PLAN_TAG, STATUS_TAG, TRIAL_TAG
from sweep.tracking.views import NOTHING_SEEN, Seen, saved_views


class ParentRun:
    """The parent run of a sweep, written through the MLflow client, which works for every kind of store.

    Args:
        uri: address of the store.
        artifact_folder: artifact folder of a new experiment; None lets the server choose.
    """

    def __init__(self, uri: str, artifact_folder: Path | None) -> None:
        self.client = MlflowClient(tracking_uri=uri)
        self._artifact_folder = artifact_folder
        self._runs: dict[str, tuple[str, str]] = {}
        self.artifact_location = ""
        self.experiment_id = ""
        self.run_id = ""

    def open(self, record: SweepRecord, environment: Mapping[str, str], description: str) -> None:
        """Find or create the experiment and the parent run, and find the runs of an earlier start."""
        self.experiment_id = self._find_or_create_experiment(record)
        self.artifact_location = self.client.get_experiment(self.experiment_id).artifact_location
        tags = {
            "mlflow.note.content": description,
            PLAN_TAG: record.plan_hash,
            **environment,
            **record.tags,
        }
        found = self._search(f"tags.`{PLAN_TAG}` = '{record.plan_hash}'")
        if found:
            parent = found[0]
            self.client.update_run(parent.info.run_id, status="RUNNING")
        else:
            parent = self.client.create_run(self.experiment_id, tags=tags, run_name=record.name)
        self.run_id = parent.info.run_id
        if found:
            self._remember_trials(record.renewed)
        # MLflow's parameters are immutable, so that a resumed sweep only adds missing ones.
        params = [Param(k, str(v)) for k, v in record.parameters.items() if k not in parent.data.params]
        # The question, or the number of trials, may have changed since the earlier start.
        now = [RunTag("mlflow.note.content", description), *(RunTag(*tag) for tag in record.tags.items())]
        self.client.log_batch(self.run_id, params=params, tags=now if found else [])
        if record.dataset is not None:
            self.client.log_inputs(self.run_id, datasets=[_dataset_input(record.dataset)])
        self.save_views(record, NOTHING_SEEN)

    def save_views(self, record: SweepRecord, seen: Seen) -> None:
        """Save the dashboard views of the sweep; they replace those of an earlier sweep of the same name."""
        for key, value in saved_views(record, self.run_id, seen).items():
            self.client.set_experiment_tag(self.experiment_id, key, value)

    def outcome(self, trial_id: str) -> str | None:
        """Status of the trial in its run; None if it has no complete run."""
        return self._runs[trial_id][1] if trial_id in self._runs else None

    def run_ids(self) -> dict[str, str]:
        """Return the run id of each trial that has a complete run."""
        return {trial_id: run_id for trial_id, (run_id, outcome) in self._runs.items() if outcome}

    def remember(self, trial_id: str, run_id: str, outcome: str) -> None:
        """Record that a trial has a complete run."""
        self._runs[trial_id] = (run_id, outcome)

    def discard(self, trial_id: str) -> None:
        """Delete the run of an earlier start with another outcome, so that two histories do not mix."""
        if trial_id in self._runs:
            self.client.delete_run(self._runs.pop(trial_id)[0])

    def find(self, trial_id: str) -> str | None:
        """Ask the store for the run of a trial."""
        found = self._search(f"tags.`{TRIAL_TAG}` = '{trial_id}' and tags.`{PARENT_TAG}` = '{self.run_id}'")
        return found[0].info.run_id if found else None

    def log_artifacts(self, artifacts: Artifacts) -> None:
        """Log the artifacts."""
        with tempfile.TemporaryDirectory() as folder:
            lay_out(artifacts, Path(folder))
            self.client.log_artifacts(self.run_id, folder)

    def finish(self, status: RunStatus, metrics: Mapping[str, float]) -> None:
        """Log the metrics of the parent run and end it; its artifacts are logged by ``log_artifacts``.

        Of two runs of a trial, as when two processes write the sweep at once, the younger is deleted.
        """
        self._delete_doubles()
        now = round(time.time() * 1000)
        self.client.log_batch(self.run_id, metrics=[Metric(key, value, now, 0) for key, value in metrics.items()])
        self.client.set_terminated(self.run_id, status, now)

    def _delete_doubles(self) -> None:
        oldest: dict[str, MlflowRun] = {}
        found = self._search(f"tags.`{PARENT_TAG}` = '{self.run_id}'")
        for run in sorted(found, key=lambda one: (one.info.start_time, one.info.run_id)):
            trial_id = run.data.tags.get(TRIAL_TAG)
            if trial_id is not None and oldest.setdefault(trial_id, run) is not run:
                self.client.delete_run(run.info.run_id)
                kept = oldest[trial_id]
                self.remember(trial_id, kept.info.run_id, kept.data.tags.get(STATUS_TAG, ""))

    def _find_or_create_experiment(self, record: SweepRecord) -> str:
        tags = experiment_tags(record)
        found = self.client.get_experiment_by_name(record.experiment)
        if found is None:
            folder = self._artifact_folder
            location = None if folder is None else experiment_location(folder, record.experiment)
            return self.client.create_experiment(record.experiment, location, tags)
        for key, value in tags.items():
            if key not in found.tags:
                self.client.set_experiment_tag(found.experiment_id, key, value)
        return str(found.experiment_id)

    def _remember_trials(self, renewed: frozenset[str]) -> None:
        for run in self._search(f"tags.`{PARENT_TAG}` = '{self.run_id}'"):
            tags = run.data.tags
            complete = run.info.status in ENDED_RUN
            trial_id = tags.get(TRIAL_TAG, run.info.run_id)
            outcome = tags.get(STATUS_TAG, "") if complete and trial_id not in renewed else ""
            self._runs[trial_id] = (run.info.run_id, outcome)

    def _search(self, condition: str) -> list[MlflowRun]:
        found: list[MlflowRun] = []
        token = None
        while True:
            page = self.client.search_runs([self.experiment_id], condition, page_token=token)
            found.extend(page)
            token = page.token
            if not token:
                return found


def _dataset_input(record: DatasetRecord) -> DatasetInput:
    columns = {key.removeprefix("dataset_"): value for key, value in dataset_columns(record).items()}
    return DatasetInput(Dataset(**columns), tags=[InputTag("mlflow.data.context", "training")])
