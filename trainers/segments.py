"""The optimizers of a tile: adjacent trials with the same optimizer are updated together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from trainers.optimizers import OPTIMIZERS
from trainers.optimizers.base import Array, Optimizer, State
from trainers.pack import Pack
from trainers.schedules import RULES, Watch

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Segment:
    """Trials ``start`` to ``stop`` of a tile, which share an optimizer, with their optimizer state.

    Args:
        start: first row.
        stop: the row after the last.
        optimizer: the shared optimizer.
        hyperparameters: name -> (k, 1) float64.
        state: name -> (k, P), NumPy or torch like the tile's parameters.
        watches: (k,) states of the schedules with feedback.
    """

    start: int
    stop: int
    optimizer: Optimizer
    hyperparameters: Mapping[str, Floats]
    state: State
    watches: list[Watch]

    @property
    def rows(self) -> slice:
        """The tile's rows of this segment."""
        return slice(self.start, self.stop)

    def learning_rates(self, pack: Pack, trials: Sequence[int], epoch: int, finished: int, steps: int) -> Floats:
        """The scheduled learning rates of an epoch's steps, after ``finished`` steps: (steps, k, 1)."""
        keys = [
            (pack.trials[trial].schedule, watch.reductions) for trial, watch in zip(trials, self.watches, strict=True)
        ]
        multipliers = {
            (schedule, reductions): schedule.multipliers(epoch - 1, finished, steps, pack.epochs, reductions)
            for schedule, reductions in set(keys)
        }
        decay = np.stack([multipliers[key] for key in keys], axis=1)[:, :, None]
        return np.asarray(self.hyperparameters["learning_rate"] * decay)

    def coefficients(self, learning_rates: Floats, finished: int) -> dict[str, Floats]:
        """Coefficients of an epoch's steps, after ``finished`` steps: name -> (k, 1), or (steps, k, 1) if they vary."""
        step = (finished + 1.0 + np.arange(len(learning_rates)))[:, None, None]
        return self.optimizer.coefficients(self.hyperparameters, learning_rates, step)

    def observe(self, pack: Pack, trials: Sequence[int], val_loss: Floats) -> None:
        """Update the schedules with feedback with each trial's validation loss (k,) after an epoch."""
        for row, trial in enumerate(trials):
            schedule = pack.trials[trial].schedule
            if RULES[schedule.kind].is_fed:
                self.watches[row] = self.watches[row].after(float(val_loss[row]), schedule)


def at_step(numbers: Mapping[str, Array], step: int) -> dict[str, Array]:
    """The coefficients of one step, name -> (k, 1)."""
    return {name: value[step] if value.ndim == 3 else value for name, value in numbers.items()}


def make_segments(pack: Pack, trials: Sequence[int], parameters: Array) -> list[Segment]:
    """Group adjacent ``trials`` by optimizer and make their initial states from ``parameters`` (k, P)."""
    segments = []
    for name, group in groupby(range(len(trials)), key=lambda row: pack.trials[trials[row]].optimizer):
        rows = list(group)
        start, stop = rows[0], rows[-1] + 1
        optimizer = OPTIMIZERS[name]
        members = [pack.trials[trials[row]] for row in rows]
        hyperparameters = {
            h.name: np.array([[m.hyperparameters[h.name]] for m in members]) for h in optimizer.hyperparameters
        }
        state, watches = optimizer.init(parameters[start:stop]), [Watch() for _ in rows]
        segments.append(Segment(start, stop, optimizer, hyperparameters, state, watches))
    return segments


def finite_rows(segments: Sequence[Segment], parameters: Array) -> NDArray[np.bool_]:
    """Whether each trial has only finite parameters (k, P) and optimizer state: (k,).

    An overflowed sum or average in the state makes all later steps zero, at a loss that stays finite.
    """
    found = _all_finite(parameters)
    for segment in segments:
        for values in segment.state.values():
            found[segment.rows] &= _all_finite(values)
    return found


def _all_finite(rows: Array) -> NDArray[np.bool_]:
    """Whether each row of (k, P) has no NaN or infinity, from its maximum and minimum; NumPy or torch."""
    if isinstance(rows, np.ndarray):
        largest, smallest = np.maximum.reduce(rows, axis=1), np.minimum.reduce(rows, axis=1)
        return np.asarray(np.isfinite(largest) & np.isfinite(smallest))
    return np.asarray((rows.amax(1).isfinite() & rows.amin(1).isfinite()).cpu())


def keep_rows(segments: Sequence[Segment], rows: Sequence[int]) -> list[Segment]:
    """Keep only some rows of a tile, in order; states are copied."""
    kept_segments = []
    start = 0
    for segment in segments:
        kept = [row - segment.start for row in rows if segment.start <= row < segment.stop]
        if kept:
            hyperparameters = {name: values[kept] for name, values in segment.hyperparameters.items()}
            state = {name: values[kept] for name, values in segment.state.items()}
            watches = [segment.watches[row] for row in kept]
            kept_segments.append(Segment(start, start + len(kept), segment.optimizer, hyperparameters, state, watches))
            start += len(kept)
    return kept_segments


def seed_runs(pack: Pack, trials: Sequence[int]) -> list[tuple[int, int, int]]:
    """Group adjacent ``trials`` by seed: (first row, row after the last, seed)."""
    seeds = [pack.trials[trial].seed for trial in trials]
    runs = []
    for seed, group in groupby(range(len(seeds)), key=seeds.__getitem__):
        rows = list(group)
        runs.append((rows[0], rows[-1] + 1, seed))
    return runs
