"""Trials of one sweep may differ in their network, data and precision; each is the trial of a plain sweep."""

from __future__ import annotations

import pytest

from sweep.config import SweepConfig
from sweep.errors import ConfigError
from sweep.planning.plan import make_plan
from sweep.planning.workload import DataFacts, configs_by_workload, data_key
from trainers.data import DatasetShape, shape


def sweep(**changes):
    config = {"data": {"name": "iris"}, "optimizers": {"adam": {"learning_rate": 0.01}}, "seeds": 2}
    return SweepConfig.model_validate({**config, **changes})


def plan(**changes):
    config = sweep(**changes)
    others = {
        key: DataFacts(shape(one.data.source), None)
        for one in configs_by_workload(config).values()
        for key in [data_key(one)]
    }
    return make_plan(config, shape(config.data.source), None, others)


def ids(made):
    return [trial.id for trial in made.trials]


def test_a_value_equal_to_the_section_s_gives_the_trials_of_the_section():
    assert ids(plan(space={"network.hidden": [[64]], "trainer.weight_decay": 0, "data.normalise": "standard"})) == ids(
        plan()
    )


@pytest.mark.parametrize(
    ("space", "section"),
    [
        ({"network.hidden": [[8], [16, 16]]}, {"network": {"hidden": [16, 16]}}),
        ({"network.init": ["zeros", "xavier"]}, {"network": {"init": "xavier"}}),
        ({"trainer.dtype": ["float32", "float64"]}, {"trainer": {"dtype": "float64"}}),
        ({"trainer.weight_decay": [0, 0.1]}, {"trainer": {"weight_decay": 0.1}}),
        ({"data.validation": [0.2, 0.5]}, {"data": {"name": "iris", "validation": 0.5}}),
        ({"data.name": ["iris", "wine"]}, {"data": {"name": "wine"}}),
    ],
    ids=str,
)
def test_a_trial_has_the_id_that_it_has_in_a_sweep_of_its_own(space, section):
    made = plan(space=space)
    assert ids(made)[2:] == ids(plan(**section))
    assert len(set(ids(made))) == 4


def test_the_label_of_a_value_does_not_decide_an_id():
    short, long = plan(space={"network.hidden": [[8]]}), plan(space={"network.hidden": [[8], [128, 128, 64]]})
    assert str(short.arms[0].setting["network.hidden"]) != str(long.arms[0].setting["network.hidden"])
    assert ids(long)[:2] == ids(short)


def test_arms_are_labelled_by_the_dotted_keys_that_differ():
    made = plan(space={"network.hidden": [[8], [16]], "network.activation": "tanh"})
    assert [arm.label for arm in made.arms] == ["adam network.hidden=[8]", "adam network.hidden=[16]"]


def test_settings_of_a_union_that_are_the_same_are_trained_once():
    union = [{"network.hidden": [[8], [64]]}, {"batch_size": [64, 32]}]
    made = plan(space=union)
    assert [(arm.setting["network.hidden"], arm.setting["batch_size"]) for arm in made.arms] == [
        ("[8]", 64),
        ("[64]", 64),
        ("[64]", 32),
    ]
    assert made.asked == 4
    assert [(merge.reason, merge.count) for merge in made.merged] == [("a value is listed twice", 1)]


def test_each_setting_has_the_training_part_of_its_own_data():
    made = plan(space={"data.validation": [0.2, 0.5], "batch_size": [80, "full"]})
    # iris has 150 examples: 120 or 75 to train on, of which 80 are all.
    assert [(arm.setting["data.validation"], arm.setting["batch_size"]) for arm in made.arms] == [
        (0.2, 80),
        (0.2, "full"),
        (0.5, "full"),
    ]
    assert [made.examples_of(arm) for arm in made.arms] == [120, 120, 75]
    # 10 epochs and two seeds, of 2, 1 and 1 steps.
    assert made.optimizer_steps == 10 * 2 * (2 + 1 + 1)


def test_files_with_the_same_content_are_trained_once():
    config = sweep(data={"path": "a.csv", "target": "y"}, space={"data.path": ["a.csv", "b.csv", "c.csv"]})
    size = DatasetShape(100, 3, 2, "multiclass")
    keys = [data_key(one) for one in configs_by_workload(config).values()]
    others = dict(zip(keys, [DataFacts(size, "aa"), DataFacts(size, "aa"), DataFacts(size, "cc")], strict=True))
    made = make_plan(config, size, "aa", others)
    assert [arm.setting["data.path"] for arm in made.arms] == ["a.csv", "c.csv"]
    assert [(merge.reason, merge.count) for merge in made.merged] == [("the content of the data is the same", 1)]


def test_values_that_do_not_suit_each_other_are_refused_in_a_sentence():
    data = {"name": "blobs", "examples": 20}
    with pytest.raises(
        ConfigError, match=r"^`space\.data\.classes` must suit the other values .* Received: data\.classes 8"
    ):
        plan(data=data, space={"data.classes": [3, 8], "data.examples": [20, 12]})


def test_the_report_seeds_have_the_trials_of_the_chosen_arm():
    made = plan(space={"network.hidden": [[8], [16]]}, seeds={"selection": 2, "report": [7]})
    extended = made.with_report([made.arms[1].id])
    (more,) = extended.trials[len(made.trials) :]
    assert (more.arm, more.seed) == (made.arms[1], 7)
    assert more.id == ids(plan(network={"hidden": [16]}, seeds=[7]))[0]
