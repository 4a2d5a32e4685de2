"""A trial that goes on from its checkpoint ends where an uninterrupted one ends, alone or in another pack."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trainers.checkpoint import Checkpoint, join_checkpoints, split_state
from trainers.data import DataSource, load
from trainers.loop import EpochMetrics, train, train_session
from trainers.optimizers import OPTIMIZERS
from trainers.pack import ModuleSpec, NetworkSpec, Pack, TrialSpec
from trainers.schedules import RULES, Schedule
from trainers.session import Session, split_of

IRIS = load(DataSource("iris"))
RATES = {"exponential": 0.9, "inverse_time": 0.1, "inverse_sqrt": 0.5, "staircase": 0.5}
# Without patience the rate is reduced in most epochs, so that the state of the schedule matters.
IMPATIENT = {"patience": 0, "threshold": 0.5}


def schedule(kind: str, warmup: int) -> Schedule:
    impatient: dict[str, Any] = IMPATIENT if RULES[kind].is_fed else {}
    return Schedule(kind, RATES.get(kind), warmup=warmup, **impatient)


# Every optimizer with every schedule, over two seeds.
TRIALS = tuple(
    TrialSpec(optimizer, {"learning_rate": 0.02}, schedule(kind, number % 2), seed=number % 2)
    for optimizer in OPTIMIZERS
    for number, kind in enumerate(RULES)
)
PACK = Pack(IRIS, TRIALS, NetworkSpec((5,)), 32, epochs=5)
STOPPED = 2


def stopped(pack: Pack, after: int = STOPPED, **how: Any) -> tuple[list[EpochMetrics], list[Checkpoint]]:
    """The epochs of an uninterrupted training, and the checkpoints after some of them, written and read."""
    whole = list(train(pack, states="all", **how))
    state = whole[after - 1].state
    assert state is not None
    found = split_state(state, pack)
    return whole, [written_and_read(found[index]) for index in range(len(pack.trials))]


def written_and_read(checkpoint: Checkpoint) -> Checkpoint:
    """What a file of arrays and JSON gives back."""

    def copy(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: copy(inner) for key, inner in value.items()}
        return value.copy() if isinstance(value, np.ndarray) else json.loads(json.dumps(value))

    return Checkpoint.from_mapping(copy(checkpoint.as_mapping()))


def numbers(epochs: list[EpochMetrics], trial: int) -> list[dict[str, float]]:
    return [
        {name: float(values[row]) for name, values in metrics.values.items() if name != "seconds"}
        for metrics in epochs
        for row in np.flatnonzero(metrics.trials == trial)
    ]


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize(("before", "after"), [(False, False), (True, True), (False, True)], ids=str)
def test_on_numpy_all_numbers_are_the_same_bit_for_bit(before: bool, after: bool, weight_decay: float) -> None:
    pack = replace(PACK, weight_decay=weight_decay)
    whole, checkpoints = stopped(pack, compiled=before)
    rest = list(train(pack, state=join_checkpoints(checkpoints, pack), compiled=after))
    for trial in range(len(TRIALS)):
        assert numbers(rest, trial) == numbers(whole[STOPPED:], trial)


def test_a_trial_goes_on_alone_or_with_trials_of_other_packs_of_its_age() -> None:
    whole, checkpoints = stopped(PACK)
    other = replace(PACK, trials=tuple(replace(trial, seed=trial.seed + 1) for trial in TRIALS))
    _, others = stopped(other)
    for index in range(0, len(TRIALS), 7):
        alone = replace(PACK, trials=TRIALS[index : index + 1])
        rest = list(train(alone, state=join_checkpoints(checkpoints[index : index + 1], alone)))
        assert numbers(rest, 0) == numbers(whole[STOPPED:], index)
    mixed = replace(PACK, trials=(other.trials[3], TRIALS[8], TRIALS[0]))
    rest = list(train(mixed, state=join_checkpoints([others[3], checkpoints[8], checkpoints[0]], mixed)))
    assert numbers(rest, 1) == numbers(whole[STOPPED:], 8)
    assert numbers(rest, 2) == numbers(whole[STOPPED:], 0)


@pytest.mark.parametrize("kind", [name for name, rule in RULES.items() if not rule.needs_total])
def test_a_trial_that_has_ended_goes_on_for_more_epochs_as_if_it_were_longer(kind: str) -> None:
    chosen = [index for index, trial in enumerate(TRIALS) if trial.schedule.kind == kind]
    long = replace(PACK, trials=tuple(TRIALS[index] for index in chosen))
    short = replace(long, epochs=3)
    *_, last = train(short, states="final")
    assert last.state is not None
    found = split_state(last.state, short)
    state = join_checkpoints([found[index] for index in range(len(chosen))], long)
    rest, whole = list(train(long, state=state)), list(train(long))
    assert [metrics.epoch for metrics in rest] == [4, 5]
    for trial in range(len(chosen)):
        assert numbers(rest, trial) == numbers(whole[3:], trial)


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_on_torch_all_numbers_are_the_same_within_the_tolerance(dtype: Any, weight_decay: float) -> None:
    pytest.importorskip("torch")
    pack = replace(PACK, backend="torch", dtype=dtype, weight_decay=weight_decay)
    whole, checkpoints = stopped(pack)
    rest = list(train(pack, state=join_checkpoints(checkpoints, pack)))
    for one, two in zip(rest, whole[STOPPED:], strict=True):
        np.testing.assert_allclose(one.values["val_loss"], two.values["val_loss"], rtol=1e-5)
        np.testing.assert_allclose(one.values["learning_rate"], two.values["learning_rate"])


MODULES = """
import torch
from torch import nn


