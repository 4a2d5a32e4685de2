"""The fields of a sweep file: names that are folders too, homes of paths, and what stands where nothing is given."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from sweep.config import SweepConfig

NETWORKS = {"data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": 0.1}}}
OWN = {"trainer": {"function": "mine:train"}, "space": {"x": [1, 2]}}


def read(**changes):
    return SweepConfig.model_validate({**NETWORKS, **changes})


@pytest.mark.parametrize("name", ["sweep", "adam-vs-sgd", "a", "7", "a.b_c-d", "A" * 100])
def test_a_name_that_can_be_a_folder_everywhere_is_taken(name):
    assert read(name=name).name == name


@pytest.mark.parametrize("name", ["", "-a", ".a", "_a", "a b", "a/b", "..", "\u00e9t\u00e9", "a" * 101, "a\n"])
def test_any_other_name_is_refused(name):
    with pytest.raises(ValidationError, match="must begin with a letter or digit and hold only letters, digits"):
        read(name=name)


def test_paths_may_begin_with_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    config = read(results="~/results", baseline="~/ci.json")
    assert (Path(config.results), Path(config.baseline)) == (Path("/home/ada/results"), Path("/home/ada/ci.json"))
    assert read(results="s3://bucket/~results").results == "s3://bucket/~results"


def test_the_results_need_a_place():
    with pytest.raises(ValidationError, match="results"):
        read(results="")


@pytest.mark.parametrize("sections", [NETWORKS, OWN], ids=["networks", "own"])
def test_what_is_left_out_has_a_default(sections):
    config = SweepConfig.model_validate(sections)
    assert (config.name, config.question, config.seeds, config.where, config.gates) == ("sweep", "", (0,), (), ())
    assert (config.results, config.report, config.baseline, config.roles) == ("results", True, None, None)
    assert (config.keep.weights, config.keep.trials) == ("none", "best-of-level")
    assert config.resources.gpus_per_worker == "auto"


def test_one_condition_or_gate_may_stand_without_a_list():
    config = read(where="learning_rate < 1", gates=["diverged <= 0"])
    assert config.where == ("learning_rate < 1",)
    assert config.gates == ("diverged <= 0",)
