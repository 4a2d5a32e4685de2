"""The section `search` keeps what it needs, and a grid is written as before."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from sweep.config.search import METHODS, SearchConfig


def test_a_grid_is_written_as_before_there_were_other_methods():
    assert SearchConfig().model_dump(mode="json", exclude_none=True) == {"method": "grid", "limit": 100_000}


def test_what_is_written_is_read_back():
    given = {"method": "tpe", "trials": 8, "from": "earlier", "levels": {"adam": 9}, "points": [{"a": [1, None]}]}
    section = SearchConfig.model_validate(given)
    written = section.model_dump(mode="json", exclude_none=True)
    assert written == {**given, "seed": 0, "limit": 100_000}
    assert SearchConfig.model_validate(written) == section
    assert (section.trials_of("adam"), section.trials_of("sgd")) == (9, 8)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("bayes", "tpe"), ("CMA-ES", "cmaes"), ("lhs", "latin_hypercube"), ("genetic", "nsga2"), ("sobel", "sobol")],
)
def test_a_name_of_another_tool_is_understood(name, meant):
    with pytest.raises(ValidationError) as caught:
        SearchConfig.model_validate({"method": name, "trials": 3})
    assert caught.value.errors()[0]["ctx"]["hint"] == f"Did you mean `{meant}`?"


def test_which_methods_learn():
    learning = [
        name
        for name in METHODS
        if SearchConfig.model_validate({"method": name, **({} if name == "grid" else {"trials": 3})}).learns
    ]
    assert learning == ["tpe", "gp", "cmaes", "nsga2", "nsga3"]
    assert SearchConfig.model_validate({"method": "optuna.samplers:QMCSampler", "trials": 3}).learns
