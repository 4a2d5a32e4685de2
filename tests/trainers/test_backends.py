"""NumPy and torch train alike: every optimizer with every schedule, over 200 steps in float64."""

from __future__ import annotations

import numpy as np

from trainers.data import DataSource, load
from trainers.loop import train
from trainers.optimizers import OPTIMIZERS
from trainers.pack import Backend, NetworkSpec, Pack, TrialSpec
from trainers.schedules import RULES, Schedule

SCHEDULES = [
    Schedule(),
    Schedule("inverse_time", rate=0.1),
    Schedule("exponential", rate=0.95, by="step"),
    Schedule("inverse_sqrt", rate=1.0),
    Schedule("staircase", rate=0.5, interval=3),
    Schedule("staircase", boundaries=(2, 5), values=(1.0, 0.5, 0.1)),
    Schedule("cosine", rate=0.1, warmup=2),
    Schedule("one_cycle", by="step"),
    Schedule("reduce_on_plateau", rate=0.5, patience=0, threshold=0.05),
]


def test_every_optimizer_with_every_schedule_agrees_to_1e_10_after_200_steps() -> None:
    others = RULES.keys() - {schedule.kind for schedule in SCHEDULES}
    schedules = [*SCHEDULES, *(Schedule(kind, rate=0.5 if RULES[kind].rate else None) for kind in sorted(others))]
    trials = tuple(TrialSpec(name, {"learning_rate": 0.01}, schedule) for name in OPTIMIZERS for schedule in schedules)

    def last(backend: Backend) -> dict[str, np.ndarray]:
        network = NetworkSpec((8,), "tanh")
        pack = Pack(load(DataSource("iris")), trials, network, 12, 20, "float64", backend=backend)
        *_, metrics = train(pack)
        assert len(metrics.trials) == len(trials)
        assert set(metrics.values["steps"].tolist()) == {200.0}
        return dict(metrics.values)

    ours, torchs = last("numpy"), last("torch")
    np.testing.assert_array_equal(ours["learning_rate"], torchs["learning_rate"])
    for name in ("train_loss", "val_loss", "gradient_norm", "update_ratio"):
        np.testing.assert_allclose(ours[name], torchs[name], rtol=1e-10, atol=1e-10)
