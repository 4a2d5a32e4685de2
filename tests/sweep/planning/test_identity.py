"""The lineage of a trial is its id without the number of epochs, where its numbers do not depend on that."""

from __future__ import annotations

import pytest

from sweep.config import SweepConfig
from sweep.planning.plan import make_plan
from trainers.data import shape
from trainers.schedules import RULES


def trial(epochs=10, decay="constant", **changes):
    config = {
        "data": {"name": "iris"},
        "trainer": {"epochs": epochs},
        "optimizers": {"sgd": {"learning_rate": 0.1}},
        "space": {"decay": {"kind": decay, **({"rate": 0.5} if RULES[decay].rate else {})}},
        "seeds": [3],
        **changes,
    }
    made = SweepConfig.model_validate(config)
    return make_plan(made, shape(made.data.source), None).trials[0]


@pytest.mark.parametrize("decay", RULES)
def test_longer_trials_share_the_lineage_unless_their_schedule_ends_with_the_training(decay):
    short, long = trial(10, decay), trial(20, decay)
    assert short.id != long.id
    assert (short.lineage == long.lineage) == (decay not in ("cosine", "one_cycle"))
    assert (short.lineage == short.id) == (decay in ("cosine", "one_cycle"))


def test_where_the_epochs_are_compared_each_number_is_a_lineage_of_its_own():
    made = trial(trainer={}, space={"epochs": [10, 20]})
    assert made.lineage == made.id


@pytest.mark.parametrize(
    "other",
    [
        {"seeds": [4]},
        {"space": {"batch_size": 16}},
        {"space": {"network.hidden": [[8]]}},
        {"network": {"hidden": [8]}},
        {"optimizers": {"sgd": {"learning_rate": 0.2}}},
    ],
    ids=str,
)
def test_trials_that_differ_in_anything_else_have_other_lineages(other):
    assert trial(**other).lineage != trial().lineage
