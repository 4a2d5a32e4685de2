"""Trains a pack with the project's own trainers and yields a report a few times a second."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from importlib.util import find_spec

from threadpoolctl import threadpool_limits

from sweep.execution.sources.checkpoints import CheckpointWriter, Keeping, known_epochs, read_checkpoints
from sweep.execution.sources.pack_checkpoints import PackCheckpoints, read_pack
from sweep.execution.sources.source import Reports
from sweep.execution.sources.state import StateError
from sweep.execution.sources.taking_over import LACKING
from sweep.execution.sources.waiting import Waiting
from sweep.planning.metric_demand import metric_tags
from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import Recipe, load_backend
from sweep.running.reports import make_report
from trainers.checkpoint import join_checkpoints
from trainers.data import Dataset
from trainers.diagnostics import metric_names
from trainers.loop import Ended, EpochMetrics, train_session
from trainers.pack import Backend, Pack
from trainers.session import TILE_BYTES, Session

REPORT_SECONDS = 0.5

COMPILING_SECONDS = 10.0
"""Training time from which a worker loads (and the first time compiles) the kernels of the extra ``fast``."""


@dataclass(frozen=True)
class PackedSource:
    """A source for the networks of this project.

    Args:
        datasets: the data sets of the sweep, of which each pack names one.
        tile_bytes: as in `trainers.loop.train`.
        backend: library that computes.
        seconds: estimated training time of the worker, by which it decides whether to compile.
        keeping: what is kept of the trials; None for nothing.
    """

    datasets: tuple[Dataset, ...]
    tile_bytes: int
    backend: Backend = "numpy"
    seconds: float = 0.0
    keeping: Keeping | None = None

    def load(self, threads: int, folder: str) -> None:
        """Load the backend, and limit the threads of its libraries."""
        load_backend(self.backend)
        threadpool_limits(limits=threads)

    def train(self, planned: PlannedPack) -> Reports:
        """Train a pack and yield its reports."""
        is_long = self.seconds > COMPILING_SECONDS
        compiled = self.backend == "numpy" and find_spec("numba") is not None and is_long
        assert planned.recipe is not None, "packs of our networks have a recipe"
        yield from train_in_reports(
            planned,
            planned.recipe,
            self.datasets[planned.dataset],
            compiled=compiled,
            tile_bytes=self.tile_bytes,
            keeping=self.keeping,
        )

    def close(self) -> None:
        """Nothing was started."""


@dataclass(frozen=True)
class _Begun:
    """A pack that has begun, or goes on.

    Args:
        session: its training.
        writer: what keeps the metrics and best states of its trials; None if nothing needs them.
        checkpoints: what writes its checkpoints in training.
        unreported: the epochs that its trials have behind them and report again.
        waiting: where they wait for a scheduler.
        resumed_epoch: the epoch that they go on from, if they do not report those until then again.
    """

    session: Session
    writer: CheckpointWriter | None
    checkpoints: PackCheckpoints
    unreported: list[EpochMetrics]
    waiting: Waiting
    resumed_epoch: int


def _begin(pack: PlannedPack, whole: Pack, keeping: Keeping | None, *, compiled: bool, tile_bytes: int) -> _Begun:
    """Begin a pack, or go on from the checkpoints of its trials.

    Raises:
        StateError: if they cannot start over, as one of them has taken over the state of another.
    """
    is_kept = keeping is not None and (keeping.weights != "none" or pack.decisions is not None)
    kept = None
    if keeping is not None and not pack.settings:
        kept = read_pack(keeping, pack.trials, pack.known_epoch, has_rows=is_kept)
    resumed = kept[0].checkpoint.epoch if kept else 0
    if keeping is not None and pack.resumed_epoch and kept is None:
        kept = read_checkpoints(keeping, pack.trials, pack.resumed_epoch)
        if kept is None and pack.settings:
            raise StateError(LACKING)
    state = None if kept is None else join_checkpoints([one.checkpoint for one in kept], whole)
    session = Session(whole, compiled=compiled, tile_bytes=tile_bytes, state=state)
    writer = None
    if keeping is not None and is_kept:
        writer = CheckpointWriter(
            keeping, pack.trials, session, resumed_epoch=pack.resumed_epoch, changed=pack.settings.keys()
        )
    epochs = known_epochs(kept, metric_names(whole.task, whole.asked.names)) if kept else []
    if writer is not None and kept is not None:
        writer.restore(kept)
    return _Begun(
        session=session,
        writer=writer,
        checkpoints=PackCheckpoints(keeping, pack.trials, session, writer, resumed),
        unreported=[] if resumed else epochs,
        waiting=Waiting(pack.decisions, epochs[-1] if epochs else None, session.epoch),
        resumed_epoch=resumed,
    )


def train_in_reports(
    pack: PlannedPack,
    recipe: Recipe,
    dataset: Dataset,
    report_seconds: float = REPORT_SECONDS,
    *,
    compiled: bool = False,
    tile_bytes: int = TILE_BYTES,
    keeping: Keeping | None = None,
) -> Reports:
    """Train a pack, and yield a report every ``report_seconds``, where its trials wait for a decision, and at the end.

    Trials that have paused report the epochs that they have behind them too; those that go on from a checkpoint written
    in training do not, as the event log has them. If a checkpoint is missing, all start over. A training that is closed
    writes a checkpoint.

    Args:
        pack: the pack.
        recipe: what its trials share.
        dataset: their data set.
        report_seconds: time between reports.
        compiled: as in `trainers.loop.train`; affects speed only.
        tile_bytes: likewise.
        keeping: what is kept of the trials; None for nothing.
    """
    started_seconds = time.time()
    recipe.require_planned_code()
    begun = _begin(pack, pack.pack(recipe, dataset), keeping, compiled=compiled, tile_bytes=tile_bytes)
    session, writer, checkpoints, epochs = begun.session, begun.writer, begun.checkpoints, begun.unreported
    given = session.fingerprints()
    tags = metric_tags({path: digest for path, digest in recipe.code if path in recipe.asked.own.values()})
    number, left = 0, set(range(len(pack.trials)))
    begin = time.monotonic()
    for metrics in train_session(session):
        epochs.append(metrics)
        if writer is not None:
            writer.add(metrics)
        left.difference_update(end.trial for end in metrics.ended)
        waits = begun.waiting.is_due(metrics) and bool(left)
        paused: tuple[Ended, ...] = ()
        is_due = checkpoints.is_due
        while not left or waits or paused or is_due or time.monotonic() - begin > report_seconds:
            report = make_report(epochs, started_seconds, time.time(), number, not left, {} if number else given)
            report = replace(report, tags=tags, waits=waits, ended=(*report.ended, *paused))
            try:
                answer = yield replace(report, resumed_epoch=0 if number else begun.resumed_epoch)
            except GeneratorExit:
                checkpoints.write(left)
                raise
            number, epochs, begin, waits, paused = number + 1, [], time.monotonic(), False, ()
            if answer is None:
                break
            if answer.pause and writer is not None:
                writer.pause(answer.pause)
                paused = tuple(Ended(trial, "PAUSED", session.epoch) for trial in answer.pause)
            session.leave({*answer.stop, *answer.pause})
            left.difference_update(answer.stop, answer.pause)
            if not paused and (left or report.last):
                break
        if is_due:
            checkpoints.write(left)
