"""The checkpoint of a single trial: its weights by layer and all else that it needs to go on, alone or in any pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.pack import ModuleSpec, Pack
from trainers.plateaus import Plateau
from trainers.schedules import Watch
from trainers.state import TrainingState, TrialState

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkpoint:
    """The state of one trial after an epoch; it does not depend on the pack that trained it.

    Args:
        epoch: epochs finished.
        step: steps made.
        examples: examples seen.
        stream: state of its seed's stream ``batches``, as returned by NumPy's bit generator.
        weights: name -> array, float32 for bfloat16. Of a dense network ``layers.0.weight`` (inputs, outputs),
            ``layers.0.bias`` (outputs,), ``layers.1.weight`` and so on; of a module its trained parameters, with the
            names and shapes of its state dict.
        fixed: name -> array: the buffers and frozen parameters of a module, named likewise.
        optimizer: name -> (P,), the optimizer state; P counts the weights in their order.
        watch: state of a schedule with feedback.
        plateau: state of `trainers.plateaus`.
        last_loss: mean training loss of the last step.
        seconds: training time so far.
        is_whole: False for a module that remembers more than this, so that it cannot go on from here.
    """

    epoch: int
    step: int
    examples: int
    stream: Mapping[str, Any]
    weights: Mapping[str, Array]
    fixed: Mapping[str, Array]
    optimizer: Mapping[str, Array]
    watch: Watch
    plateau: Plateau
    last_loss: float | None
    seconds: float
    is_whole: bool = True

    def as_mapping(self) -> dict[str, Any]:
        """Return nested mappings of arrays, numbers, text and None, from which `from_mapping` makes it again."""
        facts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**facts, "watch": asdict(self.watch), "plateau": asdict(self.plateau)}

    @classmethod
    def from_mapping(cls, saved: Mapping[str, Any]) -> Checkpoint:
        """Make a checkpoint from what `as_mapping` has returned."""
        return cls(**{**saved, "watch": Watch(**saved["watch"]), "plateau": Plateau(**saved["plateau"])})


def split_state(state: TrainingState, pack: Pack) -> dict[int, Checkpoint]:
    """Return the checkpoint of each trial of a state, by its index into ``pack.trials``."""
    shapes = weight_shapes(pack)
    return {
        one.trial: Checkpoint(
            epoch=state.epoch,
            step=state.step,
            examples=state.examples,
            stream=state.streams[pack.trials[one.trial].seed],
            weights=_named(one.parameters, shapes),
            fixed=one.fixed,
            optimizer=one.optimizer,
            watch=one.watch,
            plateau=one.plateau,
            last_loss=one.last_loss,
            seconds=one.seconds,
            is_whole=one.is_whole,
        )
        for one in state.trials
    }


def join_checkpoints(checkpoints: Sequence[Checkpoint], pack: Pack) -> TrainingState:
    """Return the state from which a pack goes on, of the checkpoints of its trials in their order.

    Args:
        checkpoints: of equal age, one for each trial of the pack; they may come from different packs.
        pack: what to train, with more epochs than the checkpoints have.

    Raises:
        ValueError: if the checkpoints are of another age or network, are not whole, or are not one for each trial.

    >>> from trainers.data import DataSource, load
    >>> from trainers.loop import train
    >>> from trainers.pack import TrialSpec
    >>> trials = tuple(TrialSpec("adam", {"learning_rate": rate}) for rate in (0.01, 0.02))
    >>> pack = Pack(load(DataSource("iris")), trials, epochs=2)
    >>> *_, last = train(pack, states="final")
    >>> longer = Pack(pack.data, trials[1:], epochs=3)
    >>> state = join_checkpoints([split_state(last.state, pack)[1]], longer)
    >>> [metrics.epoch for metrics in train(longer, state=state)]
    [3]
    """
    if len(checkpoints) != len(pack.trials):
        raise ValueError(
            f"`checkpoints` must be one for each of the {len(pack.trials)} trials. Received: {len(checkpoints)}. "
            "Give the checkpoint of each trial."
        )
    ages = {(one.epoch, one.step, one.examples) for one in checkpoints}
    if len(ages) > 1:
        epochs = sorted({one.epoch for one in checkpoints})
        raise ValueError(
            f"`checkpoints` must be of equal age, in the same number of steps. Received: epochs {epochs}. "
            "Form a pack for each age."
        )
    if not all(one.is_whole for one in checkpoints):
        raise ValueError(
            "`checkpoints` must hold all that a trial needs to go on. Received: one of a module that remembers more. "
            "Train it from its beginning."
        )
    shapes = weight_shapes(pack)
    for one in checkpoints:
        found = {name: array.shape for name, array in one.weights.items()}
        if found != dict(shapes):
            raise ValueError(
                f"`checkpoints` must be of the network of the pack, with {dict(shapes)}. Received: {found}. "
                "Give checkpoints that the same network has left."
            )
    ((epoch, step, examples),) = ages
    trials = tuple(
        TrialState(
            trial=index,
            parameters=np.concatenate([np.ravel(one.weights[name]) for name in shapes]),
            optimizer=one.optimizer,
            watch=one.watch,
            plateau=one.plateau,
            last_loss=one.last_loss,
            seconds=one.seconds,
            ended=False,
            fixed=one.fixed,
        )
        for index, one in enumerate(checkpoints)
    )
    streams = {trial.seed: one.stream for trial, one in zip(pack.trials, checkpoints, strict=True)}
    return TrainingState(epoch=epoch, step=step, examples=examples, streams=streams, trials=trials)


def weight_shapes(pack: Pack) -> Mapping[str, tuple[int, ...]]:
    """Return the names and shapes of a network's trained weights, in the order of its row of parameters."""
    if isinstance(pack.network, ModuleSpec):
        from trainers.networks.own_module import make_module, trained

        module = make_module(pack.network, 0, pack.example)
        return {name: tuple(parameter.shape) for name, parameter in trained(module).items()}
    shapes: dict[str, tuple[int, ...]] = {}
    for layer, (inputs, outputs) in enumerate(pairwise(pack.layout.widths)):
        shapes[f"layers.{layer}.weight"] = (inputs, outputs)
        shapes[f"layers.{layer}.bias"] = (outputs,)
    return shapes


def _named(parameters: Array, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Cut a row of parameters (P,) into the weights."""
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    ends = pairwise([0, *accumulate(sizes)])
    return {
        name: parameters[start:stop].reshape(shape)
        for (name, shape), (start, stop) in zip(shapes.items(), ends, strict=True)
    }
