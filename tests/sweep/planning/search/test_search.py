"""All methods mean the same by a space: bounds, distributions, conditions, budgets, and no setting twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from sweep.config import SweepConfig
from sweep.errors import ConfigError
from sweep.planning.growing import searched
from sweep.planning.network_arms import NetworkArms
from sweep.planning.plan import plan_networks
from sweep.planning.search.levels import key_of
from sweep.planning.search.method import Outcome
from sweep.planning.search.search import Search
from sweep.planning.workload import DataFacts, data_key
from trainers.data import shape

SPREADING = ["random", "sobol", "halton", "latin_hypercube"]
SPACE = {
    "a": {"uniform": [-1, 3]},
    "b": {"log_uniform": [1.0e-4, 1]},
    "c": {"one_minus_log_uniform": [0.9, 0.9999]},
    "d": {"int_uniform": [3, 12]},
    "e": {"log_int_uniform": [1, 64]},
    "f": {"step_uniform": [0, 1, 0.25]},
    "g": ["x", "y", "z"],
}
# Until there are so many results, these draw at random.
LEARNING = {
    "tpe": {"n_startup_trials": 1000},
    "gp": {"n_startup_trials": 1000},
    "cmaes": {"n_startup_trials": 1000},
    "nsga2": {"population_size": 1000},
    "nsga3": {"population_size": 1000},
}
RANGES = {
    "data": {"name": "iris"},
    "optimizers": {
        "sgd": {"learning_rate": {"log_uniform": [1e-3, 1]}},
        "adam": {"learning_rate": {"log_uniform": [1e-4, 0.1]}},
    },
    "space": {"batch_size": [16, 32, 64]},
}


def command(search, space=SPACE, **changes):
    own = {"trainer": {"command": ["train"], "epochs": 3}, "metric": {"name": "loss"}, "space": space}
    return SweepConfig.model_validate({**own, "search": {"limit": 10**6, **search}, **changes})


def drawn(config):
    return Search(config, lambda setting: setting, lambda setting: 0).first()


def networks(search, **changes):
    config = SweepConfig.model_validate({**RANGES, "search": search, **changes})
    arms = NetworkArms(config, {data_key(config): DataFacts(shape(config.data.source), None)})
    return searched(config, arms, lambda settings: plan_networks(config, arms, settings))


def settings_of(search, **changes):
    return [arm.setting for arm in networks(search, **changes)[0].arms]


def require_distributions(settings):
    column = {name: np.array([setting[name] for setting in settings]) for name in SPACE}
    places = {
        "a": (column["a"] + 1) / 4,
        "b": 1 + np.log10(column["b"]) / 4,
        "c": (1 + np.log10(1 - column["c"])) / -3,
    }
    for name, found in places.items():
        assert ((found >= -1e-9) & (found <= 1 + 1e-9)).all(), name
        assert stats.kstest(found, "uniform").pvalue > 0.001, name
    shares = {
        "d": dict.fromkeys(range(3, 13), 0.1),
        "f": dict.fromkeys((0, 0.25, 0.5, 0.75, 1), 0.2),
        "g": dict.fromkeys("xyz", 1 / 3),
        "e": {number: np.log((number + 0.5) / (number - 0.5)) / np.log(64.5 / 0.5) for number in range(1, 65)},
    }
    for name, expected in shares.items():
        counts = Counter(column[name].tolist())
        assert set(counts) <= set(expected), name
        found = [counts[value] for value in expected]
        assert stats.chisquare(found, [share * len(settings) for share in expected.values()]).pvalue > 0.001, name


@pytest.mark.parametrize("method", SPREADING)
def test_10_000_draws_have_the_distribution_of_their_ranges(method):
    settings = drawn(command({"method": method, "trials": 10_000}))
    assert len({key_of(setting) for setting in settings}) == 10_000
    require_distributions(settings)


@pytest.mark.parametrize("method", sorted(LEARNING))
def test_10_000_random_proposals_of_methods_that_learn_mean_the_same(method):
    settings = []
    for seed in range(10):
        search = {"method": method, "trials": 1000, "seed": seed, "arguments": LEARNING[method]}
        settings += drawn(command(search))
    assert len(settings) == 10_000
    require_distributions(settings)


@pytest.mark.parametrize("method", [*SPREADING, *LEARNING])
def test_settings_meet_the_conditions_and_belong_to_their_part(method):
    space = [
        {"kind": "tree", "depth": {"int_uniform": [1, 8]}, "rate": {"uniform": [0, 1]}},
        {"kind": "net", "width": {"int_uniform": [8, 64]}, "rate": {"uniform": [0, 1]}, "drop": {"uniform": [0, 0.5]}},
    ]
    config = command({"method": method, "trials": 40}, space, where=["depth * rate < 2", "width > 20"])
    settings = []

    def meets(setting):
        return setting if all(condition.holds(setting) for condition in config.conditions) else None

    search = Search(config, meets, lambda setting: 0)
    settings = search.first()
    while search.pending:
        for setting in settings[-4:]:
            search.tell(setting, Outcome(state="COMPLETE", values=(setting["rate"],)))
        settings += search.more()
    assert len(settings) == len({key_of(setting) for setting in settings}) == 40
    for setting in settings:
        wanted = {"depth", "rate"} if setting["kind"] == "tree" else {"width", "rate", "drop"}
        assert set(setting) == {"kind", *wanted}
        assert setting.get("depth", 0) * setting["rate"] < 2
        assert setting.get("width", 21) > 20
    assert {setting["kind"] for setting in settings} == {"tree", "net"}


@pytest.mark.parametrize("method", SPREADING[:3])
def test_a_longer_sequence_begins_with_the_shorter(method):
    few, many = (settings_of({"method": method, "trials": trials}) for trials in (8, 12))
    for name in ("sgd", "adam"):
        mine = [[setting for setting in found if setting["optimizer"] == name] for found in (few, many)]
        assert mine[1][:8] == mine[0]


@pytest.mark.parametrize("method", SPREADING)
def test_the_seed_decides_and_another_level_does_not(method):
    both = settings_of({"method": method, "trials": 8})
    assert both == settings_of({"method": method, "trials": 8})
    assert both != settings_of({"method": method, "trials": 8, "seed": 1})
    alone = settings_of({"method": method, "trials": 8}, optimizers={"adam": RANGES["optimizers"]["adam"]})
    assert [setting for setting in both if setting["optimizer"] == "adam"] == alone


def test_the_first_settings_never_change():
    assert settings_of({"method": "random", "trials": 1}) == [
        {"optimizer": "sgd", "learning_rate": 0.0442957, "batch_size": 32, "decay": "constant", "epochs": 10},
        {
            "optimizer": "adam",
            "learning_rate": 0.00078137,
            "beta1": 0.9,
            "beta2": 0.999,
            "epsilon": 1e-08,
            "batch_size": 64,
            "decay": "constant",
            "epochs": 10,
        },
    ]


def test_a_level_may_have_another_number_and_its_name_is_checked():
    plan, _ = networks({"method": "random", "trials": 4, "levels": {"adam": 7}})
    assert plan.design.budgets == {"sgd": 4, "adam": 7}
    with pytest.raises(ConfigError, match=r"`search.levels` must name compared levels. Received: adm.*`adam`"):
        networks({"method": "random", "trials": 4, "levels": {"adm": 7}})


def test_epochs_are_a_budget():
    plan, _ = networks({"method": "random", "budget": {"epochs": 95}}, trainer={"epochs": 10}, seeds=3)
    # 30 epochs a setting.
    assert plan.design.budgets == {"sgd": 3, "adam": 3}
    with pytest.raises(ConfigError, match=r"`search.budget.epochs` must pay a setting of optimizer sgd or more"):
        networks({"method": "random", "budget": {"epochs": 29}}, trainer={"epochs": 10}, seeds=3)


@pytest.mark.parametrize("method", ["random", "tpe"])
def test_all_settings_of_a_small_space_are_tried_and_that_is_told(method):
    plan, _ = networks({"method": method, "trials": 8}, optimizers={"sgd": {"learning_rate": [0.1, 0.2]}})
    assert len(plan.arms) == 6
    assert not plan.pending
    assert "sgd has 6 settings, which its budget pays, so that all are tried" in plan.choices


def test_most_of_a_finite_space_is_found_without_repetition():
    settings = settings_of(
        {"method": "random", "trials": 59},
        optimizers={"sgd": {"learning_rate": [round(0.1 + number / 100, 2) for number in range(20)]}},
    )
    assert len({key_of(setting) for setting in settings}) == 59


def test_a_special_case_that_is_another_optimizer_is_no_setting_of_the_level():
    plan, _ = networks(
        {"method": "random", "trials": 12},
        optimizers={"momentum": {"learning_rate": {"uniform": [0.1, 1]}, "beta1": [0.0, 0.9]}},
    )
    assert plan.design.budgets == {"momentum": 12}
    assert {arm.setting["beta1"] for arm in plan.arms} == {0.9}


def test_a_condition_that_nothing_meets_is_refused_in_one_sentence():
    with pytest.raises(ConfigError, match=r"`where` must leave settings that the search finds.*learning_rate > 2"):
        networks({"method": "random", "trials": 4}, where=["learning_rate > 2"])


def test_points_come_first_and_count():
    point = {"optimizer": "adam", "learning_rate": 0.0123, "batch_size": 32}
    for method in ("random", "tpe"):
        settings = settings_of({"method": method, "trials": 8, "points": [point, point]})
        mine = [setting for setting in settings if setting["optimizer"] == "adam"]
        assert (mine[0]["learning_rate"], mine[0]["batch_size"]) == (0.0123, 32)
        assert len(mine) == 8
        assert len({key_of(setting) for setting in mine}) == 8


def test_the_same_settings_in_a_process_of_its_own_with_other_hashes():
    code = "import test_search as t; print(t.settings_of({'method': 'tpe', 'trials': 6}))"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {str(__import__('pathlib').Path(__file__).parent)!r}); {code}",
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        check=True,
    )
    assert done.stdout.strip() == str(settings_of({"method": "tpe", "trials": 6}))
