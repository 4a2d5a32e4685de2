"""Only the settings that meet every condition are planned."""

from __future__ import annotations

import pytest

from sweep.config import SweepConfig
from sweep.errors import ConfigError
from sweep.planning.plan import make_plan
from trainers.data import shape

IRIS = shape(
    SweepConfig.model_validate({"data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": 1}}}).data.source
)


def plan(where, **changes):
    content = {
        "data": {"name": "iris"},
        "optimizers": {"sgd": {"learning_rate": [0.1, 0.2]}, "adam": {"learning_rate": 0.1, "beta1": [0.5, 0.95]}},
        "space": {"beta2": [0.8, 0.99]},
        "where": where,
        **changes,
    }
    return make_plan(SweepConfig.model_validate(content), IRIS, None)


def test_a_value_that_the_optimizer_ignores_is_not_one_of_its_settings():
    settings = [arm.setting for arm in plan(["beta1 < beta2"]).arms]
    assert [s["learning_rate"] for s in settings if s["optimizer"] == "sgd"] == [0.1, 0.2]
    adam = [(s["beta1"], s["beta2"]) for s in settings if s["optimizer"] == "adam"]
    assert adam == [(0.5, 0.8), (0.5, 0.99), (0.95, 0.99)]
    # Gradient descent has no beta2, whatever the shared one is.
    assert "where leaves 6 of 8 settings" in plan(["beta2 > 0.9"]).choices


def test_the_plan_says_how_many_settings_are_left():
    # Gradient descent is asked for twice as often, since the shared beta2 has two values.
    assert "where leaves 7 of 8 settings" in plan(["beta1 < beta2"]).choices
    assert not any("where" in choice for choice in plan([]).choices)


def test_a_word_as_batch_size_is_its_number_of_examples():
    # 120 of the 150 examples are trained on.
    sizes = {"beta2": 0.99, "batch_size": [16, 64, "full", "auto"]}
    kept = plan(["batch_size * epochs <= 640"], space=sizes)
    assert {arm.setting["batch_size"] for arm in kept.arms} == {16, 64}
    kept = plan(["batch_size == 120"], space=sizes)
    assert {arm.setting["batch_size"] for arm in kept.arms} == {"full"}


def test_the_same_trials_have_the_same_ids_with_and_without_a_condition():
    every, some = plan([]), plan(["beta1 < beta2"])
    assert {trial.id for trial in some.trials} < {trial.id for trial in every.trials}


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (["epochs > 10"], "`where` must leave a setting or more. Received: epochs > 10, which none meets."),
        (["beta1 / (epochs - 10) > 1"], "divides by 0. Received: .* for beta1 0.5, epochs 10"),
        (["optimizer < 3"], "`optimizer` is text, 'sgd', where a number is needed"),
    ],
)
def test_what_leaves_nothing_or_cannot_be_calculated_is_refused(where, message):
    with pytest.raises(ConfigError, match=message):
        plan(where)
