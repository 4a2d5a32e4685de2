"""A sweep is counted by arithmetic before it is listed, and one that is too large is refused at once."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.config import SweepConfig
from sweep.errors import ConfigError
from sweep.planning.plan import make_plan
from sweep.planning.search import asked_settings, require_listable, settings
from trainers.data import shape


def sweep(**changes):
    return SweepConfig.model_validate({"data": {"name": "iris"}, **changes})


rates = st.lists(st.sampled_from([0.001, 0.01, 0.1, 1.0]), min_size=1, max_size=5)
betas = st.lists(st.sampled_from([0.0, 0.5, 0.9]), min_size=1, max_size=3)
decays = st.lists(
    st.sampled_from(
        [
            "constant",
            {"kind": "exponential", "rate": [0.9, 0.99]},
            {"kind": "inverse_time", "rate": [0.1, 0.2, 0.3], "interval": [1, 2]},
            {"kind": "staircase", "boundaries": [2, 4], "values": [1.0, 0.5, 0.1]},
            "cosine",
        ]
    ),
    min_size=1,
    max_size=3,
    unique_by=str,
)
spaces = st.fixed_dictionaries(
    {
        "optimizers": st.fixed_dictionaries(
            {"sgd": st.fixed_dictionaries({"learning_rate": rates}, optional={"decay": decays})},
            optional={"adam": st.fixed_dictionaries({"learning_rate": rates, "beta1": betas})},
        ),
        "space": st.fixed_dictionaries(
            {},
            optional={
                "batch_size": st.lists(st.sampled_from([1, 16, "full", "auto"]), min_size=1, max_size=4),
                "epochs": st.lists(st.integers(1, 3), min_size=1, max_size=2),
                "decay": decays,
            },
        ),
    }
)


@given(spaces)
def test_the_count_is_that_of_the_list(space):
    config = sweep(**space)
    assert asked_settings(config) == len(list(settings(config)))


@given(spaces, st.integers(1, 4))
def test_exactly_as_many_as_the_limit_are_planned(space, seeds):
    trials = seeds * len(list(settings(sweep(**space))))
    require_listable(sweep(**space, seeds=seeds, search={"limit": trials}))
    if trials > 1:
        with pytest.raises(ConfigError, match=rf"\({trials:,} trials\)"):
            require_listable(sweep(**space, seeds=seeds, search={"limit": trials - 1}))


def test_millions_are_refused_at_once_and_the_way_out_that_is_offered_is_taken(monkeypatch):
    monkeypatch.setattr("sweep.planning.plan.settings", lambda config: pytest.fail("they are listed"))
    many = {"learning_rate": [1e-6 * n for n in range(1, 1001)], "beta1": [1e-4 * n for n in range(1000)]}
    begin = time.perf_counter()
    with pytest.raises(ConfigError) as raised:
        make_plan(sweep(optimizers={"adam": many}, seeds=5), shape(sweep(optimizers={"adam": many}).data.source), None)
    assert time.perf_counter() - begin < 2.0
    assert "1,000,000 settings (5,000,000 trials)" in str(raised.value)
    assert "search.limit: 5000000" in str(raised.value)
    require_listable(sweep(optimizers={"adam": many}, seeds=5, search={"limit": 5_000_000}))


def test_many_seeds_count_too():
    with pytest.raises(ConfigError, match=r"1 setting \(1,000,000 trials\)"):
        require_listable(sweep(optimizers={"sgd": {"learning_rate": 0.1}}, seeds=1_000_000))
