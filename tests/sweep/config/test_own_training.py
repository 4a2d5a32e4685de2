"""The sections for a user's own training: which trainer is meant, and what each accepts."""

from __future__ import annotations

import pytest
import yaml

from sweep.config import SweepConfig, load_config
from sweep.config.own_training import CommandTrainer, FunctionTrainer, trainer_kind
from sweep.config.sections import TrainerConfig
from sweep.errors import ConfigError

METRIC = {"name": "val_f1", "mode": "max"}


def config_of(trainer, **changes):
    return SweepConfig.model_validate({"trainer": trainer, "metric": METRIC, "space": {"a": 1}, **changes})


def refused(tmp_path, match, **config):
    path = tmp_path / "x.yaml"
    path.write_text(yaml.safe_dump({"metric": METRIC, "space": {"a": 1}, **config}))
    with pytest.raises(ConfigError, match=match):
        load_config(str(path))


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ({"function": "a:b"}, "function"),
        ({"command": ["a"]}, "command"),
        ({"epochs": 3}, "network"),
        (None, "network"),
        (FunctionTrainer(function="a:b"), "function"),
        (CommandTrainer(command=("a",)), "command"),
        (TrainerConfig(), "network"),
    ],
)
def test_the_keys_say_what_trains(raw, kind):
    assert trainer_kind(raw) == kind


def test_a_function_needs_neither_data_nor_epochs():
    own = config_of({"function": "my_project.train:train"}).own
    assert isinstance(own, FunctionTrainer)
    assert (own.epochs, own.timeout, own.extendable, own.stop_at_target) == (None, None, False, False)


def test_a_command_is_a_list_and_has_ten_seconds_to_end():
    own = config_of({"command": ["python", "train.py", "--lr={a}"], "timeout": 600}).own
    assert isinstance(own, CommandTrainer)
    assert (own.command, own.grace, own.timeout) == (("python", "train.py", "--lr={a}"), 10.0, 600.0)


@pytest.mark.parametrize(
    ("trainer", "match"),
    [
        ({"command": "python train.py"}, r"`trainer\.command` "),
        ({"command": []}, r"`trainer\.command` "),
        ({"command": [" ", "x"]}, r"`trainer\.command` must begin with a program\. Received: "),
        ({"command": ["a", 3]}, r"`trainer\.command` must be text"),
        ({"function": ""}, r"`trainer\.function` "),
        ({"function": "a:b", "command": ["a"]}, r"`trainer\.command` "),
        ({"function": "a:b", "grace": 3}, r"`trainer\.grace` "),
        ({"function": "a:b", "epoch": 3}, r"`trainer\.epoch` is not a known key\. Did you mean `trainer\.epochs`"),
        ({"function": "a:b", "epochs": 0}, r"`trainer\.epochs` "),
        ({"function": "a:b", "timeout": 0}, r"`trainer\.timeout` "),
        ({"command": ["a"], "grace": -1}, r"`trainer\.grace` "),
        ({"function": "a:b", "stop_at_target": True}, r"`trainer\.stop_at_target` needs `trainer\.target`"),
        ({"function": "a:b", "backend": "numpy"}, r"`trainer\.backend` "),
    ],
)
def test_what_a_trainer_does_not_take_is_refused(tmp_path, trainer, match):
    refused(tmp_path, match, trainer=trainer)


def test_optimizers_are_for_our_networks(tmp_path):
    refused(tmp_path, r"`optimizers` is for the networks", trainer={"function": "a:b"}, optimizers={"sgd": {}})


@pytest.mark.parametrize("keep", [{"weights": "all"}, {"trials": "best"}, {"weight": "last"}])
def test_what_cannot_be_kept_is_refused(tmp_path, keep):
    refused(tmp_path, r"`keep\.", trainer={"function": "a:b"}, keep=keep)


def test_nothing_is_kept_unless_asked_for():
    keep = config_of({"function": "a:b"}).keep
    assert (keep.weights, keep.trials) == ("none", "best-of-level")
