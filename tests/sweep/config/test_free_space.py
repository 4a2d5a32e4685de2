"""The space of a user's own training: any names, unions of spaces, and the same again when it is written and read."""

from __future__ import annotations

import pytest
import yaml

from sweep.config import SweepConfig, load_config
from sweep.config.dumping import as_yaml
from sweep.errors import ConfigError
from sweep.planning.own_plan import make_own_plan
from sweep.records import plain

BASE = {"trainer": {"command": ["true"], "epochs": 2}, "metric": {"name": "val_f1", "mode": "max"}}


def config_of(space, **changes):
    return SweepConfig.model_validate({**BASE, **changes, "space": space})


def settings(config):
    return [plain(arm.setting) for arm in make_own_plan(config).arms]


def test_every_combination_is_a_setting():
    assert settings(config_of({"a": [1, 2], "b.c": "x"})) == [{"a": 1, "b.c": "x"}, {"a": 2, "b.c": "x"}]


def test_a_list_of_spaces_is_their_union():
    config = config_of([{"kind": "tree", "depth": [1, 2]}, {"kind": "net", "width": 8}])
    assert config.space.names == ("kind", "depth", "width")
    assert settings(config) == [
        {"kind": "tree", "depth": 1},
        {"kind": "tree", "depth": 2},
        {"kind": "net", "width": 8},
    ]


def test_a_space_may_be_left_out():
    assert settings(SweepConfig.model_validate(BASE)) == [{}]


def test_a_value_has_one_label_in_all_spaces_of_a_union():
    wide, narrow = [128, 128, 64], [128, 128, 32]
    config = config_of([{"a": 1, "h": [narrow, wide]}, {"a": 2, "h": [wide]}, {"a": 3, "h": [[128, 128, 16]]}])
    labels = {}
    for arm in make_own_plan(config).arms:
        labels.setdefault(str(plain(arm.setting)["h"]), set()).add(str(arm.setting["h"]))
    assert [len(found) for found in labels.values()] == [1, 1, 1]
    assert len({label[:10] for found in labels.values() for label in found}) == 3


SPACES = [
    {"lr": [0.1, 1e-07], "n": 3, "name": ["a b", "yes", "1e3", "0x1", "null"]},
    {"hidden": [[64], [64, 64], []], "one": [[64]], "flag": [True, False], "no": None, "maybe": [None, 1]},
    {"schedule": [{"kind": "cosine", "warm": None}, {"kind": "step", "at": [1, 2]}], "one": [{"a": None}]},
    {"lr": {"range": [0, 1, 0.1]}, "dropout": {"range": [0, 0.3, 0.1]}},
    [{"a": [1, None], "b": [[1]]}, {"a": {"range": [1, 3, 1]}}, {}],
    [{"a": 1}],
    {"literal": [{"range": [0, 1, 0.1]}, {"uniform": [0, 1]}]},
    {"long": [[128, 128, 64], [128, 128, 32], "text of some length"]},
    {"big": [2**60, 0.1 + 0.2]},
]


@pytest.mark.parametrize("space", SPACES, ids=range(len(SPACES)))
def test_what_is_written_gives_the_same_plan(space, tmp_path):
    config = config_of(space)
    path = tmp_path / "config.yaml"
    path.write_text(as_yaml(config))
    again = load_config(str(path))
    plan, same = make_own_plan(config), make_own_plan(again)
    assert same.trials == plan.trials
    assert [list(map(repr, plain(arm.setting).items())) for arm in same.arms] == [
        list(map(repr, plain(arm.setting).items())) for arm in plan.arms
    ]
    assert as_yaml(again) == as_yaml(config)


@pytest.mark.parametrize(
    ("space", "place", "rule"),
    [
        ({"seed": [1, 2]}, "space.seed", "must not be a name that the tables of a sweep use"),
        ({"a:b": 1}, "space.a:b", "must be a name of letters, digits"),
        ([{"a": 1}, {"x@y": 1}], "space.x@y", "must be a name of letters, digits"),
        ([], "space", "must not be an empty list"),
        ([1], "space", "must be a section of keys and values"),
        ("a", "space", "must be a section of keys and values"),
        ({"a": []}, "space.a", "must not be an empty list"),
        ({"a": {"log_uniform": [0.1, 1]}}, "space.a", "must be a value or a list of values, as"),
    ],
)
def test_what_cannot_be_searched_is_refused_at_its_place(space, place, rule, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(yaml.safe_dump({**BASE, "space": space}))
    with pytest.raises(ConfigError, match=rf"`{place}` {rule}"):
        load_config(str(path))
