"""Settings that a plan merges train exactly alike: both sides of every merge are trained and compared bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.config import SweepConfig
from sweep.driver.prepare import recipe_of
from sweep.planning import space
from sweep.planning.recipe import batch_size_of, spec_of
from sweep.planning.space import canonical
from sweep.records import Arm, Trial
from trainers.data import DataSource, load
from trainers.loop import trace, train
from trainers.optimizers import OPTIMIZERS, declaration_of

EXAMPLES = 120
DATA = load(DataSource("iris"))
BASE = {"learning_rate": 0.013, "batch_size": 50, "decay": "constant", "epochs": 4}
SGD, ADAM = {"optimizer": "sgd", **BASE}, {"optimizer": "adam", **BASE}
PLATEAU = SGD | {"decay": "reduce_on_plateau", "decay_rate": 0.5, "decay_patience": 0, "decay_threshold": 0.9}


def declared_cases():
    """Of every case that an optimizer declares a setting of it, and what is left of that for the other optimizer."""
    for name, optimizer in OPTIMIZERS.items():
        for case in declaration_of(optimizer).equals:
            # Values other than the defaults, so that one that is lost shows.
            own = {h.name: h.default * 0.9 for h in optimizer.hyperparameters if h.default is not None}
            theirs = {h.name for h in OPTIMIZERS[case.optimizer].hyperparameters}
            left = {key: value for key, value in own.items() if key in theirs}
            asked = {"optimizer": name, **own, **case.when, **BASE}
            yield f"{name} with {case.spelled}", (asked, {"optimizer": case.optimizer, **left, **BASE})


ALIKE = {
    **dict(declared_cases()),
    "momentum without average": (SGD | {"optimizer": "momentum", "beta1": 0.0}, SGD),
    "heavy ball without memory": (SGD | {"optimizer": "heavy_ball", "beta1": 0.0}, SGD),
    "nesterov without memory": (SGD | {"optimizer": "nesterov", "beta1": 0.0}, SGD),
    "adamw without decay": (ADAM | {"optimizer": "adamw", "weight_decay": 0.0}, ADAM),
    "what sgd ignores": (SGD | {"beta1": 0.9, "beta2": 0.99, "epsilon": 0.1, "weight_decay": 0.1}, SGD),
    "what adam ignores": (ADAM | {"beta1": 0.5, "weight_decay": 0.1}, ADAM | {"beta1": 0.5}),
    "what a constant rate ignores": (ADAM | {"decay_rate": 0.5, "decay_by": "step", "decay_interval": 2}, ADAM),
    "what a staircase ignores": (
        SGD | {"decay": "staircase", "decay_rate": 0.5, "decay_by": "epoch", "decay_interval": 2, "decay_start": 0},
        SGD | {"decay": "staircase", "decay_rate": 0.5, "decay_by": "epoch", "decay_interval": 2},
    ),
    "what stairs by hand ignore": (
        SGD | {"decay": "staircase", "decay_rate": 0.5, "decay_boundaries": "1,2", "decay_values": "1.0,0.5,2.0"},
        SGD | {"decay": "staircase", "decay_boundaries": "1,2", "decay_values": "1.0,0.5,2.0"},
    ),
    "what cosine ignores": (
        SGD | {"decay": "cosine", "decay_rate": 0.1, "decay_interval": 3, "decay_start": 0, "decay_patience": 1},
        SGD | {"decay": "cosine", "decay_rate": 0.1},
    ),
    "what reduce on plateau ignores": (
        SGD | {"decay": "reduce_on_plateau", "decay_rate": 0.5, "decay_by": "step", "decay_patience": 0},
        SGD | {"decay": "reduce_on_plateau", "decay_rate": 0.5, "decay_patience": 0},
    ),
    "a batch of all examples": (ADAM | {"batch_size": 120}, ADAM | {"batch_size": "full"}),
    "a batch of more than all examples": (ADAM | {"batch_size": 121}, ADAM | {"batch_size": "full"}),
    "inverse time with rate 0": (ADAM | {"decay": "inverse_time", "decay_rate": 0.0, "decay_by": "step"}, ADAM),
    "exponential with rate 1": (ADAM | {"decay": "exponential", "decay_rate": 1.0, "decay_by": "epoch"}, ADAM),
    "staircase with rate 1": (SGD | {"decay": "staircase", "decay_rate": 1.0, "decay_by": "epoch"}, SGD),
    "cosine with rate 1": (ADAM | {"decay": "cosine", "decay_rate": 1.0, "decay_by": "step"}, ADAM),
    "reduce on plateau with rate 1": (
        SGD | {"decay": "reduce_on_plateau", "decay_rate": 1.0, "decay_patience": 0, "decay_threshold": 0.5},
        SGD,
    ),
    "stairs by hand that are level": (
        ADAM | {"decay": "staircase", "decay_boundaries": "1,2", "decay_values": "1.0,1.0,1.0"},
        ADAM,
    ),
    "a neutral decay with a warm-up": (
        ADAM | {"decay": "exponential", "decay_rate": 1.0, "decay_by": "step", "decay_warmup": 5},
        ADAM | {"decay_by": "step", "decay_warmup": 5},
    ),
    "a warm-up of 0": (
        SGD | {"decay": "cosine", "decay_rate": 0.1, "decay_warmup": 0},
        SGD | {"decay": "cosine", "decay_rate": 0.1},
    ),
    "a warm-up of 1 to a constant rate": (ADAM | {"decay_by": "step", "decay_warmup": 1}, ADAM),
    "steps of full batches": (
        ADAM | {"batch_size": "full", "decay": "inverse_sqrt", "decay_rate": 2.0, "decay_by": "step"},
        ADAM | {"batch_size": "full", "decay": "inverse_sqrt", "decay_rate": 2.0, "decay_by": "epoch"},
    ),
    "steps of full batches in one cycle": (
        ADAM | {"batch_size": "full", "decay": "one_cycle", "decay_rate": 0.5, "decay_by": "step", "decay_warmup": 2},
        ADAM | {"batch_size": "full", "decay": "one_cycle", "decay_rate": 0.5, "decay_by": "epoch", "decay_warmup": 2},
    ),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("asked", "kept"), ALIKE.values(), ids=ALIKE.keys())
def test_both_sides_of_a_merge_train_alike(asked, kept, dtype):
    assert canonical(asked, EXAMPLES) == kept
    one, other = (training(setting, dtype) for setting in (asked, kept))
    assert len(one[0]) == BASE["epochs"]
    assert one[0] == other[0]
    assert len(one[1]) == len(other[1])
    for made, made_too in zip(one[1], other[1], strict=True):
        for layer, layer_too in zip(made.parameters, made_too.parameters, strict=True):
            np.testing.assert_array_equal(layer[0], layer_too[0])
            np.testing.assert_array_equal(layer[1], layer_too[1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SGD | {"optimizer": "momentum", "beta1": 1e-3}, SGD),
        (ADAM | {"optimizer": "adamw", "weight_decay": 1e-3}, ADAM),
        (ADAM | {"decay": "exponential", "decay_rate": 0.999}, ADAM),
        (ADAM | {"decay_by": "epoch", "decay_warmup": 2}, ADAM),
        (SGD | {"decay": "cosine", "decay_rate": 0.1, "decay_warmup": 1}, SGD | {"decay": "cosine", "decay_rate": 0.1}),
        (PLATEAU | {"decay_patience": 0}, PLATEAU | {"decay_patience": 1}),
        (PLATEAU | {"decay_threshold": 0.9}, PLATEAU | {"decay_threshold": 0.0}),
        (ADAM | {"batch_size": 119}, ADAM | {"batch_size": "full"}),
    ],
)
def test_what_is_nearly_alike_is_neither_merged_nor_trains_alike(one, other):
    assert canonical(one, EXAMPLES) == one
    assert training(one, "float64")[0] != training(other, "float64")[0]


def test_every_kind_of_merge_is_trained_here():
    # All but "auto", which is not a batch size until it is one.
    rules = space._simplifications(EXAMPLES)
    tried = {rule.__name__ for asked, _ in ALIKE.values() for rule in rules if applies(rule, asked)}
    assert tried == {rule.__name__ for rule in rules}
    equal = {name for name, optimizer in OPTIMIZERS.items() if declaration_of(optimizer).equals}
    assert (
        {asked["optimizer"] for asked, _ in ALIKE.values()} >= equal >= {"momentum", "heavy_ball", "nesterov", "adamw"}
    )


def applies(rule, asked):
    """Whether the rule changes the setting at its turn."""
    for earlier in space._simplifications(EXAMPLES):
        change = earlier(asked)
        if earlier.__name__ == rule.__name__:
            return change is not None
        asked = change[0] if change else asked
    raise AssertionError(rule)


def training(setting, dtype):
    """The metrics of each epoch but the seconds, and the parameters after each step."""
    config = SweepConfig.model_validate(
        {
            "data": {"name": "iris"},
            "trainer": {"dtype": dtype, "weight_decay": 0.001},
            "optimizers": {"lion": {"learning_rate": 1}},
        }
    )
    recipe = recipe_of(config)
    spec = spec_of(Trial("", Arm("", "", setting), 3))
    pack = recipe.pack(DATA, [spec], batch_size_of(setting), int(setting["epochs"]))
    metrics = [
        {name: float(values[0]) for name, values in epoch.values.items() if name != "seconds"} for epoch in train(pack)
    ]
    return metrics, list(trace(pack))
