"""Settings given by hand must lie in the space, and a message says where they do not."""

from __future__ import annotations

import pytest

from sweep.config import SweepConfig
from sweep.errors import ConfigError
from sweep.planning.search.levels import levels_of
from sweep.planning.search.points import placed, points_of

SPACE = {
    "kind": ["tree", "net"],
    "rate": {"log_uniform": [0.001, 1]},
    "hidden": [[64], [64, 64]],
    "width": {"int_uniform": [8, 64]},
    "fixed": 3,
}


def levels_and(points):
    config = SweepConfig.model_validate(
        {
            "trainer": {"command": ["train"]},
            "metric": {"name": "loss"},
            "space": SPACE,
            "search": {"method": "random", "trials": 2, "points": points},
            "roles": {"scientific": "kind"},
        }
    )
    return config, levels_of(config, lambda setting: setting)


def test_a_point_is_a_setting_of_its_level_with_what_has_one_value():
    config, levels = levels_and([{"kind": "net", "rate": 0.5, "hidden": [64, 64], "width": 8}])
    ((name, (point,)),) = points_of(config, levels).items()
    assert name == "net"
    assert point.setting == {"kind": "net", "rate": 0.5, "hidden": "[64,64]", "width": 8, "fixed": 3}
    assert point.setting["hidden"].value == [64, 64]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rate": 2}, "(number 1), whose rate is not of {'log_uniform': [0.001, 1.0]}. Give a value of it"),
        ({"width": 8.5}, "whose width is not of {'int_uniform': [8, 64]}"),
        ({"hidden": [32]}, "whose hidden is not of"),
        ({"widht": 8}, "which names the unknown widht. Did you mean `width`?"),
        ({"kind": True}, "whose kind is not of"),
        ({"rate": None}, "whose rate is not of"),
    ],
)
def test_a_point_outside_is_refused(change, told):
    config, levels = levels_and([{"kind": "net", "rate": 0.5, "hidden": [64], "width": 8, **change}])
    with pytest.raises(ConfigError) as caught:
        points_of(config, levels)
    assert str(caught.value).startswith("`search.points` must be settings within the space. Received: kind ")
    assert told in str(caught.value)


def test_a_point_that_leaves_out_what_varies_is_refused():
    config, levels = levels_and([{"kind": "net", "rate": 0.5}])
    with pytest.raises(ConfigError, match=r"which leaves out hidden, width. Give each a value\."):
        points_of(config, levels)


def test_an_earlier_setting_is_placed_or_not_at_all():
    _, levels = levels_and([])
    inside = {"kind": "tree", "rate": 0.25, "hidden": [64], "width": 9.0, "fixed": 3}
    assert placed(levels[0], inside).setting["width"] == 9
    assert placed(levels[1], inside) is None
    assert placed(levels[0], {**inside, "fixed": 4}) is None
