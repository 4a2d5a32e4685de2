"""A running training of a pack: its splits, its tiles and their streams of batches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from trainers import batches as batching
from trainers.data import Split, split_of_seed
from trainers.data.dataset import digest
from trainers.layout import initial_parameters
from trainers.networks.numpy_mlp import with_ones
from trainers.networks.numpy_tile import NumpyTile
from trainers.pack import ModuleSpec, Pack
from trainers.plateaus import Plateau
from trainers.seeding import generator
from trainers.segments import Segment
from trainers.state import TrainingState, TrialState, check, copied, restore
from trainers.tile import Batches, Tile

Array = NDArray[Any]
Layers = Sequence[tuple[Array, Array]]
"""Weights (inputs, outputs) and bias (outputs,) of each layer."""
BatchOrder = Iterable[Sequence[NDArray[np.intp]]]
"""Batches of each epoch, each batch an array of indices into the training part."""

TILE_BYTES = 12 * 2**20
"""Default memory for the arrays of a tile, if the caller has not measured the best value for its machine."""

ARRAYS_PER_PARAMETER = 5
"""Parameters, gradients, scratch and up to two arrays of optimizer state."""


def split_of(pack: Pack, seed: int) -> Split:
    """The split for a seed of the pack."""
    if isinstance(pack.data, Split):
        return pack.data
    # NumPy has no bfloat16; torch rounds from float32.
    dtype = np.float64 if pack.dtype == "float64" else np.float32
    return split_of_seed(pack.data, pack.validation, pack.normalise, seed, dtype)


def choose_tile_size(pack: Pack, batch_size: int, tile_bytes: int = TILE_BYTES) -> int:
    """The number of trials of a pack that fit ``tile_bytes`` together, at least one; on torch all.

    >>> from trainers.data import DataSource, load
    >>> from trainers.pack import TrialSpec
    >>> choose_tile_size(Pack(load(DataSource("digits")), (TrialSpec("sgd", {"learning_rate": 0.1}),)), 64)
    93
    """
    if pack.backend == "torch":
        return len(pack.trials)
    activations = 2 * batch_size * sum(pack.layout.widths[1:])
    numbers = ARRAYS_PER_PARAMETER * pack.layout.size + activations
    return max(1, tile_bytes // (numbers * np.dtype(pack.dtype).itemsize))


def balanced(order: Sequence[int], width: int) -> list[list[int]]:
    """Split into the smallest number of groups of at most ``width``, with sizes that differ by at most one.

    >>> [len(portion) for portion in balanced(range(16), 15)]
    [8, 8]
    """
    portions = np.array_split(np.asarray(order), -(-len(order) // width))
    return [portion.tolist() for portion in portions]


def make_tile(
    pack: Pack, trials: Sequence[int], splits: Mapping[int, Split], parameters: Array, compiled: bool
) -> Tile:
    """Make a tile on the pack's backend from float64 initial parameters (k, P)."""
    if pack.backend == "torch":
        if isinstance(pack.network, ModuleSpec):
            from trainers.networks.module_tile import ModuleTile

            return ModuleTile(pack, trials, splits, parameters)
        from trainers.networks.torch_module import TorchTile

        return TorchTile(pack, trials, splits, parameters)
    return NumpyTile(pack, trials, splits, parameters.astype(pack.dtype), compiled)


def feed(pack: Pack, parts: Split) -> Split:
    """Prepare a split for the tiles of the pack's backend."""
    if pack.backend == "torch":
        return parts
    if parts.stored is not None:
        train: Any
        val: Any
        train, val = (part.followed_by_ones() for part in parts.stored)
        return replace(parts, train_inputs=train, val_inputs=val)
    return replace(parts, train_inputs=with_ones(parts.train_inputs), val_inputs=with_ones(parts.val_inputs))


def initial_row(pack: Pack, seed: int) -> NDArray[np.float64]:
    """The initial parameters of a seed's trials: (P,), the same for all of them."""
    if isinstance(pack.network, ModuleSpec):
        from trainers.networks.own_module import initial_module_parameters

        return initial_module_parameters(pack.network, seed, pack.example)
    return initial_parameters(pack.layout, pack.network.init, generator(seed, "init"))


def _order_of(parts: Split) -> Callable[[np.random.Generator], NDArray[np.intp]] | None:
    """What draws the order of an epoch, of data that are read by blocks; None of others."""
    if parts.stored is None:
        return None
    train = parts.stored[0]
    return batching.block_order(train.block_sizes, train.held)


