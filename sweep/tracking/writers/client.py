"""Writes the runs of trials through the MLflow client, which works for every kind of store."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

from mlflow.entities import Metric, Param

from sweep.tracking.parent_run import ParentRun
from sweep.tracking.trial_runs import PARENT_TAG, TrialRun


class ClientSink:
    """Writes runs with four calls each: one looks for a run of another process.

    Args:
        parent: the open parent run.
        calls: number of runs written concurrently; more than one requires a server.
    """

    def __init__(self, parent: ParentRun, calls: int = 1) -> None:
        self._parent = parent
        self._threads = ThreadPoolExecutor(calls, thread_name_prefix="mlflow-call")

    def write(self, runs: Sequence[TrialRun]) -> None:
        """Write complete runs, in any order; a retry after an error continues where it stopped."""
        new = [run for run in runs if self._parent.outcome(run.trial_id) != run.outcome]
        futures = [self._threads.submit(self._write, run) for run in new]
        waiting = wait(futures, return_when=FIRST_EXCEPTION).not_done
        for future in waiting:
            future.cancel()
        # Wait for running calls, so that nothing of this batch is written after an error is raised.
        wait(futures)
        for future in futures:
            if not future.cancelled():
                future.result()

    def close(self) -> None:
        """End the threads; MLflow owns the connections."""
        self._threads.shutdown()

    def _write(self, run: TrialRun) -> None:
        client = self._parent.client
        self._parent.discard(run.trial_id)
        # An earlier attempt whose response was lost, or another process, may have created the run.
        run_id = self._parent.find(run.trial_id)
        if run_id is None:
            tags = {**run.tags, PARENT_TAG: self._parent.run_id}
            created = client.create_run(self._parent.experiment_id, run.started_milliseconds, tags, run.name)
            run_id = created.info.run_id
        # The client splits batches that exceed the limit of 1000 metrics per call.
        client.log_batch(
            run_id,
            metrics=[Metric(*point) for point in run.points],
            params=[Param(key, value) for key, value in run.params.items()],
        )
        client.set_terminated(run_id, run.status, run.ended_milliseconds)
        self._parent.remember(run.trial_id, run_id, run.outcome)
