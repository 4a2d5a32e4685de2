"""The plan of a user's own training: ids that depend on what decides a trial's numbers and on nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweep.config import SweepConfig
from sweep.errors import ConfigError
from sweep.planning.own_plan import make_own_plan


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working folder with a module and what it imports; first on the search path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("own_plan_train.py").write_text("import own_plan_helper\n\ndef train(trial): ...\n")
    Path("own_plan_helper.py").write_text("x = 1\n")
    Path("train.sh").write_text("echo\n")
    return tmp_path


def plan_of(space=None, trainer=None, **changes):
    trainer = {"function": "own_plan_train:train", "epochs": 5, **(trainer or {})}
    if "command" in trainer:
        del trainer["function"]
    space = space or {"a": [1, 2], "b": "x"}
    given = {"trainer": trainer, "metric": {"name": "val_loss", "mode": "min"}, "space": space}
    return make_own_plan(SweepConfig.model_validate({**given, **changes}))


def ids(*given, **changes):
    return {trial.id for trial in plan_of(*given, **changes).trials}


def lineages(*given, **changes):
    return {trial.lineage for trial in plan_of(*given, **changes).trials}


def test_ids_do_not_depend_on_order_on_other_values_or_on_how_it_is_run(folder):
    usual = ids()
    assert len(usual) == 2
    assert ids({"b": "x", "a": [2, 1]}) == usual
    assert ids({"a": [1, 2, 3], "b": ["x", "y"]}) > usual
    assert ids([{"a": 1, "b": "x"}, {"b": "x", "a": 2}]) == usual
    assert ids(seeds=3) > usual
    assert ids(name="other", trainer={"timeout": 3, "extendable": True}, keep={"weights": "last"}) == usual
    assert ids(metric={"name": "val_f1", "mode": "max"}) == usual
    assert ids(trainer={"target": 0.5}) == usual


@pytest.mark.parametrize(
    "changes",
    [
        {"space": {"a": [3, 4], "b": "x"}},
        {"space": {"a": [1.0, 2.0], "b": "x"}},
        {"space": {"a": [1, 2], "b": ["y"]}},
        {"space": {"a": [1, 2]}},
        {"space": {"a": [[1], [2]], "b": "x"}},
        {"seeds": [7]},
        {"trainer": {"epochs": 6}},
        {"trainer": {"target": 0.5, "stop_at_target": True}},
        {"trainer": {"function": "own_plan_train:other"}},
        {"trainer": {"command": ["sh", "train.sh"]}},
    ],
)
def test_ids_depend_on_values_and_their_types_the_seed_the_epochs_and_the_training(folder, changes):
    assert ids(**changes).isdisjoint(ids())


@pytest.mark.parametrize("file", ["own_plan_train.py", "own_plan_helper.py"])
def test_ids_change_with_the_code_and_with_what_it_imports(folder, file):
    before = ids()
    Path("unrelated.py").write_text("y = 1\n")
    assert ids() == before
    with Path(file).open("a") as stream:
        stream.write("z = 1\n")
    assert ids().isdisjoint(before)


def test_ids_change_with_the_script_of_a_command_and_its_arguments(folder):
    command = {"command": ["sh", "train.sh", "{a}"]}
    before = ids(trainer=command)
    assert ids(trainer={"command": ["sh", "train.sh", "--a={a}"]}).isdisjoint(before)
    assert ids(trainer={**command, "grace": 1}) == before
    Path("train.sh").write_text("echo changed\n")
    assert ids(trainer=command).isdisjoint(before)


def test_trials_that_differ_in_their_epochs_alone_have_one_lineage(folder):
    assert lineages(trainer={"epochs": 50}) == lineages()
    assert lineages().isdisjoint(ids())
    assert len(lineages(seeds=2)) == 4
    Path("own_plan_helper.py").write_text("x = 2\n")
    assert lineages().isdisjoint(lineages({"a": [3]}))


def test_a_hyperparameter_called_epochs_is_part_of_the_lineage(folder):
    space = {"a": 1, "epochs": [5, 10]}
    assert len(lineages(space, trainer={"epochs": None})) == 2


def test_a_setting_that_is_listed_twice_is_trained_once(folder):
    plan = plan_of([{"a": [1, 1], "b": "x"}, {"b": "x", "a": 1}, {"a": 1, "b": "y"}])
    assert len(plan.arms) == len({arm.id for arm in plan.arms}) == 2
    assert [(merge.count, merge.reason) for merge in plan.merged] == [(2, "a value is listed twice")]


def test_mappings_are_equal_whatever_the_order_of_their_keys(folder):
    plan = plan_of({"a": [{"x": 1, "y": 2}, {"y": 2, "x": 1}, {"x": 1, "y": 2.0}]})
    assert len(plan.arms) == len({trial.id for trial in plan.trials}) == 2


def test_equal_numbers_of_other_types_are_other_settings(folder):
    assert len(ids({"a": [1, 1.0, True, "1", [1], [1.0]]})) == 6


def test_conditions_hold_on_any_name_and_not_where_a_setting_lacks_it(folder):
    space = [{"kind": "net", "beta1": [0.5, 0.9], "beta2": [0.8, 0.95]}, {"kind": "tree", "depth": [1, 2]}]
    plan = plan_of(space, where=["beta1 < beta2", "depth != 1"])
    assert [dict(arm.setting) for arm in plan.arms] == [
        {"kind": "net", "beta1": 0.5, "beta2": 0.8},
        {"kind": "net", "beta1": 0.5, "beta2": 0.95},
        {"kind": "net", "beta1": 0.9, "beta2": 0.95},
        {"kind": "tree", "depth": 2},
    ]
    assert plan.choices == ("where leaves 4 of 6 settings",)


def test_conditions_that_leave_nothing_are_refused(folder):
    with pytest.raises(ConfigError, match="where"):
        plan_of(where=["a > 2"])


@pytest.mark.parametrize(
    ("space", "expected"),
    [
        ({"a": [1, 2], "b": "x"}, ["a=1", "a=2"]),
        ({"optimizer": ["sgd", "adam"], "a": 1}, ["sgd", "adam"]),
        ({"optimizer": "sgd", "a": [0.1, 1e-05]}, ["sgd a=0.1", "sgd a=1e-05"]),
        ({"h": [[64], None, True]}, ["h=[64]", "h=null", "h=true"]),
        ([{"a": 1}, {"b": 2}], ["a=1", "b=2"]),
        ({"a": 1}, ["a=1"]),
        ({"batch_size": [8, 16], "decay": "x"}, ["batch_size=8", "batch_size=16"]),
    ],
)
def test_an_arm_is_called_by_what_differs(folder, space, expected):
    assert [arm.label for arm in plan_of(space).arms] == expected


def test_the_plan_shows_the_files_that_it_identifies(folder):
    assert plan_of().code == ("own_plan_helper.py", "own_plan_train.py")
    assert plan_of(trainer={"command": ["sh", "train.sh"]}).code == ("train.sh",)


def test_too_many_trials_are_refused_without_listing_them(folder):
    space = {name: list(range(100)) for name in "abcdef"}
    with pytest.raises(ConfigError, match=r"search\.limit"):
        plan_of(space)
