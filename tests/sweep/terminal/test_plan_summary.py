"""What a terminal shows of a plan."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from sweep.config import SweepConfig
from sweep.driver.estimate import estimate
from sweep.driver.prepare import prepare
from sweep.terminal import plan_summary


def printed(**changed) -> list[str]:
    base = {"data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": 0.1}}}
    preparation = prepare(SweepConfig.model_validate({**base, **changed}))
    console = Console(file=io.StringIO(), width=120)
    plan_summary.print_plan(preparation, estimate(preparation), console)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "iris"}, "data iris: 150 examples of 4 features, 3 classes; 120 to train on"),
        ({"name": "moons", "examples": 2000}, "data moons: 2,000 examples of 2 features, 2 classes; 1,600 to train on"),
        ({"name": "diabetes"}, "data diabetes: 442 examples of 10 features, one number; 353 to train on"),
    ],
)
def test_a_plan_says_what_is_learned(data, said):
    assert said in printed(data=data)


@pytest.mark.parametrize(
    ("seeds", "said"),
    [
        (1, "seeds 1 each (0)"),
        (3, "seeds 3 each (0, 1, 2)"),
        (30, "seeds 30 each (0 to 29)"),
        ([4, 9, 5, 1], "seeds 4 each (4, 9, 5, 1)"),
    ],
)
def test_a_plan_names_its_seeds(seeds, said):
    assert said in printed(seeds=seeds)


def test_a_plan_names_the_metrics_beside_the_one_that_decides():
    assert "metric val_loss decides; also val_accuracy and train_f1_macro" in printed(
        metric={"also": ["accuracy", "train_f1_macro"]}
    )
    assert not [line for line in printed() if line.startswith("metric")]


@pytest.mark.parametrize(("share", "is_told"), [(0.5, True), (0.01, False)])
def test_a_plan_tells_the_cost_of_metrics_that_is_not_negligible(share, is_told):
    content = {"data": {"name": "iris"}, "optimizers": {"sgd": {"learning_rate": 0.1}}}
    preparation = prepare(SweepConfig.model_validate({**content, "metric": {"name": "val_f1_macro", "every": 2}}))
    found = replace(estimate(preparation), training_seconds=20.0, metric_seconds=20.0 * share)
    console = Console(file=io.StringIO(), width=160)
    plan_summary.print_plan(preparation, found, console)
    shown = " ".join(console.file.getvalue().split())
    told = "metrics about 10.0 s of the training for val_f1_macro after every 2 epochs; a larger `metric.every`"
    assert (told in shown) is is_told
    assert plan_summary.plan_as_mapping(preparation, found)["estimate"]["metric_seconds"] == 20.0 * share


@pytest.mark.parametrize(
    ("scheduler", "said"),
    [
        ({"method": "asha"}, "early stopping asha: 1 of 3 goes on after epochs 1, 3, 9"),
        (
            {"method": "successive_halving", "reduction_factor": 2, "grace_period": 4},
            "early stopping successive_halving: 1 of 2 goes on after epochs 4, 8",
        ),
        (
            {"method": "asha", "time_attr": "steps", "grace_period": 500, "max_t": 2000},
            "early stopping asha: 1 of 3 goes on after steps 500, 1,500",
        ),
        ({"method": "median", "grace_period": 2}, "early stopping median: decides after every epoch from 2 on"),
    ],
)
def test_a_plan_tells_the_scheduler_and_its_rungs(scheduler, said):
    assert said in printed(scheduler=scheduler, trainer={"epochs": 10})


def test_a_plan_without_a_scheduler_does_not_speak_of_one():
    assert not [line for line in printed() if line.startswith("early")]
