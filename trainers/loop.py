"""Trains a pack as a generator that yields the metrics of each epoch."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from trainers.diagnostics import metric_names
from trainers.limits import check_word
from trainers.metrics import OF_TASK, Measured
from trainers.pack import Pack
from trainers.plateaus import Plateau, observe
from trainers.scoring import is_due, score
from trainers.segments import finite_rows
from trainers.session import TILE_BYTES, BatchOrder, Layers, Session
from trainers.state import TrainingState
from trainers.tile import Tile, TileEpoch
from trainers.tracing import StepTrace, trace

__all__ = ["Ended", "EpochMetrics", "States", "StepTrace", "trace", "train", "train_session"]

Array = NDArray[Any]


States = Literal["none", "final", "all"]
"""Which states the metrics of an epoch include: none, those of trials that ended, or all."""


@dataclass(frozen=True)
class Ended:
    """The end of a trial.

    Args:
        trial: index into ``pack.trials``.
        status: COMPLETED after the last epoch, STOPPED at the target, DIVERGED on NaN or infinity; FAILED for a
            training or a metric of the user's own; PRUNED or CANCELLED if the caller ended it, which `train` never does
            itself; PAUSED for a trial that leaves its pack with a checkpoint and goes on in another.
        step: number of steps made; for PAUSED the epoch of the checkpoint; for DIVERGED the first step (from 1) whose
            loss, or the validation after it, was not finite, or the last step of the epoch after which a parameter or
            the optimizer state was not finite.
        last_finite_loss: DIVERGED only: training loss of the last finite step; None if there was none.
        error: FAILED only: one sentence.
        rung: PRUNED only: the epoch, or whatever else is counted, at which it was judged.
        value: PRUNED only: the value of the metric by which it was judged; None if it had none.
    """

    trial: int
    status: Literal["COMPLETED", "STOPPED", "PRUNED", "DIVERGED", "FAILED", "CANCELLED", "PAUSED"]
    step: int
    last_finite_loss: float | None = None
    error: str | None = None
    rung: float | None = None
    value: float | None = None


@dataclass(frozen=True)
class EpochMetrics:
    """The metrics of one epoch of a pack.

    Args:
        epoch: from 1.
        trials: (n,) indices into ``pack.trials`` of those that finished the epoch with finite values.
        values: metric name -> (n,) float64, with the names and order of `trainers.diagnostics.metric_names`. Training
            loss and accuracy are means over the epoch's mini-batches, each before its step; validation, and all of
            ``pack.asked``, is measured after the epoch. A metric of ``pack.asked`` is NaN after an epoch for which it
            was not asked, and where it is undefined. ``learning_rate``, ``gradient_norm`` and ``update_ratio`` are
            those of the last step. ``steps_on_plateau`` (see `trainers.plateaus`), ``steps``, ``examples`` and
            ``seconds`` are totals since the start; seconds are the trial's share of its tile's training time, without
            evaluation.
        ended: trials that ended with this epoch.
        state: the trials' state after the epoch, if requested; see `train`.
    """

    epoch: int
    trials: NDArray[np.intp]
    values: Mapping[str, NDArray[np.float64]]
    ended: tuple[Ended, ...]
    state: TrainingState | None = None


def train(
    pack: Pack,
    *,
    initial: Layers | None = None,
    batch_order: BatchOrder | None = None,
    tile_size: int | None = None,
    tile_bytes: int = TILE_BYTES,
    compiled: bool = False,
    clock: Callable[[], float] = perf_counter,
    state: TrainingState | None = None,
    states: States = "none",
) -> Iterator[EpochMetrics]:
    """Train all trials of a pack and yield the metrics of each epoch.

    A trial's results do not depend on the other trials of its pack (on NumPy bit for bit). A trial that diverges or
    stops leaves the pack; the others continue.

    Args:
        pack: what to train.
        initial: initial weights and biases of every trial, instead of those drawn from the seeds.
        batch_order: the batches of each epoch for every trial, instead of those shuffled by the seeds.
        tile_size: number of trials trained in step; None for as many as fit ``tile_bytes``. Affects speed only.
        tile_bytes: memory for the arrays of a tile, which should fit into a cache. Affects speed only.
        compiled: fuse passes over memory with numba (the extra ``fast``). Affects speed only.
        clock: returns the time in seconds.
        state: resume from here, a state from an earlier training of the same pack. On NumPy the result is the same as
            without the interruption, bit for bit; ``batch_order`` then covers the remaining epochs.
        states: states to include in the metrics: none; final, of the trials that ended with the epoch; or all, of all
            trials trained in it. States are copies.

    Yields:
        One `EpochMetrics` per epoch, until no trial is left.

    Raises:
        trainers.errors.DataError: if the data cannot be split.
        ValueError: if ``initial`` or ``state`` does not match the pack, ``batch_order`` ends early, or states are
            requested for a module that holds state besides its parameters and buffers.

    >>> from trainers.data import DataSource, load
    >>> from trainers.pack import Pack, TrialSpec
    >>> pack = Pack(load(DataSource("iris")), (TrialSpec("adam", {"learning_rate": 0.01}),), epochs=2)
    >>> [metrics.epoch for metrics in train(pack)]
    [1, 2]

    Stop after an epoch and resume:

    >>> first = next(train(pack, states="all"))
    >>> (second,) = train(pack, state=first.state, states="final")
    >>> second.epoch, second.ended[0].status, second.state.trials[0].parameters.shape
    (2, 'COMPLETED', (515,))
    """
    check_word("states", states, get_args(States))
    session = Session(pack, initial, batch_order, tile_size, compiled=compiled, tile_bytes=tile_bytes, state=state)
    yield from train_session(session, clock, states)


def train_session(
    session: Session, clock: Callable[[], float] = perf_counter, states: States = "none"
) -> Iterator[EpochMetrics]:
    """Train an open session, for callers that also need its fingerprints; see `train`."""
    pack = session.pack
    seconds = session.seconds
    while session.tiles:
        batches = session.next_epoch()
        rows: list[_Row] = []
        ended: list[Ended] = []
        with _ignore_warnings():
            for tile in session.tiles:
                begin = clock()
                figures = _exhaust(tile.steps(session.epoch, session.steps, batches))
                seconds[tile.trials] += (clock() - begin) / len(tile.trials)
                _measure(session, tile, figures, rows, ended)
        rows.sort()
        trials = np.array([trial for trial, _ in rows], dtype=np.intp)
        names = metric_names(pack.task)
        table = np.array([values for _, values in rows]).reshape(len(rows), len(names) - 1 + len(pack.asked.names))
        columns = dict(zip((*names[:-1], *pack.asked.names), table.T, strict=True))
        columns = {name: columns.get(name, seconds[trials]) for name in metric_names(pack.task, pack.asked.names)}
        gone = {end.trial for end in ended}
        asked = {"none": set(), "final": gone, "all": {*range(len(pack.trials))}}[states]
        state = session.state(asked, gone) if asked else None
        if state is not None and not all(one.is_whole for one in state.trials):
            raise ValueError(
                "`states` are of modules that are their parameters and buffers. Received: one that remembers more. "
                "Leave `states` out."
            )
        yield EpochMetrics(session.epoch, trials, columns, tuple(sorted(ended, key=lambda e: e.trial)), state)
        session.leave({end.trial for end in ended})


def _ignore_warnings() -> np.errstate:
    """Suppress warnings from inf and NaN in a diverging trial; never held across a ``yield``, where it would leak."""
    return np.errstate(all="ignore")


_Row = tuple[int, tuple[float, ...]]


def _exhaust(steps: Generator[Any, None, TileEpoch]) -> TileEpoch:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]


def _measure(session: Session, tile: Tile, figures: TileEpoch, rows: list[_Row], ended: list[Ended]) -> None:
    """Evaluate a tile after an epoch; append finite trials' metrics to ``rows`` and ended trials to ``ended``."""
    pack = session.pack
    val_loss, val_accuracy = tile.evaluate()
    for segment in tile.segments:
        segment.observe(pack, tile.trials[segment.rows], val_loss[segment.rows])
    finite, sound = np.isfinite(figures.losses), finite_rows(tile.segments, tile.parameters)
    steps_before = session.steps - len(finite)
    measured: dict[int, tuple[float, ...]] = {}
    for row, trial in enumerate(tile.trials):
        bad = np.flatnonzero(~finite[:, row])
        if bad.size or not np.isfinite(val_loss[row]) or not sound[row]:
            first = int(bad[0]) if bad.size else len(finite)
            last = figures.losses[first - 1, row] if first else session.last_loss.get(trial)
            ended.append(
                Ended(
                    trial,
                    "DIVERGED",
                    steps_before + min(first + 1, len(finite)),
                    None if last is None else float(last),
                )
            )
            continue
        session.last_loss[trial] = float(figures.losses[-1, row])
        measured[row] = _values(session, trial, figures, row, val_loss[row], val_accuracy[row])
    for row, values in _with_asked(session, tile, measured, ended).items():
        trial = tile.trials[row]
        rows.append((trial, values))
        if _reached(pack, values):
            ended.append(Ended(trial, "STOPPED", session.steps))
        elif session.epoch == pack.epochs:
            ended.append(Ended(trial, "COMPLETED", session.steps))


