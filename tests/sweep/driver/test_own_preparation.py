"""What is checked before a sweep over a user's own training starts, and how its trials are handed out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from sweep import load_config
from sweep.config import SweepConfig
from sweep.driver.own_preparation import prepare_own
from sweep.errors import ConfigError

METRIC = {"name": "val_loss", "mode": "min"}


@pytest.fixture
def prepare(tmp_path, monkeypatch):
    """Prepare a sweep whose file is in the folder `below` of the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("below").mkdir()

    def run(trainer, space=None, **changes):
        given = {"trainer": trainer, "metric": METRIC, "space": space or {"a": [1, 2]}, "resources": {"workers": 1}}
        Path("below/x.yaml").write_text(yaml.safe_dump({**given, **changes}))
        return prepare_own(load_config("below/x.yaml"))

    return run


def script(name, mode=0o755):
    path = Path("below") / name
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)


@pytest.mark.parametrize(
    ("function", "rule"),
    [
        ("own_prepared:absent", "names something that `own_prepared` does not have. Received: own_prepared:absent."),
        ("no_such_module_x:train", "names a module that cannot be imported: ModuleNotFoundError"),
        ("own_prepared:no_argument", "must be a function that takes one argument, the trial."),
        ("own_prepared", "must name a module and a function in it."),
    ],
)
def test_a_function_that_cannot_train_is_refused_at_its_place(prepare, function, rule):
    Path("own_prepared.py").write_text("def no_argument(): ...\n")
    with pytest.raises(ConfigError) as refused:
        prepare({"function": function})
    assert str(refused.value).startswith("below/x.yaml:")
    assert f"`trainer.function` {rule}" in str(refused.value)


def test_a_program_is_looked_for_where_the_command_runs(prepare):
    script("run.sh")
    assert prepare({"command": ["./run.sh"]}).workers == 1
    assert prepare({"command": ["sh", "absent.sh"]}).workers == 1
    assert prepare({"command": ["{a}"]}).workers == 1


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("no-such-program-x", "must begin with a program that exists. Received: no-such-program-x. Check the name."),
        ("./absent.sh", "must begin with a program that exists. Received: ./absent.sh. Check the name."),
        ("./plain.sh", "must begin with a program that can be run. Received: ./plain.sh. Make it executable by `chmod"),
    ],
)
def test_a_program_that_cannot_be_started_is_refused(prepare, program, message):
    script("plain.sh", 0o644)
    if os.access("below/plain.sh", os.X_OK):
        pytest.skip("this user may run any file")
    with pytest.raises(ConfigError) as refused:
        prepare({"command": [program]})
    assert f"`trainer.command` {message}" in str(refused.value)


@pytest.mark.parametrize(
    ("argument", "rest"),
    [
        ("--lr={learning_rat}", "{learning_rat}, which names no hyperparameter. Did you mean `learning_rate`?"),
        (
            "{zzz}",
            "{zzz}, which names no hyperparameter. Known: learning_rate, depth, seed, folder, device. Write {{ for",
        ),
        ("{depth}", "{depth}, which the setting learning_rate=0.1 lacks. Give it a value in every space."),
    ],
)
def test_a_placeholder_without_a_value_is_refused(prepare, argument, rest):
    space = [{"learning_rate": 0.1}, {"learning_rate": 0.2, "depth": 3}]
    with pytest.raises(ConfigError) as refused:
        prepare({"command": ["echo", argument]}, space)
    assert f"`trainer.command` must have placeholders with a value. Received: {rest}" in str(refused.value)


def test_placeholders_of_the_trial_and_doubled_braces_need_no_value(prepare):
    prepare({"command": ["echo", "{seed}{folder}{device}", "{{x}}", "{a}"]})


def test_each_trial_is_a_pack_of_its_own_and_nothing_is_known_of_its_cost(prepare, tmp_path):
    prepared = prepare({"command": ["true"], "epochs": 4}, seeds=2)
    trials = prepared.plan.trials
    packs = prepared.packs(trials, prepared.rates(), 2)
    assert [pack.trials for pack in packs] == [(trial,) for trial in trials]
    assert {pack.epochs for pack in packs} == {4}
    assert prepared.seconds(trials, prepared.rates()) == 0.0
    assert prepared.base_rates((0, 1)) == ()
    assert prepared.dataset_record is None
    assert len(trials) == 4


def test_what_trains_runs_in_the_folder_of_the_file_and_writes_into_the_results(prepare, tmp_path):
    source = prepare({"command": ["true"]}).source(Path("results/x"), 0.0)
    assert source.working_folder == str(tmp_path / "below")
    assert source.folder == str(tmp_path / "results" / "x")
    assert source.training.command == ("true",)


def test_a_function_that_was_changed_since_it_was_last_prepared_is_looked_over_again(prepare):
    Path("own_changed.py").write_text("def train(trial): ...\n")
    first = prepare({"function": "own_changed:train"}).plan.hash
    Path("own_changed.py").write_text("def train(trial): ...\nx = 1\n")
    assert prepare({"function": "own_changed:train"}).plan.hash != first
    Path("own_changed.py").write_text("def train(): ...\n")
    with pytest.raises(ConfigError, match="takes one argument"):
        prepare({"function": "own_changed:train"})


def test_inline_trains_one_at_a_time(prepare):
    assert prepare({"command": ["true"]}, resources={"executor": "inline"}).workers == 1


def test_a_configuration_made_in_python_runs_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = {"trainer": {"command": ["true"]}, "metric": METRIC, "space": {"a": 1}, "resources": {"workers": 1}}
    source = prepare_own(SweepConfig.model_validate(given)).source(Path("r"), 0.0)
    assert source.working_folder == str(tmp_path)
