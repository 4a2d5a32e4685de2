"""What is compared, with how much tuning, is counted after merging and held against the roles."""

from __future__ import annotations

import pytest

from sweep import plan
from sweep.config import SweepConfig
from sweep.errors import ConfigError

OPTIMIZERS = {
    "sgd": {"learning_rate": [0.1, 0.2]},
    "momentum": {"learning_rate": [0.1, 0.2], "beta1": [0.0, 0.9]},
    "adam": {"learning_rate": [0.01, 0.02], "beta2": [0.9, 0.999]},
}


def design(**sections):
    content = {"data": {"name": "iris"}, "optimizers": OPTIMIZERS, **sections}
    return plan(SweepConfig.model_validate(content)).design


def test_without_roles_the_optimizers_are_compared_and_budgets_are_counted_after_merging():
    # momentum with beta1 = 0 is gradient descent, twice.
    made = design()
    assert made.scientific == "optimizer"
    assert made.budgets == {"sgd": 2, "momentum": 2, "adam": 4}
    assert made.nuisance == ("learning_rate", "beta2")
    assert made.warning.startswith("the tuning budgets differ, in distinct settings: sgd 2, momentum 2, adam 4.")


def test_arms_without_the_factor_belong_to_no_level():
    made = design(roles={"scientific": "beta2"})
    assert made.budgets == {0.9: 2, 0.999: 2}
    assert made.outside == 4
    assert made.warning == ""


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        (
            {"scientific": "batch_size"},
            "`roles.scientific` must name a factor with two levels or more. Received: batc",
        ),
        ({"fixed": ["learning_rate", "epochs"]}, "`roles.fixed` must name what has one value within a level of optimi"),
        ({"nuisance": ["learning_rate"]}, "Received: learning_rate, without beta2. Add it, or give it one value."),
        ({"budget": "equal"}, "`roles.budget` asks for as many distinct settings of each level. Received: sgd 2, mom"),
    ],
)
def test_a_design_that_breaks_its_roles_is_refused(roles, said):
    with pytest.raises(ConfigError) as refused:
        design(roles=roles)
    assert said in str(refused.value)


def test_equal_budgets_satisfy_the_role():
    optimizers = {"sgd": {"learning_rate": [0.1, 0.2]}, "adam": {"learning_rate": [0.01, 0.02]}}
    made = design(optimizers=optimizers, roles={"budget": "equal", "nuisance": ["learning_rate"], "fixed": ["epochs"]})
    assert made.budgets == {"sgd": 2, "adam": 2}