def _with_asked(
    session: Session, tile: Tile, measured: dict[int, tuple[float, ...]], ended: list[Ended]
) -> dict[int, tuple[float, ...]]:
    """Add the metrics that are asked to the others of each row: after every so many epochs, and where a trial ends.

    A trial for which a metric of the user's own fails is appended to ``ended``, and the others go on.
    """
    pack = session.pack
    if not pack.asked.names:
        return measured
    missing = (float("nan"),) * len(pack.asked.names)
    found = {row: (*values, *missing) for row, values in measured.items()}
    rows = list(measured) if is_due(session) else [row for row, values in found.items() if _reached(pack, values)]
    scores, failed = score(session, tile, rows)
    for row, values in zip(rows, scores.tolist(), strict=True):
        found[row] = (*measured[row], *values)
    for at, error in failed.items():
        del found[rows[at]]
        ended.append(Ended(tile.trials[rows[at]], "FAILED", session.steps, error=str(error)))
    return found


def _values(
    session: Session, trial: int, figures: TileEpoch, row: int, val_loss: float, val_accuracy: float
) -> tuple[float, ...]:
    """The metrics that every trial has, in the order of `metric_names`, without the seconds."""
    train_loss, mean_norm = float(figures.train_loss[row]), float(figures.mean_gradient_norm[row])
    plateau = observe(session.plateaus.get(trial, Plateau()), mean_norm, train_loss, len(figures.losses))
    session.plateaus[trial] = plateau
    variances, scale = (float("nan"), float("nan")), 1.0
    if session.pack.task == "regression":
        seed = session.pack.trials[trial].seed
        variances = session.target_variance(seed, "train"), session.target_variance(seed, "val")
        scale = session.splits[seed].target_scale
    fitted = Measured(train_loss, float(figures.train_accuracy[row]), variances[0], scale)
    held_out = Measured(float(val_loss), float(val_accuracy), variances[1], scale)
    return (
        *(metric.value(part) for metric in OF_TASK[session.pack.task] for part in (fitted, held_out)),
        float(figures.learning_rate[row]),
        float(figures.gradient_norm[row]),
        float(figures.update_ratio[row]),
        float(plateau.steps),
        float(session.steps),
        float(session.examples),
    )


def _reached(pack: Pack, values: tuple[float, ...]) -> bool:
    """Whether a target that stops trials is reached."""
    target = pack.target
    if target is None or not target.stop:
        return False
    value = values[(*metric_names(pack.task)[:-1], *pack.asked.names).index(target.metric)]
    return value >= target.value if target.mode == "max" else value <= target.value
