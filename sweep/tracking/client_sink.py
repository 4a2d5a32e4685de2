"""Writes the runs of trials through the MLflow client, which works for every kind of store."""

from __future__ import annotations

from collections.abc import Sequence

from mlflow.entities import Metric, Param

from sweep.tracking.parent import ParentRun
from sweep.tracking.runs import PARENT_TAG, TrialRun


class ClientSink:
    """Three calls a run, the fewest that MLflow's interface has."""

    def __init__(self, parent: ParentRun) -> None:
        self._parent = parent
        self._attempted: set[str] = set()

    def write(self, runs: Sequence[TrialRun]) -> None:
        """Write complete runs; called again after an error, it goes on where it stopped."""
        for run in runs:
            if self._parent.outcome(run.trial_id) != run.outcome:
                self._parent.discard(run.trial_id)
                self._write(run)

    def close(self) -> None:
        """Nothing to give back: the client shares MLflow's connections."""

    def _write(self, run: TrialRun) -> None:
        client = self._parent.client
        # An earlier attempt may have created the run before its answer was lost.
        run_id = self._parent.find(run.trial_id) if run.trial_id in self._attempted else None
        if run_id is None:
            self._attempted.add(run.trial_id)
            tags = {**run.tags, PARENT_TAG: self._parent.run_id}
            created = client.create_run(self._parent.experiment_id, run.started_milliseconds, tags, run.name)
            run_id = created.info.run_id
        # The client splits what exceeds the 1000 metrics of one call.
        client.log_batch(
            run_id,
            metrics=[Metric(*point) for point in run.points],
            params=[Param(key, value) for key, value in run.params.items()],
        )
        client.set_terminated(run_id, run.status, run.ended_milliseconds)
        self._parent.remember(run.trial_id, run_id, run.outcome)
        self._attempted.discard(run.trial_id)
