"""A training that stops after an epoch and goes on from its state ends where an uninterrupted one ends."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trainers
from trainers.data import DataSource, load
from trainers.loop import EpochMetrics, trace, train
from trainers.optimizers import OPTIMIZERS
from trainers.pack import NetworkSpec, Pack, Target, TrialSpec
from trainers.schedules import RULES, Schedule, rates

IRIS = load(DataSource("iris"))
SCHEDULES = (
    Schedule(),
    Schedule("cosine", warmup=1),
    Schedule("one_cycle", by="step"),
    Schedule("reduce_on_plateau", rate=0.5, patience=0, threshold=0.5),
)
TRIALS = tuple(
    TrialSpec(name, {"learning_rate": 0.02}, schedule, seed)
    for name in OPTIMIZERS
    for seed, schedule in enumerate(SCHEDULES)
)
PACK = Pack(IRIS, (*TRIALS, TrialSpec("sgd", {"learning_rate": 1e30})), NetworkSpec((5,)), 32, epochs=5)


def content(epochs: list[EpochMetrics]) -> list[Any]:
    """All that is reported but the seconds."""
    return [
        (e.epoch, e.trials.tolist(), e.ended, {k: v.tobytes() for k, v in e.values.items() if k != "seconds"})
        for e in epochs
    ]


def arrays(metrics: EpochMetrics) -> list[Any]:
    assert metrics.state is not None
    return [
        (
            one.trial,
            one.parameters.tobytes(),
            {k: v.tobytes() for k, v in one.optimizer.items()},
            one.watch,
            one.plateau,
        )
        for one in metrics.state.trials
    ]


@settings(max_examples=4, deadline=None)
@given(after=st.integers(1, 4), compiled=st.booleans(), tile_size=st.sampled_from([None, 3]))
def test_k_epochs_and_then_the_rest_are_all_epochs_bit_for_bit(
    after: int, compiled: bool, tile_size: int | None
) -> None:
    whole = list(train(PACK, compiled=compiled, states="all"))
    rest = list(train(PACK, compiled=not compiled, state=whole[after - 1].state, states="all", tile_size=tile_size))
    assert content(rest) == content(whole[after:])
    assert [arrays(metrics) for metrics in rest] == [arrays(metrics) for metrics in whole[after:]]
    last, end = whole[-1].state, rest[-1].state
    assert last is not None
    assert end is not None
    assert (end.epoch, end.step, end.examples, end.streams) == (last.epoch, last.step, last.examples, last.streams)


def test_the_seconds_go_on_from_those_of_the_state() -> None:
    # The clock is read before and after each epoch of the one tile, and each reading is a second later.
    pack = replace(PACK, trials=TRIALS[:1])
    first = next(train(pack, states="all", clock=map(float, count()).__next__))
    rest = train(pack, state=first.state, clock=map(float, count()).__next__)
    assert [float(metrics.values["seconds"][0]) for metrics in rest] == [2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_on_torch_it_goes_on_too(dtype: Any) -> None:
    pack = replace(PACK, trials=TRIALS, backend="torch", dtype=dtype)
    whole = list(train(pack, states="all"))
    rest = list(train(pack, state=whole[1].state))
    for one, other in zip(whole[2:], rest, strict=True):
        np.testing.assert_allclose(one.values["val_loss"], other.values["val_loss"], rtol=1e-5)


def test_a_trace_goes_on_from_a_state_as_a_training_does() -> None:
    pack = replace(PACK, trials=TRIALS)
    whole = list(trace(pack))
    first = next(train(pack, states="all"))
    rest = list(trace(pack, state=first.state, compiled=True, tile_size=5))
    for one, other in zip(whole[-len(rest) :], rest, strict=True):
        assert one.step == other.step
        np.testing.assert_array_equal(one.loss, other.loss)
        for layer, same in zip(one.parameters, other.parameters, strict=True):
            np.testing.assert_array_equal(layer[0], same[0])
            np.testing.assert_array_equal(layer[1], same[1])


def test_a_trace_ends_where_a_training_ends_whatever_the_schedule() -> None:
    pack = replace(PACK, trials=TRIALS)
    *_, last = train(pack, states="final")
    *_, step = trace(pack)
    assert last.state is not None
    flat = np.concatenate([np.concatenate([w.reshape(len(w), -1), b], axis=1) for w, b in step.parameters], axis=1)
    np.testing.assert_array_equal(flat, np.stack([one.parameters for one in last.state.trials]))


def test_a_final_state_is_of_the_trials_that_ended_whenever_they_did() -> None:
    target = Target("val_loss", "min", 0.9, stop=True)
    found: dict[int, int] = {}
    for metrics in train(replace(PACK, target=target), states="final"):
        assert (metrics.state is None) == (not metrics.ended)
        if metrics.state is not None:
            assert [one.trial for one in metrics.state.trials] == [end.trial for end in metrics.ended]
            found |= {one.trial: metrics.epoch for one in metrics.state.trials}
    assert sorted(found) == list(range(len(PACK.trials)))
    assert len(set(found.values())) > 1


def test_no_state_is_made_unless_it_is_asked_for() -> None:
    assert all(metrics.state is None for metrics in train(replace(PACK, epochs=2)))


def test_a_state_of_another_pack_is_refused() -> None:
    *_, last = train(replace(PACK, epochs=2), states="all")
    with pytest.raises(ValueError, match=r"of an epoch before the last, 2. Received: epoch 2. Give the pack more"):
        list(train(replace(PACK, epochs=2), state=last.state))
    with pytest.raises(ValueError, match=r"`state` must be of this pack, with .* trials of 27 parameters"):
        list(train(replace(PACK, network=NetworkSpec((3,))), state=last.state))
    with pytest.raises(ValueError, match="`states` must be one of none, final, all"):
        list(train(PACK, states="last"))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", RULES)
def test_the_rates_of_a_schedule_are_those_of_a_training(kind: str) -> None:
    schedule = Schedule(kind, rate=0.5 if RULES[kind].rate else None, warmup=1)
    pack = Pack(IRIS, (TrialSpec("sgd", {"learning_rate": 0.1}, schedule),), batch_size=32, epochs=6)
    epochs = list(train(pack))
    losses = [float(metrics.values["val_loss"][0]) for metrics in epochs]
    found = rates(schedule, 0.1, 6, 4, losses if RULES[kind].is_fed else None)
    assert found.shape == (24,)
    assert found[3::4].tolist() == [float(metrics.values["learning_rate"][0]) for metrics in epochs]


def test_every_public_name_is_there_and_none_is_loaded_before_it_is_asked_for() -> None:
    assert all(getattr(trainers, name) is not None for name in trainers.__all__)
    assert set(dir(trainers)) >= set(trainers.__all__)
    with pytest.raises(AttributeError, match="module 'trainers' has no attribute 'nothing'"):
        _ = trainers.nothing
