"""A trial of the plan, told to the trainers."""

from __future__ import annotations

import pytest

from sweep.config import SweepConfig
from sweep.driver.prepare import recipe_of
from sweep.planning.recipe import schedule_of, spec_of, steps_per_epoch
from sweep.records import Arm, Trial
from trainers.data import DataSource, load
from trainers.pack import NetworkSpec, Target
from trainers.schedules import Schedule

BASE = {"data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": 0.1}}}


def test_what_all_trials_share_comes_from_the_configuration():
    config = SweepConfig.model_validate(
        {
            **BASE,
            "data": {"name": "iris", "validation": 0.3, "normalise": "minmax"},
            "network": {"hidden": [7, 5], "activation": "tanh", "init": "xavier"},
            "trainer": {"dtype": "float64", "weight_decay": 0.25, "target": 0.9, "stop_at_target": True},
            "metric": {"name": "val_accuracy"},
        }
    )
    recipe = recipe_of(config)
    assert recipe.network == NetworkSpec((7, 5), "tanh", "xavier")
    assert (recipe.dtype, recipe.weight_decay, recipe.backend) == ("float64", 0.25, "numpy")
    assert recipe.target == Target("val_accuracy", "max", 0.9, stop=True)

    pack = recipe.pack(load(DataSource("iris")), [spec_of(trial("sgd"))], 16, 3)
    assert (pack.validation, pack.normalise, pack.batch_size, pack.epochs) == (0.3, "minmax", 16, 3)
    assert (pack.dtype, pack.weight_decay, pack.target) == ("float64", 0.25, recipe.target)


def test_without_a_target_there_is_none():
    assert recipe_of(SweepConfig.model_validate(BASE)).target is None


def trial(optimizer: str, seed: int = 0, **given) -> Trial:
    setting = {"optimizer": optimizer, "learning_rate": 0.1, **given, "batch_size": 8, "decay": "constant", "epochs": 2}
    return Trial("t", Arm("a", "", setting), seed)


def test_a_trial_passes_on_what_its_optimizer_declares_and_its_seed():
    spec = spec_of(trial("adam", seed=7, beta1=0.8, beta2=0.99, epsilon=1e-7))
    assert (spec.optimizer, spec.seed) == ("adam", 7)
    assert spec.hyperparameters == {"learning_rate": 0.1, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-7}
    assert spec_of(trial("sgd")).hyperparameters == {"learning_rate": 0.1}


@pytest.mark.parametrize(
    ("setting", "schedule"),
    [
        ({"decay": "constant"}, Schedule()),
        ({"decay": "inverse_time", "decay_rate": 0.5}, Schedule("inverse_time", 0.5)),
        (
            {"decay": "exponential", "decay_rate": 0.9, "decay_by": "step", "decay_interval": 5, "decay_start": 0},
            Schedule("exponential", 0.9, by="step", interval=5, start=0),
        ),
        (
            {"decay": "staircase", "decay_boundaries": "5,8", "decay_values": "1.0,0.1,0.01"},
            Schedule("staircase", boundaries=(5, 8), values=(1.0, 0.1, 0.01)),
        ),
    ],
)
def test_the_decay_of_a_setting_is_a_schedule(setting, schedule):
    assert schedule_of(setting) == schedule


def test_the_last_short_batch_is_a_step():
    assert [steps_per_epoch({"batch_size": size}, 100) for size in (1, 33, 50, 100, "full")] == [100, 4, 2, 1, 1]