class Session:
    """The tiles of a pack and their streams of batches."""

    def __init__(
        self,
        pack: Pack,
        initial: Layers | None = None,
        batch_order: BatchOrder | None = None,
        tile_size: int | None = None,
        compiled: bool = False,
        tile_bytes: int = TILE_BYTES,
        state: TrainingState | None = None,
    ) -> None:
        self.pack = pack
        seeds = sorted({trial.seed for trial in pack.trials})
        self.splits = {seed: split_of(pack, seed) for seed in seeds}
        self.training_examples = len(self.splits[seeds[0]].train_targets)
        self.epoch = 0
        self.steps = 0
        self.examples = 0
        self.last_loss: dict[int, float] = {}
        self.plateaus: dict[int, Plateau] = {}
        size = min(pack.batch_size or self.training_examples, self.training_examples)
        self._given = iter(batch_order) if batch_order is not None else None
        self.seconds = np.zeros(len(pack.trials))
        self._streams = {seed: generator(seed, "batches") for seed in seeds}
        self._orders = {seed: _order_of(parts) for seed, parts in self.splits.items()}
        self._shuffled = {
            seed: batching.epochs(self.training_examples, size, rng, self._orders[seed])
            for seed, rng in self._streams.items()
        }
        if initial is None:
            self.initial = {seed: initial_row(pack, seed) for seed in seeds}
        else:
            self.initial = dict.fromkeys(seeds, pack.layout.pack(initial))
        saved = {one.trial: one for one in state.trials if not one.ended} if state is not None else {}
        order = list(range(len(pack.trials))) if state is None else sorted(saved)
        order.sort(key=lambda i: (pack.trials[i].optimizer, pack.trials[i].seed))
        if state is not None:
            self._resume(state)
        width = tile_size or choose_tile_size(pack, size, tile_bytes)
        feeds = {seed: feed(pack, parts) for seed, parts in self.splits.items()}
        self.tiles: list[Tile] = []
        for members in balanced(order, width) if order else []:
            parameters = np.stack(
                [saved[i].parameters if saved else self.initial[pack.trials[i].seed] for i in members]
            )
            tile = make_tile(pack, members, feeds, parameters, compiled)
            if saved:
                restore(tile, [saved[i] for i in members])
            self.tiles.append(tile)

    def _resume(self, state: TrainingState) -> None:
        """Restore counts, streams, and the trials' state besides their arrays."""
        check(state, self.pack, len(next(iter(self.initial.values()))))
        self.epoch, self.steps, self.examples = state.epoch, state.step, state.examples
        for seed, position in state.streams.items():
            if seed in self._streams:
                self._streams[seed].bit_generator.state = position
        for one in state.trials:
            self.plateaus[one.trial] = one.plateau
            self.seconds[one.trial] = one.seconds
            if one.last_loss is not None:
                self.last_loss[one.trial] = one.last_loss

    def state(self, trials: Collection[int], ended: Collection[int] = ()) -> TrainingState:
        """The state of some of the trials that were trained in the epoch, of which some have ended."""
        found = []
        for tile in self.tiles:
            for segment in tile.segments:
                for row in range(segment.start, segment.stop):
                    if tile.trials[row] in trials:
                        found.append(self._trial_state(tile, segment, row, tile.trials[row] in ended))
        found.sort(key=lambda one: one.trial)
        # A bit generator returns a new dictionary each time.
        streams = {seed: rng.bit_generator.state for seed, rng in self._streams.items()}
        return TrainingState(
            epoch=self.epoch, step=self.steps, examples=self.examples, streams=streams, trials=tuple(found)
        )

    def _trial_state(self, tile: Tile, segment: Segment, row: int, ended: bool) -> TrialState:
        trial, own = tile.trials[row], row - segment.start
        return TrialState(
            trial=trial,
            parameters=copied(tile.parameters[row]),
            optimizer={name: copied(values[own]) for name, values in segment.state.items()},
            watch=segment.watches[own],
            plateau=self.plateaus.get(trial, Plateau()),
            last_loss=self.last_loss.get(trial),
            seconds=float(self.seconds[trial]),
            ended=ended,
            fixed=tile.fixed(row),
            is_whole=tile.is_whole(row),
        )

    def fingerprints(self) -> dict[int, dict[str, str]]:
        """Seed -> short hashes of the data, the split, the initial weights and the first epoch's batch order.

        Two arms may only be compared if these are equal.
        """
        data = self.pack.data
        return {
            seed: {
                "data": digest("split", parts.fingerprint) if isinstance(data, Split) else data.fingerprint,
                "split": parts.fingerprint,
                "init": digest(self.initial[seed]),
                "batches": digest(self._first_order(seed)),
            }
            for seed, parts in self.splits.items()
        }

    def _first_order(self, seed: int) -> NDArray[np.intp]:
        rng, order = generator(seed, "batches"), self._orders[seed]
        return rng.permutation(self.training_examples) if order is None else order(rng)

    def next_epoch(self) -> Mapping[int, Batches]:
        """Draw the batches of the next epoch: seed -> batches."""
        self.epoch += 1
        if self._given is None:
            batches: dict[int, Batches] = {seed: next(stream) for seed, stream in self._shuffled.items()}
        else:
            try:
                given = [np.asarray(batch, dtype=np.intp) for batch in next(self._given)]
            except StopIteration:
                raise ValueError(
                    f"`batch_order` must give batches for {self.pack.epochs} epochs. Received: {self.epoch - 1}."
                ) from None
            batches = dict.fromkeys(self.splits, given)
        first = next(iter(batches.values()))
        self.steps += len(first)
        self.examples += sum(len(batch) for batch in first)
        return batches

    def leave(self, ended: set[int]) -> None:
        """Remove trials that ended."""
        for tile in self.tiles:
            rows = [row for row, trial in enumerate(tile.trials) if trial not in ended]
            if rows and len(rows) < len(tile.trials):
                tile.keep(rows)
            elif not rows:
                tile.trials = []
        self.tiles = [tile for tile in self.tiles if tile.trials]

    def target_variance(self, seed: int, part: Literal["train", "val"]) -> float:
        """Variance of the regression targets of a part, the denominator of R2."""
        parts = self.splits[seed]
        return float(np.var(parts.train_targets if part == "train" else parts.val_targets, dtype=np.float64))
