"""Reduce on plateau is checked by hand and against torch, and in trainings of which each has only its own loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from trainers.loop import train
from trainers.pack import Pack, Target, TrialSpec
from trainers.schedules import Schedule, Watch


def rates(schedule: Schedule, losses: Sequence[float]) -> list[float]:
    """The multiplier after each of the losses."""
    watch, table = Watch(), []
    for epoch, loss in enumerate(losses, start=1):
        watch = watch.after(loss, schedule)
        table.append(schedule.multipliers(epoch, epoch, 1, reductions=watch.reductions).item())
    return table


def test_a_factor_after_more_bad_epochs_than_the_patience_by_hand() -> None:
    # Patience 1: the best is 0.5 (epoch 2); epochs 3 and 4 are bad, so it falls after 4; 5 and 6 are bad, again; then
    # 0.4 is better and 7 starts anew.
    schedule = Schedule("reduce_on_plateau", rate=0.5, patience=1)
    losses = [1.0, 0.5, 0.6, 0.5, 0.7, 0.5, 0.4, 0.5, 0.5]
    assert rates(schedule, losses) == [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125]


def test_an_improvement_must_exceed_the_threshold() -> None:
    # 1 % of 1.0: 0.995 is none, and the best stays 1.0, of which 0.98 is one.
    schedule = Schedule("reduce_on_plateau", rate=0.5, patience=0, threshold=0.01)
    assert rates(schedule, [1.0, 0.995, 0.98, 0.9703]) == [1, 0.5, 0.5, 0.25]


@pytest.mark.parametrize("patience", [0, 1, 3, 10])
@pytest.mark.parametrize("threshold", [0.0, 1e-4, 0.2])
def test_agrees_with_torch(patience: int, threshold: float) -> None:
    rng = np.random.default_rng(3)
    losses = (np.exp(-np.arange(200) / 40) + 0.1 * rng.random(200)).tolist()
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.7, patience=patience, threshold=threshold, eps=0.0
    )
    expected = []
    for loss in losses:
        scheduler.step(loss)
        expected.append(scheduler.get_last_lr()[0])
    ours = rates(Schedule("reduce_on_plateau", rate=0.7, patience=patience, threshold=threshold), losses)
    np.testing.assert_allclose(ours, expected, rtol=1e-10)
    assert min(ours) < 1


PLATEAU = Schedule("reduce_on_plateau", rate=0.5, patience=1, threshold=0.01)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_training_follows_its_own_validation_loss(problem: Callable[..., Any], backend: Any) -> None:
    parts, shape = problem("multiclass")
    trials = tuple(TrialSpec("sgd", {"learning_rate": rate}, PLATEAU) for rate in (0.01, 1.0, 6.0, 20.0))
    pack = Pack(parts, trials, batch_size=9, epochs=25, dtype="float64", shape=shape, backend=backend)
    losses: list[list[float]] = [[] for _ in trials]
    used: list[list[float]] = [[] for _ in trials]
    for epoch in train(pack):
        for row, trial in enumerate(epoch.trials):
            losses[trial].append(float(epoch.values["val_loss"][row]))
            used[trial].append(float(epoch.values["learning_rate"][row]))
    for trial, spec in enumerate(trials):
        alpha0 = spec.hyperparameters["learning_rate"]
        expected = [alpha0, *(alpha0 * multiplier for multiplier in rates(PLATEAU, losses[trial])[:-1])]
        assert used[trial] == expected[: len(used[trial])]
    assert used[0][-1] == 0.01
    assert used[1][-1] < 0.1


def test_alone_and_in_any_pack_it_is_the_same_bit_for_bit(
    problem: Callable[..., Any], history: Callable[..., Any]
) -> None:
    # Mates fall at other epochs, diverge and leave; a tile of 3 mixes schedules.
    parts, shape = problem("multiclass")
    trials = [
        TrialSpec(name, {"learning_rate": rate}, schedule)
        for name, rate in (("sgd", 2.0), ("adam", 0.1), ("sgd", 1e30), ("momentum", 3.0), ("sgd", 0.5))
        for schedule in (PLATEAU, Schedule("reduce_on_plateau", rate=0.1, patience=0, warmup=3), Schedule("cosine"))
    ]

    def pack(*some: TrialSpec) -> Pack:
        return Pack(parts, some, batch_size=9, epochs=15, dtype="float64", shape=shape)

    together = history(pack(*trials), tile_size=3)
    assert [together[row] for row in range(len(trials))] == [history(pack(trial))[0] for trial in trials]
    assert history(pack(*trials), tile_size=100) == together


def test_what_is_remembered_stays_with_its_trial_when_a_mate_has_stopped(
    problem: Callable[..., Any], history: Callable[..., Any]
) -> None:
    # The first stops in the middle; the others, of the same optimizer, have fallen as often as each has by then.
    parts, shape = problem("multiclass")
    steep = Schedule("reduce_on_plateau", rate=0.5, patience=0, threshold=0.2)
    flat = Schedule("reduce_on_plateau", rate=0.9, patience=2, threshold=0.0)
    trials = [TrialSpec("sgd", {"learning_rate": r}, s) for r, s in ((0.03, flat), (0.02, steep), (0.001, flat))]
    target = Target("train_loss", "min", 0.5, stop=True)

    def pack(*some: TrialSpec) -> Pack:
        return Pack(parts, some, batch_size=9, epochs=16, dtype="float64", target=target, shape=shape)

    together = history(pack(*trials))
    ends = [together[row][-1][:2] for row in range(3)]
    assert [status for _, status in ends] == ["STOPPED", "COMPLETED", "COMPLETED"]
    assert ends[0][0] == 6
    assert [together[row] for row in range(3)] == [history(pack(trial))[0] for trial in trials]
