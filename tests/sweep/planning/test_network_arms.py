"""Arms of settings that are proposed later are those that a grid of the same values has."""

from __future__ import annotations

from sweep.config import SweepConfig
from sweep.planning.network_arms import NetworkArms
from sweep.planning.plan import make_plan
from sweep.planning.workload import DataFacts, data_key
from trainers.data import shape


def arms_of(**changes):
    config = SweepConfig.model_validate({"data": {"name": "iris"}, **changes})
    return config, NetworkArms(config, {data_key(config): DataFacts(shape(config.data.source), None)})


def test_an_arm_has_the_ids_of_a_grid():
    config, arms = arms_of(
        optimizers={"momentum": {"learning_rate": [0.1, 0.2], "beta1": [0.0, 0.9]}},
        space={"trainer.weight_decay": [0.0, 0.01], "batch_size": [16, "auto"]},
        where=["learning_rate < 0.15"],
    )
    plan = make_plan(config, shape(config.data.source), None)
    for arm in plan.arms:
        made = arms.made(arm.setting, arm.label)
        assert (made.arm.id, made.examples) == (arm.id, 120)
        assert made.identity.trial(arm, 0).id == next(t.id for t in plan.trials if t.arm.id == arm.id)


def test_settings_are_accepted_in_their_simplest_form_or_not_at_all():
    _, arms = arms_of(optimizers={"momentum": {"learning_rate": [0.1, 0.2]}}, where=["learning_rate < 0.15"])
    asked = {"optimizer": "momentum", "learning_rate": 0.1, "beta1": 0.0, "batch_size": 500, "decay": "constant"}
    found = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": "full", "decay": "constant"}
    assert arms.accept(asked) == found
    assert arms.accept({**asked, "learning_rate": 0.2}) is None


def test_a_value_drawn_for_a_dotted_key_makes_a_workload_of_its_own():
    config, arms = arms_of(
        optimizers={"sgd": {"learning_rate": 0.1}},
        space={"trainer.weight_decay": {"log_uniform": [1e-6, 0.1]}},
        search={"method": "random", "trials": 5},
    )
    plan = make_plan(config, shape(config.data.source), None)
    drawn = {arm.setting["trainer.weight_decay"] for arm in plan.arms}
    assert len(drawn) == len({arm.id for arm in plan.arms}) == 5
    made = [arms.workload_of(arm.setting).config.trainer.weight_decay for arm in plan.arms]
    assert set(made) == drawn
