"""Settings: what is asked, what is merged and why; every number here is counted by hand."""

from __future__ import annotations

import pytest

from sweep.config import SweepConfig
from sweep.config.setting_keys import SETTING_KEYS
from sweep.planning.search import settings
from sweep.planning.space import Merge, canonical, merge_equal

EXAMPLES = 120


def plan(**space):
    config = SweepConfig.model_validate({"data": {"name": "iris"}, "space": {"learning_rate": 0.1, **space}})
    asked = list(settings(config))
    distinct, merged = merge_equal(asked, EXAMPLES)
    assert len(asked) == len(distinct) + sum(merge.count for merge in merged)
    return asked, distinct, merged


def test_a_flat_grid_of_96_has_54_distinct_settings():
    # sgd 2 x 3, momentum and rmsprop 2 x 2 x 3 each, adam 2 x 2 x 2 x 3: 6 + 12 + 12 + 24 = 54.
    asked, distinct, merged = plan(
        optimizer=["sgd", "momentum", "rmsprop", "adam"],
        learning_rate=[0.01, 0.1],
        beta1=[0.9, 0.95],
        beta2=[0.99, 0.999],
        batch_size=[16, 32, 64],
    )
    assert (len(asked), len(distinct)) == (96, 54)
    assert merged == [
        Merge("sgd has no beta1 or beta2", 18),
        Merge("momentum has no beta2", 12),
        Merge("rmsprop has no beta1", 12),
    ]


def test_momentum_without_average_is_gradient_descent():
    # sgd asks for 2 (1 distinct), momentum for 2, of which beta1 = 0 is sgd's.
    asked, distinct, merged = plan(optimizer=["momentum", "sgd"], beta1=[0.0, 0.9])
    assert len(asked) == 4
    assert [setting["optimizer"] for setting in distinct] == ["sgd", "momentum"]
    assert merged == [Merge("sgd has no beta1", 1), Merge("momentum with beta1 = 0 is sgd", 1)]


def test_momentum_without_average_alone_becomes_gradient_descent_without_a_merge():
    _, distinct, merged = plan(optimizer=["momentum"], beta1=[0.0, 0.9])
    assert [setting["optimizer"] for setting in distinct] == ["sgd", "momentum"]
    assert merged == []


@pytest.mark.parametrize(
    ("optimizer", "key", "other"),
    [("heavy_ball", "beta1", "sgd"), ("nesterov", "beta1", "sgd"), ("adamw", "weight_decay", "adam")],
)
def test_an_optimizer_that_lacks_what_makes_it_one_is_another(optimizer, key, other):
    _, distinct, merged = plan(optimizer=[optimizer, other], **{key: [0.0, 0.5]})
    assert [setting["optimizer"] for setting in distinct] == [other, optimizer]
    assert key not in distinct[0]
    assert merged == [Merge(f"{other} has no {key}", 1), Merge(f"{optimizer} with {key} = 0 is {other}", 1)]


def test_lion_without_decay_is_lion():
    _, distinct, merged = plan(optimizer="lion", weight_decay=[0.0, 0.5])
    assert [setting["optimizer"] for setting in distinct] == ["lion", "lion"]
    assert merged == []


def test_a_warm_up_of_none_leaves_no_trace():
    _, distinct, merged = plan(optimizer="sgd", decay=["constant", "cosine"], decay_warmup=[0, 5])
    constant, warm, cosine, warm_cosine = distinct
    assert "decay_warmup" not in constant
    assert "decay_by" not in constant
    assert (warm["decay"], warm["decay_by"], warm["decay_warmup"]) == ("constant", "epoch", 5)
    assert "decay_warmup" not in cosine
    assert (cosine["decay_rate"], warm_cosine["decay_warmup"]) == (0.0, 5)
    assert merged == []


def test_a_warm_up_of_one_counts_before_a_decay_but_not_before_a_constant_rate():
    _, distinct, merged = plan(optimizer="sgd", decay=["constant", "cosine"], decay_warmup=[0, 1])
    assert [setting.get("decay_warmup") for setting in distinct] == [None, None, 1]
    assert merged == [Merge("a warm-up of 1 to a constant rate is none", 1)]


def test_a_decay_that_does_nothing_keeps_its_warm_up():
    neutral = {"kind": "exponential", "rate": 1.0, "by": "step", "warmup": 7}
    _, (setting,), _ = plan(optimizer="sgd", decay=neutral)
    decay = {key: value for key, value in setting.items() if key.startswith("decay")}
    assert decay == {"decay": "constant", "decay_by": "step", "decay_warmup": 7}


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("cosine", {"decay_rate": 0.0, "decay_by": "epoch"}),
        ("one_cycle", {"decay_rate": 0.3, "decay_by": "step"}),
        ("reduce_on_plateau", {"decay_rate": 0.1, "decay_patience": 10, "decay_threshold": 0.0001}),
    ],
)
def test_the_newer_schedules_need_no_number(kind, numbers):
    _, (setting,), _ = plan(optimizer="sgd", decay=kind)
    decay = {key: value for key, value in setting.items() if key.startswith("decay_")}
    assert decay == numbers


def test_what_a_schedule_ignores_is_dropped_and_told():
    _, distinct, merged = plan(optimizer="sgd", decay=["cosine", "reduce_on_plateau"], decay_patience=[3, 5])
    assert [(s["decay"], s.get("decay_patience")) for s in distinct] == [
        ("cosine", None),
        ("reduce_on_plateau", 3),
        ("reduce_on_plateau", 5),
    ]
    assert merged == [Merge("cosine decay has no decay_patience", 1)]


