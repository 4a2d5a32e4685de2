"""The space is divided by the factor that is compared, and nothing is searched that is ignored."""

from __future__ import annotations

import pytest

from sweep.analysis.wording import ALL_SETTINGS
from sweep.config import SweepConfig
from sweep.errors import ConfigError
from sweep.planning.network_arms import NetworkArms
from sweep.planning.search.levels import Level, key_of, levels_of, varying
from sweep.planning.workload import DataFacts, data_key
from trainers.data import shape

RANDOM = {"method": "random", "trials": 4}


def of_networks(**changes):
    config = SweepConfig.model_validate({"data": {"name": "iris"}, "search": RANDOM, **changes})
    return levels_of(config, NetworkArms(config, {data_key(config): DataFacts(shape(config.data.source), None)}).accept)


def of_command(**changes):
    own = {"trainer": {"command": ["train"]}, "metric": {"name": "loss"}, "search": RANDOM}
    return levels_of(SweepConfig.model_validate({**own, **changes}), lambda setting: setting)


def test_each_optimizer_is_a_level_with_a_part_for_each_decay():
    levels = of_networks(
        optimizers={"adam": {"learning_rate": [0.1, 0.2]}, "sgd": {"learning_rate": 0.1}},
        space={"decay": ["constant", {"kind": "exponential", "rate": [0.9, 0.99]}], "beta1": [0.8, 0.9]},
    )
    assert [level.name for level in levels] == ["sgd", "adam"]
    sgd, adam = levels
    # Gradient descent has no beta1, and a constant rate no decay_rate.
    assert [varying(part) for part in sgd.parts] == [[], ["decay_rate"]]
    assert [varying(part) for part in adam.parts] == [
        ["learning_rate", "beta1"],
        ["learning_rate", "beta1", "decay_rate"],
    ]
    assert (sgd.size, adam.size) == (1 + 2, 4 + 8)


def test_without_a_factor_all_settings_are_one_level():
    (level,) = of_command(space=[{"a": [1, 2]}, {"b": {"uniform": [0, 1]}}])
    assert level.name == ALL_SETTINGS
    assert level.size is None
    assert list(Level("x", level.parts[:1]).combinations()) == [{"a": 1}, {"a": 2}]


def test_another_factor_makes_levels_and_what_lacks_it_is_the_rest():
    levels = of_command(space=[{"a": [1, 2], "b": [5, 6]}, {"c": [3]}], roles={"scientific": "a"})
    assert [(level.name, level.size) for level in levels] == [(1, 2), (2, 2), (None, 1)]


def test_words_for_the_same_batch_size_are_one_level():
    levels = of_networks(
        optimizers={"sgd": {"learning_rate": {"uniform": [0.1, 1]}}},
        space={"batch_size": [16, "auto", "full", 120]},
        roles={"scientific": "batch_size"},
    )
    assert [(level.name, len(level.parts)) for level in levels] == [(16, 1), ("full", 3)]


def test_a_range_is_no_factor():
    with pytest.raises(ConfigError, match=r"`roles.scientific` must name a factor with a list of values.*a range"):
        of_command(space={"a": {"uniform": [0, 1]}, "b": [1, 2]}, roles={"scientific": "a"})


def test_settings_are_the_same_by_their_values_and_types():
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
    assert len({key_of({"a": value}) for value in (1, 1.0, True, "1")}) == 4
