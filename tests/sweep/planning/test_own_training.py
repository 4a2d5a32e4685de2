"""What all trials of a user's own training share, and the files that its code is identified by."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import pytest

from sweep.config import SweepConfig, load_config
from sweep.planning.own_training import OwnTraining, code_of, own_training, working_folder
from trainers.errors import UserCodeError


def config_of(trainer, **changes):
    given = {"trainer": trainer, "metric": {"name": "val_f1", "mode": "max"}, "space": {"a": 1}}
    return SweepConfig.model_validate({**given, **changes})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def written(path, text="x = 1\n"):
    Path(path).parent.mkdir(exist_ok=True, parents=True)
    Path(path).write_text(text)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def names(config):
    return sorted(Path(file).name for file in code_of(config))


def test_a_function_is_its_module_with_what_that_imports(folder):
    digest = written("own_one.py", "import own_two\nimport json, numpy\n")
    written("own_two.py", "from own_package import three\n")
    written("own_package/__init__.py")
    written("own_package/three.py")
    written("own_package/four.py")
    config = config_of({"function": "own_one:train"})
    assert names(config) == ["__init__.py", "own_one.py", "own_two.py", "three.py"]
    assert code_of(config)[str(folder / "own_one.py")] == digest


def test_a_command_is_the_files_that_it_names_with_what_a_script_imports(folder):
    written("own_script.py", "import own_beside\n")
    written("own_beside.py")
    written("settings.json", "{}")
    config = config_of({"command": ["python", "own_script.py", "settings.json", "{a}", "--x", "absent.txt", "."]})
    assert names(config) == ["own_beside.py", "own_script.py", "settings.json"]


def test_a_script_in_a_folder_imports_what_lies_beside_it(folder):
    written("src/own_main.py", "import own_side\n")
    written("src/own_side.py")
    assert names(config_of({"command": ["python", "src/own_main.py"]})) == ["own_main.py", "own_side.py"]


def test_a_module_that_is_run_by_its_name_is_the_code_of_a_command(folder):
    written("own_pkg/__init__.py")
    written("own_pkg/run.py", "import own_pkg.more\n")
    written("own_pkg/more.py")
    assert names(config_of({"command": ["python", "-m", "own_pkg.run"]})) == ["__init__.py", "more.py", "run.py"]


def test_a_command_runs_in_the_folder_of_its_file_and_a_function_in_the_working_folder(folder):
    written("below/x.yaml", "trainer: {command: [sh, t.sh]}\nmetric: {name: v, mode: max}\nspace: {a: 1}\n")
    written("below/t.sh", "echo\n")
    written("below/y.yaml", "trainer: {function: 'a:b'}\nmetric: {name: v, mode: max}\nspace: {a: 1}\n")
    command, function = load_config("below/x.yaml"), load_config("below/y.yaml")
    assert working_folder(command) == folder / "below"
    assert working_folder(function) == folder
    assert names(command) == ["t.sh"]


def test_what_a_configuration_says_is_what_the_trials_share(folder):
    written("t.sh", "echo\n")
    trainer = {"command": ["sh", "t.sh"], "epochs": 3, "timeout": 9, "grace": 2, "target": 0.5, "stop_at_target": True}
    shared = own_training(config_of(trainer, keep={"weights": "best"}))
    assert (shared.command, shared.function) == (("sh", "t.sh"), "")
    assert (shared.epochs, shared.timeout, shared.grace, shared.stop_at) == (3, 9.0, 2.0, 0.5)
    assert (shared.metric, shared.mode, shared.weights) == ("val_f1", "max", "best")
    assert [Path(file).name for file, _ in shared.files] == ["t.sh"]
    assert pickle.loads(pickle.dumps(shared)) == shared


def test_a_target_that_does_not_stop_is_no_reason_to_stop(folder):
    assert own_training(config_of({"function": "own_none:f", "target": 0.5})).stop_at is None


def test_our_own_networks_are_no_training_of_the_user_s():
    config = SweepConfig.model_validate({"data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": 0.1}}})
    assert code_of(config) == {}
    with pytest.raises(ValueError, match="must have a training of the user's own"):
        own_training(config)


def test_the_process_is_told_what_to_run():
    assert OwnTraining(function="a:b").how("/w") == {"function": "a:b"}
    assert OwnTraining(function="a:b", pickled=b"/p").how("/w") == {"function": "a:b", "pickled": "L3A="}
    command = OwnTraining(command=("sh", "t.sh"), grace=2.0)
    assert command.how("/w") == {"command": ["sh", "t.sh"], "working_folder": "/w", "grace": 2.0}


def test_code_that_changes_between_plan_and_training_is_refused(folder):
    written("t.sh", "echo\n")
    shared = own_training(config_of({"command": ["sh", "t.sh"]}))
    shared.require_planned_code()
    written("t.sh", "echo changed\n")
    with pytest.raises(UserCodeError, match=r"t\.sh` must stay as it was when the sweep was planned\."):
        shared.require_planned_code()
    Path("t.sh").unlink()
    # On another machine the files may be elsewhere.
    shared.require_planned_code()