def test_auto_is_merged_with_the_batch_size_that_it_chooses():
    _, distinct, merged = plan(optimizer="sgd", batch_size=["full", 32, "auto"])
    assert [setting["batch_size"] for setting in distinct] == ["full", 32]
    reason = "batch_size auto is full, as there are 2,000 training examples or fewer (120)"
    assert merged == [Merge(reason, 1)]


@pytest.mark.parametrize(
    ("examples", "size"),
    [
        (1, "full"),
        (2000, "full"),
        (2001, 64),
        (12_799, 64),
        (12_800, 128),
        (25_600, 256),
        (51_199, 256),
        (51_200, 512),
        (10**9, 512),
    ],
)
def test_auto_follows_the_lectures_advice(examples, size):
    # Up to 2000 full; then 100 steps of 128 are 12,800 examples, of 256 25,600, of 512 51,200.
    setting = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": "auto"}
    assert canonical(setting, examples)["batch_size"] == size


def test_batches_of_all_examples_or_more_are_full():
    _, distinct, merged = plan(optimizer="sgd", batch_size=[119, 120, 121, "full"])
    assert [setting["batch_size"] for setting in distinct] == [119, "full"]
    assert [merge.count for merge in merged] == [2]


def test_values_that_are_listed_twice_count_once():
    _, distinct, merged = plan(optimizer="sgd", learning_rate=[0.1, 1e-1, 1, 1.0, 0.2])
    assert [setting["learning_rate"] for setting in distinct] == [0.1, 1.0, 0.2]
    assert merged == [Merge("a value is listed twice", 2)]


def test_a_flat_decay_rate_is_dropped_where_there_is_no_decay():
    asked, distinct, merged = plan(optimizer="sgd", decay=["constant", "inverse_time"], decay_rate=[0.1, 1.0, 2.0])
    assert (len(asked), len(distinct)) == (6, 4)
    assert merged == [Merge("constant decay has no decay_rate", 2)]


@pytest.mark.parametrize(
    "neutral",
    [
        {"kind": "inverse_time", "rate": 0.0, "interval": 3, "by": "step"},
        {"kind": "exponential", "rate": 1.0},
        {"kind": "staircase", "rate": 1, "interval": 2},
        {"kind": "staircase", "boundaries": [2, 4], "values": [1.0, 1, 1.0]},
        {"kind": "cosine", "rate": 1.0, "by": "step"},
        {"kind": "reduce_on_plateau", "rate": 1, "patience": 0},
    ],
    ids=lambda decay: decay["kind"],
)
def test_a_decay_that_does_nothing_is_constant(neutral):
    _, distinct, merged = plan(optimizer="sgd", decay=["constant", neutral])
    assert [setting["decay"] for setting in distinct] == ["constant"]
    assert [merge.count for merge in merged] == [1]


@pytest.mark.parametrize(
    "decay",
    [
        {"kind": "inverse_sqrt", "rate": 1.0},
        {"kind": "staircase", "boundaries": [2], "values": [0.5, 0.5]},
        {"kind": "staircase", "boundaries": [2], "values": [1.0, 0.5]},
    ],
)
def test_a_decay_that_does_something_is_kept(decay):
    _, distinct, merged = plan(optimizer="sgd", decay=["constant", decay])
    assert len(distinct) == 2
    assert merged == []


def test_full_batches_count_epochs_and_steps_alike():
    decay = {"kind": "exponential", "rate": 0.9, "by": ["epoch", "step"]}
    _, distinct, merged = plan(optimizer="sgd", decay=decay, batch_size=["full", 32])
    kept = [(setting["batch_size"], setting["decay_by"]) for setting in distinct]
    assert kept == [("full", "epoch"), (32, "epoch"), (32, "step")]
    assert [merge.count for merge in merged] == [1]


def test_a_staircase_ignores_the_number_of_its_first_epoch():
    stairs = {"kind": "staircase", "rate": 0.5}
    _, distinct, merged = plan(optimizer="sgd", decay=stairs, decay_start=[0, 1])
    assert len(distinct) == 1
    assert merged == [Merge("staircase decay has no decay_start", 1)]


def test_a_setting_is_complete_flat_and_in_order():
    _, (setting,), _ = plan(
        optimizer="adam", decay={"kind": "staircase", "boundaries": [5, 8], "values": [1, 0.1, 0.01]}
    )
    assert list(setting.items()) == [
        ("optimizer", "adam"),
        ("learning_rate", 0.1),
        ("beta1", 0.9),
        ("beta2", 0.999),
        ("epsilon", 1e-8),
        ("batch_size", 64),
        ("decay", "staircase"),
        ("decay_by", "epoch"),
        ("decay_boundaries", "5,8"),
        ("decay_values", "1.0,0.1,0.01"),
        ("epochs", 10),
    ]


def test_the_keys_of_a_setting_have_the_order_that_tables_show():
    hyperparameters = ("optimizer", "learning_rate", "beta1", "beta2", "epsilon", "weight_decay", "batch_size")
    decays = ("decay", "decay_rate", "decay_by", "decay_interval", "decay_start", "decay_boundaries", "decay_values")
    later = ("decay_warmup", "decay_patience", "decay_threshold")
    assert (*hyperparameters, *decays, *later, "epochs") == SETTING_KEYS


def test_the_canonical_form_of_a_canonical_form_is_itself():
    _, distinct, _ = plan(
        optimizer=["sgd", "momentum", "adam"],
        beta1=[0.0, 0.5],
        batch_size=[1, 500],
        decay=["constant", {"kind": "inverse_time", "rate": [0, 1], "by": ["epoch", "step"]}],
    )
    assert [canonical(setting, EXAMPLES) for setting in distinct] == distinct
