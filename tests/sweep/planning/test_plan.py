"""The plan: ids that are the same everywhere, labels that tell arms apart, and sizes counted by hand."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time

import pytest

from sweep.config import SweepConfig
from sweep.errors import ConfigError, DataError
from sweep.planning.arm_labels import labels
from sweep.planning.plan import make_plan
from trainers.data import DatasetShape, shape
from trainers.data.bundled import SHAPES
from trainers.optimizers import OPTIMIZERS


def sweep(**changes):
    config = {"data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": 0.1}}}
    return SweepConfig.model_validate({**config, **changes})


def plan(**changes):
    config = sweep(**changes)
    return make_plan(config, shape(config.data.source), None)


def ids(**changes):
    return [trial.id for trial in plan(**changes).trials]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_ids_are_hashes_of_canonical_json_and_never_change():
    shared = sha256(
        '{"data":{"name":"iris","normalise":"standard","validation":0.2},'
        '"network":{"activation":"relu","hidden":[64],"init":"he"},'
        '"trainer":{"backend":"numpy","dtype":"float32","weight_decay":0.0}}'
    )
    setting = '{"batch_size":64,"decay":"constant","epochs":10,"learning_rate":0.1,"optimizer":"sgd"}'
    (trial,) = plan(seeds=[7]).trials
    assert trial.id == sha256(f'{{"seed":7,"setting":{setting},"sweep":"{shared}"}}')[:12]
    assert trial.arm.id == sha256(f'{{"setting":{setting},"sweep":"{shared}"}}')[:12]
    assert (trial.id, trial.arm.id) == ("35b96ae918ff", "0e4b9e90efd7")
    assert plan(seeds=[7]).hash == "8d441280d482048ef9f5017ea3fc861c72008ff5451342acd399eee487b57234"


@pytest.mark.parametrize(
    "same",
    [
        {"name": "other", "question": "Why?", "results": "elsewhere", "metric": {"name": "val_accuracy"}},
        {"trainer": {"target": 0.5}},
        {"resources": {"workers": 3}, "tracking": {"enabled": False}},
        {"trainer": {"epochs": 10}},
        {"space": {"epochs": 10, "batch_size": 64, "decay": "constant"}},
        {"optimizers": {"sgd": {"learning_rate": 1e-1}}},
        {"optimizers": None, "space": {"optimizer": "sgd", "learning_rate": 0.1, "beta1": 0.5}},
    ],
    ids=str,
)
def test_what_does_not_change_the_numbers_does_not_change_the_ids(same):
    assert ids(**same) == ids()


@pytest.mark.parametrize(
    "other",
    [
        {"data": {"name": "wine"}},
        {"data": {"name": "iris", "validation": 0.3}},
        {"data": {"name": "iris", "normalise": "none"}},
        {"network": {"hidden": []}},
        {"trainer": {"dtype": "float64"}},
        {"trainer": {"backend": "torch"}},
        {"trainer": {"epochs": 11}},
        {"trainer": {"weight_decay": 0.1}},
        {"trainer": {"target": 0.5, "stop_at_target": True}},
        {"seeds": [1]},
        {"space": {"batch_size": 32}},
    ],
    ids=str,
)
def test_what_changes_the_numbers_changes_the_ids(other):
    assert ids(**other) != ids()


def test_the_metric_counts_only_where_reaching_it_stops_a_trial():
    stop = {"target": 0.5, "stop_at_target": True}
    assert ids(trainer=stop, metric={"name": "val_accuracy"}) != ids(trainer=stop, metric={"name": "train_accuracy"})


def test_a_whole_number_and_its_float_are_the_same_hyperparameter():
    assert ids(optimizers={"sgd": {"learning_rate": 1}}) == ids(optimizers={"sgd": {"learning_rate": 1.0}})


def test_a_file_is_known_by_its_content_and_not_by_its_path():
    size = DatasetShape(100, 3, 2, "multiclass")
    here, there = (sweep(data={"path": path, "target": "y"}) for path in ("a.csv", "b/c.csv"))
    assert make_plan(here, size, "aa").hash == make_plan(there, size, "aa").hash
    assert make_plan(here, size, "aa").hash != make_plan(here, size, "bb").hash
    with pytest.raises(ValueError, match="fingerprint"):
        make_plan(here, size, None)


def test_a_synthetic_set_that_names_its_defaults_is_the_same_set():
    assert ids(data={"name": "blobs"}) == ids(data={"name": "blobs", "examples": 1000, "noise": 1, "classes": 3})
    assert ids(data={"name": "blobs"}) != ids(data={"name": "blobs", "generator_seed": 1})


def test_trials_are_arms_times_seeds_each_once():
    made = plan(optimizers={"sgd": {"learning_rate": [0.1, 0.2]}}, seeds=3)
    assert [(trial.arm.label, trial.seed) for trial in made.trials] == [
        (label, seed) for label in ("sgd learning_rate=0.1", "sgd learning_rate=0.2") for seed in (0, 1, 2)
    ]
    assert len({trial.id for trial in made.trials}) == 6


def test_steps_count_the_short_last_batch():
    # iris: 150 examples, 30 kept: 120 = 3 x 32 + 24, so 4 steps per epoch; full batches take 1, single examples 120.
    made = plan(space={"batch_size": [32, "full", 1]}, trainer={"epochs": 5}, seeds=2)
    assert made.training_examples == 120
    assert made.optimizer_steps == 2 * 5 * (4 + 1 + 120)


def test_a_metric_that_a_file_cannot_have_is_refused_once_its_task_is_known():
    config = sweep(data={"path": "a.csv"}, metric={"name": "val_accuracy"})
    said = r"`metric\.name` must suit the data, which is for regression\. Received: val_accuracy\. Give `data\.task: "
    with pytest.raises(ConfigError, match=f"{said}classification` if the target names classes\\. Give one of"):
        make_plan(config, DatasetShape(100, 3, 1, "regression"), "aa")
    given = sweep(data={"path": "a.csv", "task": "regression"}, metric={"name": "val_accuracy"})
    with pytest.raises(ConfigError, match=r"Received: val_accuracy\. Give one of"):
        make_plan(given, DatasetShape(100, 3, 1, "regression"), "aa")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "iris", "validation": 0.99}, "an example of each of the 3 classes .* leaves 1 of 150. Give 0.98 or"),
        (
            {"name": "moons", "examples": 4, "validation": 0.8},
            "an example of each of the 2 classes .* leaves 0 of 4. Give 0.5 or",
        ),
        ({"name": "diabetes", "validation": 0.999}, "2 or more examples to train on.* leaves 0 of 442. Give 0.995 or"),
    ],
)
def test_a_split_that_leaves_too_little_is_refused_and_the_share_that_is_offered_works(data, said):
    with pytest.raises(DataError, match=rf"^`data\.validation` must leave {said}") as refused:
        plan(data=data)
    offered = float(str(refused.value).split("Give ")[1].split(" or ")[0])
    assert plan(data={**data, "validation": offered}).training_examples >= 2


def test_r2_of_a_single_example_is_refused_and_the_share_that_is_offered_works():
    metric = {"name": "val_r2"}
    with pytest.raises(ConfigError, match=r"2 or more examples to validate on.*`data.validation` of 0.003 or more"):
        plan(data={"name": "diabetes", "validation": 0.001}, metric=metric)
    assert plan(data={"name": "diabetes", "validation": 0.003}, metric=metric).training_examples == 440
    assert plan(data={"name": "diabetes", "validation": 0.001}).training_examples == 441


def test_the_plan_says_what_the_sizes_of_the_parts_lead_to():
    made = plan(data={"name": "iris", "validation": 0.01}, space={"batch_size": [500, 10]})
    assert made.choices == (
        "batch_size 500 is full, as there are only 148 examples to train on",
        "the 2 examples to validate on are fewer than the 3 classes: some have none",
    )
    assert plan(data={"name": "iris", "validation": 0.9}).choices == ()


def test_labels_name_only_what_differs():
    made = plan(
        optimizers={"rmsprop": {"learning_rate": 0.01}, "adam": {"learning_rate": 0.01, "beta2": [0.99, 0.999]}},
        space={"batch_size": [32, 64]},
    )
    assert [arm.label for arm in made.arms] == [
        "rmsprop batch_size=32",
        "rmsprop batch_size=64",
        "adam beta2=0.99 batch_size=32",
        "adam beta2=0.99 batch_size=64",
        "adam beta2=0.999 batch_size=32",
        "adam beta2=0.999 batch_size=64",
    ]


def test_labels_name_the_numbers_of_decays_of_one_kind():
    made = plan(
        space={
            "decay": [
                "constant",
                {"kind": "exponential", "rate": 0.9},
                {"kind": "inverse_time", "rate": [0.1, 1], "by": ["epoch", "step"]},
                {"kind": "staircase", "rate": 0.5},
                {"kind": "staircase", "boundaries": [3], "values": [1, 0.1]},
            ]
        }
    )
    assert [arm.label for arm in made.arms] == [
        "sgd decay=constant",
        "sgd decay=exponential",
        "sgd decay=inverse_time decay_rate=0.1 decay_by=epoch",
        "sgd decay=inverse_time decay_rate=0.1 decay_by=step",
        "sgd decay=inverse_time decay_rate=1 decay_by=epoch",
        "sgd decay=inverse_time decay_rate=1 decay_by=step",
        "sgd decay=staircase decay_rate=0.5 decay_interval=1",
        "sgd decay=staircase decay_boundaries=3 decay_values=1.0,0.1",
    ]


def test_the_plan_says_what_auto_is_and_why():
    made = plan(space={"batch_size": "auto"})
    assert made.choices == ("batch_size auto is full, as there are 2,000 training examples or fewer (120)",)
    assert [arm.setting["batch_size"] for arm in made.arms] == ["full"]
    assert plan(space={"batch_size": "full"}).hash == made.hash
    assert plan().choices == ()


def test_labels_name_the_numbers_of_the_newer_schedules():
    made = plan(
        space={
            "decay": [
                {"kind": "cosine", "warmup": [0, 3]},
                {"kind": "reduce_on_plateau", "patience": [1, 2]},
                {"kind": "one_cycle", "by": ["epoch", "step"]},
            ]
        }
    )
    assert [arm.label for arm in made.arms] == [
        "sgd decay=cosine",
        "sgd decay=cosine decay_warmup=3",
        "sgd decay=reduce_on_plateau decay_patience=1",
        "sgd decay=reduce_on_plateau decay_patience=2",
        "sgd decay=one_cycle decay_by=epoch",
        "sgd decay=one_cycle decay_by=step",
    ]


def test_labels_tell_apart_floats_that_look_alike():
    close = [0.1, 0.1 + 1e-12]
    assert len(set(labels([{"optimizer": "sgd", "learning_rate": rate} for rate in close]))) == 2


def test_ten_thousand_trials_are_planned_at_once():
    config = sweep(
        optimizers={"adam": {"learning_rate": [i / 100 for i in range(1, 101)], "beta1": [0.5, 0.9]}}, seeds=50
    )
    began = time.perf_counter()
    made = make_plan(config, shape(config.data.source), None)
    assert time.perf_counter() - began < 0.5
    assert len(made.trials) == 10_000
    assert len({trial.id for trial in made.trials}) == 10_000


def test_planning_imports_nothing_heavy():
    heavy = "{'ray', 'mlflow', 'torch', 'sklearn', 'pandas', 'matplotlib'}"
    code = f"import sys, sweep.planning.plan, sweep.config; sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_plan_warns_of_every_optimizer_that_would_divide_by_zero():
    declared = {
        name: {"learning_rate": 0.1, "epsilon": [0, 1e-8]}
        for name, optimizer in OPTIMIZERS.items()
        if "epsilon" in {h.name for h in optimizer.hyperparameters}
    }
    config = SweepConfig.model_validate(
        {"data": {"name": "iris"}, "optimizers": {**declared, "sgd": {"learning_rate": 0.1}}}
    )
    notes = make_plan(config, SHAPES["iris"], None).choices
    assert [note.partition(" with ")[0] for note in notes] == list(declared)
    assert all("with epsilon 0 divides 0 by 0" in note and "DIVERGED. Give such as 1e-08" in note for note in notes)