def plain():
    return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3))


def normalised():
    return nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 3))


def dropping():
    return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Dropout(0.5), nn.Linear(6, 3))


class Counting(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer, self.calls = nn.Linear(4, 3), 0

    def forward(self, x):
        self.calls += 1
        return self.layer(x) / (1 + self.calls)
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    (tmp_path / "modules_of_checkpoints.py").write_text(MODULES)
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize("name", ["plain", "normalised", "dropping"])
def test_modules_go_on_too_stacked_or_one_at_a_time(name: str) -> None:
    chosen = TRIALS[::9]
    pack = replace(
        PACK, trials=chosen, network=ModuleSpec(f"modules_of_checkpoints:{name}"), backend="torch", batch_size=40
    )
    whole, checkpoints = stopped(pack)
    rest = list(train(pack, state=join_checkpoints(checkpoints, pack)))
    for one, two in zip(rest, whole[STOPPED:], strict=True):
        np.testing.assert_allclose(one.values["val_loss"], two.values["val_loss"], rtol=1e-5)
        np.testing.assert_allclose(one.values["train_loss"], two.values["train_loss"], rtol=1e-5)


@pytest.mark.usefixtures("modules")
def test_a_module_that_remembers_more_has_weights_and_cannot_go_on() -> None:
    pack = replace(PACK, trials=TRIALS[:2], network=ModuleSpec("modules_of_checkpoints:Counting"), backend="torch")
    with pytest.raises(ValueError, match="Received: one that remembers more"):
        list(train(pack, states="final"))
    session = Session(pack)
    next(train_session(session))
    found = split_state(session.state([0, 1]), pack)
    assert {name: array.shape for name, array in found[0].weights.items()} == {
        "layer.weight": (3, 4),
        "layer.bias": (3,),
    }
    with pytest.raises(ValueError, match="all that a trial needs to go on"):
        join_checkpoints([found[0], found[1]], pack)


@pytest.mark.usefixtures("modules")
def test_the_weights_of_a_module_are_those_of_its_state_dict() -> None:
    import torch
    from modules_of_checkpoints import normalised  # type: ignore[import-not-found]

    pack = replace(
        PACK, trials=TRIALS[:2], network=ModuleSpec("modules_of_checkpoints:normalised"), backend="torch", batch_size=40
    )
    *_, last = train(pack, states="final")
    assert last.state is not None
    saved = split_state(last.state, pack)[1]
    module = normalised()
    tensors = {name: torch.as_tensor(array) for name, array in {**saved.weights, **saved.fixed}.items()}
    assert module.load_state_dict(tensors) == ([], [])
    assert int(module[1].num_batches_tracked) == 5 * 3


def test_the_weights_of_a_dense_network_predict_what_the_trial_predicted() -> None:
    pack = replace(PACK, trials=TRIALS[:3], network=NetworkSpec((5, 4), "tanh"))
    *_, last = train(pack, states="final")
    assert last.state is not None
    for index, saved in split_state(last.state, pack).items():
        assert [array.shape for array in saved.weights.values()] == [(4, 5), (5,), (5, 4), (4,), (4, 3), (3,)]
        layer = split_of(pack, pack.trials[index].seed)
        values = layer.val_inputs.astype(np.float64)
        for number in range(3):
            values = values @ saved.weights[f"layers.{number}.weight"] + saved.weights[f"layers.{number}.bias"]
            values = np.tanh(values) if number < 2 else values
        accuracy = np.mean(values.argmax(1) == layer.val_targets)
        assert accuracy == last.values["val_accuracy"][list(last.trials).index(index)]


def test_checkpoints_that_do_not_fit_are_refused() -> None:
    _, checkpoints = stopped(replace(PACK, trials=TRIALS[:2]))
    _, older = stopped(replace(PACK, trials=TRIALS[:2]), after=3)
    pack = replace(PACK, trials=TRIALS[:2])
    with pytest.raises(ValueError, match=r"of equal age, .* Received: epochs \[2, 3\]"):
        join_checkpoints([checkpoints[0], older[1]], pack)
    with pytest.raises(ValueError, match=r"one for each of the 2 trials\. Received: 1"):
        join_checkpoints(checkpoints[:1], pack)
    with pytest.raises(ValueError, match=r"of the network of the pack, with .*\(4, 7\).* Received: .*\(4, 5\)"):
        join_checkpoints(checkpoints, replace(pack, network=NetworkSpec((7,))))
